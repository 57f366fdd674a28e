"""Health probes, the health report and metrics."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from flask import Response, current_app, jsonify, make_response, request

from controllers.context import services
from services.errors import NotReady, StorageUnavailable
from services.health.known_picture.quality import LOW
from services.health.service import UNHEALTHY, memory_usage, paddleocr_installed
from services.telemetry.request_metrics import CONTENT_TYPE, RequestMetrics
from utils import environ_keys

JSON = "application/json"
#: A process whose requests have waited this long for a thread is not ready.
MAX_STUCK_SECONDS = 5.0

READY_ERRORS = (NotReady,)
QUALITY_ERRORS = (StorageUnavailable,)


def alive() -> Response:
    """The process responds. Touches nothing else."""
    return jsonify(status="alive", timestamp=_now())


def ready() -> Response:
    """Raises NotReady."""
    stuck = request.environ.get(environ_keys.STUCK_SECONDS, 0.0)
    if stuck > MAX_STUCK_SECONDS:
        raise NotReady(f"No request could be served for {stuck:.0f} seconds: slow clients keep all threads busy.")
    if reason := services().readiness.not_ready_because():
        raise NotReady(reason)
    return jsonify(status="ready", timestamp=_now())


def report() -> Response:
    """200 if healthy or degraded, 503 if unhealthy."""
    health = services().health.report()
    workers = health["checks"]["workers"].get("workers", [])
    body = {
        "status": health["status"],
        "service": "paddleocr-service",
        "version": current_app.config["VERSION"],
        "timestamp": _now(),
        "uptime_seconds": uptime_seconds(),
        "ocr_service": {
            "service": "PaddleOCR",
            "initialized": bool(workers),
            "paddleocr_available": paddleocr_installed(),
            "status": "ready" if workers else "not_ready",
            "memory_usage": memory_usage(),
        },
        "checks": health["checks"],
        "details": {"service_status": health["status"], "recommendations": health["advice"]},
    }
    return make_response(body, 503 if health["status"] == UNHEALTHY else 200)


def ai() -> Response:
    """The OCR quality. 503 if it is low, so that a monitor need not parse the body."""
    quality = services().known_picture.check()
    return make_response(asdict(quality), 503 if quality.quality == LOW else 200)


def metrics() -> Response:
    """Prometheus text format, or JSON if the client prefers it."""
    request_metrics: RequestMetrics = current_app.extensions["request_metrics"]
    if request.accept_mimetypes.best_match(["text/plain", JSON], default="text/plain") != JSON:
        return Response(request_metrics.text(services().metrics), content_type=CONTENT_TYPE)
    return jsonify(totals())


def totals() -> dict[str, Any]:
    """Requests and errors of this process."""
    request_metrics: RequestMetrics = current_app.extensions["request_metrics"]
    requests, errors = request_metrics.totals()
    return {
        "status": "ok" if services().health.not_ready_because() is None else "not_ready",
        "uptime_seconds": uptime_seconds(),
        "requests_processed": requests,
        "errors": errors,
        "error_rate": round(errors / requests, 4) if requests else 0.0,
    }


def uptime_seconds() -> float:
    started: float = current_app.config["STARTED"]
    return round(time.monotonic() - started, 1)


def _now() -> str:
    return datetime.now(UTC).isoformat()

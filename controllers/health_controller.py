"""Health probes and the health report."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

from flask import Response, current_app, jsonify

from controllers.context import services, uptime_seconds
from controllers.responses import json_response
from services.errors import NotReady, StorageUnavailable
from services.health.known_picture.quality import LOW
from services.health.service import UNHEALTHY, memory_usage, paddleocr_installed

SERVICE = "paddleocr-service"

READY_ERRORS = (NotReady,)
QUALITY_ERRORS = (StorageUnavailable,)


def alive() -> Response:
    """The process responds. Touches nothing else."""
    return jsonify(status="alive", timestamp=_now())


def ready() -> Response:
    """Raises NotReady."""
    if reason := services().readiness.not_ready_because():
        raise NotReady(reason)
    return jsonify(status="ready", timestamp=_now())


def report() -> Response:
    """200 if healthy or degraded, 503 if unhealthy."""
    health = services().health.report()
    workers = health["checks"]["workers"].get("workers", [])
    body = {
        "status": health["status"],
        "service": SERVICE,
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
    return json_response(body, 503 if health["status"] == UNHEALTHY else 200)


def ai() -> Response:
    """The OCR quality. 503 if it is low, so that a monitor need not parse the body."""
    quality = services().known_picture.check()
    return json_response(asdict(quality), 503 if quality.quality == LOW else 200)


def _now() -> str:
    return datetime.now(UTC).isoformat()

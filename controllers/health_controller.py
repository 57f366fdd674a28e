"""What probes and operators ask."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import UTC, datetime

from flask import Response, current_app, jsonify

from services.container import Services
from services.errors import NotReady
from services.health.known_picture.quality import LOW
from services.health.service import UNHEALTHY, memory_usage, paddleocr_installed

SERVICE = "paddleocr-service"


def _services() -> Services:
    return current_app.extensions["services"]


def alive() -> Response:
    """The process answers; nothing else is touched."""
    return jsonify(status="alive", timestamp=_now())


def ready() -> Response:
    """Raises NotReady."""
    if reason := _services().readiness.not_ready_because():
        raise NotReady(reason)
    return jsonify(status="ready", timestamp=_now())


def report() -> Response:
    """200 when healthy or degraded, 503 when not."""
    found = _services().health.report()
    workers = found["checks"]["workers"].get("workers", [])
    body = {
        "status": found["status"],
        "service": SERVICE,
        "version": current_app.config["VERSION"],
        "timestamp": _now(),
        "uptime_seconds": round(time.monotonic() - current_app.config["STARTED"], 1),
        "ocr_service": {
            "service": "PaddleOCR",
            "initialized": bool(workers),
            "paddleocr_available": paddleocr_installed(),
            "status": "ready" if workers else "not_ready",
            "memory_usage": memory_usage(),
        },
        "checks": found["checks"],
        "details": {"service_status": found["status"], "recommendations": found["advice"]},
    }
    response = jsonify(body)
    response.status_code = 503 if found["status"] == UNHEALTHY else 200
    return response


def ai() -> Response:
    """503 when the quality is low, so that a monitor need not look into the answer."""
    reading = _services().known_picture.check()
    response = jsonify(asdict(reading))
    response.status_code = 503 if reading.quality == LOW else 200
    return response


def _now() -> str:
    return datetime.now(UTC).isoformat()

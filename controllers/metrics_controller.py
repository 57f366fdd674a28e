"""Numbers, for Prometheus and for people."""

from __future__ import annotations

import time

from flask import Response, current_app, jsonify, request

from services.container import Services
from services.telemetry.request_metrics import CONTENT_TYPE, RequestMetrics

JSON = "application/json"


def metrics() -> Response:
    """Prometheus' text, or a short JSON where the client asks for that."""
    counted: RequestMetrics = current_app.extensions["request_metrics"]
    services: Services = current_app.extensions["services"]
    if request.accept_mimetypes.best_match(["text/plain", JSON], default="text/plain") != JSON:
        return Response(counted.text(services.metrics), content_type=CONTENT_TYPE)
    totals = counted.totals()
    return jsonify(
        status="ok" if services.health.not_ready_because() is None else "not_ready",
        uptime_seconds=round(time.monotonic() - current_app.config["STARTED"], 1),
        requests_processed=totals.requests,
        errors=totals.errors,
        error_rate=round(totals.error_rate, 4),
    )

"""Metrics for Prometheus, or a summary in JSON."""

from __future__ import annotations

from flask import Response, current_app, jsonify, request

from controllers.context import services, uptime_seconds
from services.telemetry.request_metrics import CONTENT_TYPE, RequestMetrics

JSON = "application/json"


def metrics() -> Response:
    """Prometheus text format, or JSON if the client prefers it."""
    request_metrics: RequestMetrics = current_app.extensions["request_metrics"]
    if request.accept_mimetypes.best_match(["text/plain", JSON], default="text/plain") != JSON:
        return Response(request_metrics.text(services().metrics), content_type=CONTENT_TYPE)
    totals = request_metrics.totals()
    return jsonify(
        status="ok" if services().health.not_ready_because() is None else "not_ready",
        uptime_seconds=uptime_seconds(),
        requests_processed=totals.requests,
        errors=totals.errors,
        error_rate=round(totals.error_rate, 4),
    )

"""Metrics for Prometheus: never rate-limited, never logged."""

from __future__ import annotations

from flask import Response

from controllers import metrics_controller
from middleware.view_marks import Mark, mark
from routes.blueprint import DescribedBlueprint
from routes.schemas.health import MetricsSummary

blueprint = DescribedBlueprint("metrics", __name__, description="Metrics for Prometheus")

PROMETHEUS_TEXT = {"schema": {"type": "string"}, "example": "# TYPE ocr_redis_up gauge\nocr_redis_up 1.0\n"}


@blueprint.route("/metrics", methods=["GET"])
@mark(Mark.PROBE)
@blueprint.response(200, MetricsSummary, description="JSON if `Accept` asks for it")
@blueprint.doc(responses={200: {"content": {"text/plain": PROMETHEUS_TEXT}}})
def metrics() -> Response:
    """Get metrics for Prometheus

    Request metrics are those of this web server; all others are those of the whole service. With several web servers,
    sum the former and take the maximum of the latter. `Accept: application/json` returns a short summary instead.
    """
    return metrics_controller.metrics()

"""Health probes and metrics: never rate-limited, never logged."""

from flask import Response

from controllers import health_controller
from middleware.view_marks import Mark, mark
from routes.blueprint import DescribedBlueprint
from routes.schemas.health import Alive, HealthReport, MetricsSummary, OCRQuality, Ready

blueprint = DescribedBlueprint(
    "health", __name__, url_prefix="/health", description="Probes for orchestrators and a report for operators"
)
metrics_blueprint = DescribedBlueprint("metrics", __name__, description="Metrics for Prometheus")

PROMETHEUS_TEXT = {"schema": {"type": "string"}, "example": "# TYPE ocr_redis_up gauge\nocr_redis_up 1.0\n"}


@blueprint.route("", methods=["GET"], strict_slashes=False)
@mark(Mark.PROBE)
@blueprint.response(200, HealthReport, description="Healthy or degraded")
@blueprint.alt_response(503, schema=HealthReport, description="Unhealthy")
def health_report() -> Response:
    """Get the health report

    The state of each part of the service, and recommendations for operators.
    """
    return health_controller.report()


@blueprint.route("/ready", methods=["GET"])
@mark(Mark.PROBE | Mark.FAST)
@blueprint.problems(*health_controller.READY_ERRORS)
@blueprint.response(200, Ready)
def health_ready() -> Response:
    """Readiness probe

    200 if Redis is reachable and at least one worker has loaded its model.
    """
    return health_controller.ready()


@blueprint.route("/alive", methods=["GET"])
@mark(Mark.PROBE | Mark.FAST)
@blueprint.response(200, Alive)
def health_alive() -> Response:
    """Liveness probe

    The web process responds. Nothing else is checked.
    """
    return health_controller.alive()


@blueprint.route("/ai", methods=["GET"])
@mark(Mark.PROBE)
@blueprint.response(200, OCRQuality, description="The quality is good or acceptable")
@blueprint.alt_response(503, schema=OCRQuality, description="The quality is low or could not be measured")
@blueprint.problems(*health_controller.QUALITY_ERRORS)
def health_ai() -> Response:
    """Check the OCR quality

    Sends an image with known text through the queue to a worker. `quality` rates confidence, text and latency. The
    result is reused for a few seconds. The check takes up to ten seconds: use it for monitoring, not as a probe.
    """
    return health_controller.ai()


@metrics_blueprint.route("/metrics", methods=["GET"])
@mark(Mark.PROBE)
@metrics_blueprint.response(200, MetricsSummary, description="JSON if `Accept` asks for it")
@metrics_blueprint.doc(responses={200: {"content": {"text/plain": PROMETHEUS_TEXT}}})
def metrics() -> Response:
    """Get metrics for Prometheus

    Request metrics are those of this web server; all others are those of the whole service. With several web servers,
    sum the former and take the maximum of the latter. `Accept: application/json` returns a short summary instead.
    """
    return health_controller.metrics()

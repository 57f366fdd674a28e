"""Numbers for Prometheus: never rate-limited, never logged."""

from __future__ import annotations

from controllers import metrics_controller
from middleware.view_marks import Mark, mark
from routes.blueprint import DescribedBlueprint
from routes.schemas.health import Metrics

blueprint = DescribedBlueprint("metrics", __name__, description="Numbers for Prometheus")

TEXT = {"schema": {"type": "string"}, "example": "# TYPE ocr_redis_up gauge\nocr_redis_up 1.0\n"}


@blueprint.route("/metrics", methods=["GET"])
@mark(Mark.PROBE)
@blueprint.response(200, Metrics, description="JSON where `Accept` asks for it")
@blueprint.doc(responses={200: {"content": {"text/plain": TEXT}}})
def metrics():
    """Numbers, for Prometheus

    Requests are counted by this web server alone, all else by the whole service: over several web servers add up the
    former and take the maximum of the latter. With `Accept: application/json` a few numbers in JSON.
    """
    return metrics_controller.metrics()

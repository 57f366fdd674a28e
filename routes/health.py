"""Probes: never rate-limited, never logged."""

from __future__ import annotations

from controllers import health_controller
from middleware.view_marks import Mark, mark
from routes.blueprint import DescribedBlueprint
from routes.schemas.health import Alive, HealthReport, PictureReading, Ready

blueprint = DescribedBlueprint(
    "health", __name__, url_prefix="/health", description="Probes for orchestrators and the full report for operators"
)


@blueprint.route("", methods=["GET"], strict_slashes=False)
@mark(Mark.PROBE)
@blueprint.response(200, HealthReport, description="Healthy or degraded")
@blueprint.alt_response(503, schema=HealthReport, description="Unhealthy")
def health_report():
    """The full report

    What was looked at, how it is, and what an operator can do about it.
    """
    return health_controller.report()


@blueprint.route("/ready", methods=["GET"])
@mark(Mark.PROBE | Mark.FAST)
@blueprint.problems("not_ready")
@blueprint.response(200, Ready)
def health_ready():
    """Would a request sent now be worked on?

    200 only while Redis is reachable and at least one worker has its model loaded.
    """
    return health_controller.ready()


@blueprint.route("/alive", methods=["GET"])
@mark(Mark.PROBE | Mark.FAST)
@blueprint.response(200, Alive)
def health_alive():
    """Does the process answer?

    Nothing else is touched.
    """
    return health_controller.alive()


@blueprint.route("/ai", methods=["GET"])
@mark(Mark.PROBE)
@blueprint.response(200, PictureReading, description="Good or acceptable")
@blueprint.alt_response(503, schema=PictureReading, description="Low, or not to be found out")
@blueprint.problems("storage_unavailable")
def health_ai():
    """Is the OCR itself good?

    A picture whose text is known goes through the queue to a worker. `quality` tells whether confidence, text and
    latency are what they should be. The answer is used again for a few seconds; it takes ten at the longest, so this
    is for monitors, not for liveness or readiness probes.
    """
    return health_controller.ai()

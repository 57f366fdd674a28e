"""Probes: never rate-limited, never logged."""

from __future__ import annotations

from flask_smorest import Blueprint

from controllers import health_controller
from middleware.error_handler import problem, problem_response

blueprint = Blueprint("health", __name__, url_prefix="/health", description="Probes and the health report")


@blueprint.route("", methods=["GET"], strict_slashes=False)
@blueprint.response(200)
def report():
    """The full report"""
    return health_controller.report()


@blueprint.route("/ready", methods=["GET"])
@blueprint.response(200)
def ready():
    """Would a request sent now be worked on?"""
    if reason := health_controller.not_ready_because():
        return problem_response(problem("not_ready", reason))
    return health_controller.ready()


@blueprint.route("/alive", methods=["GET"])
@blueprint.response(200)
def alive():
    """Does the process answer?"""
    return health_controller.alive()

"""For operators: jobs that were given up. Every request bears the admin token (`middleware/api_keys.py`)."""

from __future__ import annotations

from controllers import admin_controller
from middleware.view_marks import Mark, mark
from routes.blueprint import RETRY_AFTER, DescribedBlueprint
from routes.schemas import examples
from routes.schemas.admin import DeadLetterBody, DeadLetterList, DeadLetterPage
from routes.schemas.jobs import Accepted
from routes.schemas.options import NoOptions

blueprint = DescribedBlueprint("admin", __name__, url_prefix="/admin", description="Jobs that were given up")
REFUSED = ("invalid_option", "unauthorized", "forbidden", "redis_unavailable")
JOB_ID = {"in": "path", "name": "job_id", "description": "The `job_id` of a dead letter.", "example": examples.JOB}


@blueprint.route("/dead-letters", methods=["GET"])
@mark(Mark.ADMIN)
@blueprint.problems(*REFUSED)
@blueprint.arguments(DeadLetterPage, location="query")
@blueprint.response(200, DeadLetterList, example=examples.DEAD_LETTERS)
def list_dead_letters(options):
    """Dead letters, newest first

    Jobs that ended with a fault that may not be their file's. They and their files are kept for seven days.
    """
    return admin_controller.list_dead_letters(options["offset"], options["limit"])


@blueprint.route("/dead-letters/<string:job_id>", methods=["GET"], parameters=[JOB_ID])
@mark(Mark.ADMIN)
@blueprint.problems(*REFUSED, "not_a_dead_letter")
@blueprint.arguments(NoOptions, location="query")
@blueprint.response(200, DeadLetterBody, example=examples.DEAD_LETTER)
def show_dead_letter(options, job_id):
    """One dead letter"""
    return admin_controller.show_dead_letter(job_id)


@blueprint.route("/dead-letters/<string:job_id>/replay", methods=["POST"], parameters=[JOB_ID])
@mark(Mark.ADMIN)
@blueprint.problems(*REFUSED, "not_a_dead_letter")
@blueprint.arguments(NoOptions, location="query")
@blueprint.response(202, Accepted, example=examples.ACCEPTED, headers=RETRY_AFTER)
def replay_dead_letter(options, job_id):
    """Work on a dead letter once more

    From the beginning, with all its tries, under the same id.
    """
    return admin_controller.replay(job_id)

"""Dead letters, for operators. Every request needs the admin token, or a key with the scope `admin`."""

from typing import Any

from flask import Response

from controllers import admin_controller
from middleware.view_marks import Mark, mark
from routes.blueprint import RETRY_AFTER, DescribedBlueprint
from routes.schemas import examples
from routes.schemas.base import NoOptions
from routes.schemas.jobs import Accepted, DeadLetter, DeadLetterList, DeadLetterListOptions

blueprint = DescribedBlueprint("admin", __name__, url_prefix="/admin", description="Dead letters")

JOB_ID = {"in": "path", "name": "job_id", "description": "The `job_id` of a dead letter.", "example": examples.JOB}


@blueprint.route("/dead-letters", methods=["GET"])
@mark(Mark.ADMIN)
@blueprint.problems(*admin_controller.LIST_ERRORS)
@blueprint.arguments(DeadLetterListOptions, location="query")
@blueprint.response(200, DeadLetterList, example=examples.DEAD_LETTERS)
def list_dead_letters(options: dict[str, Any]) -> Response:
    """List dead letters, newest first

    Jobs that failed, wholly or in part, although their file may be good. They and their files are kept for seven days.
    """
    return admin_controller.list_dead_letters(options["offset"], options["limit"])


@blueprint.route("/dead-letters/<string:job_id>", methods=["GET"], parameters=[JOB_ID])
@mark(Mark.ADMIN)
@blueprint.problems(*admin_controller.DEAD_LETTER_ERRORS)
@blueprint.arguments(NoOptions, location="query")
@blueprint.response(200, DeadLetter, example=examples.DEAD_LETTER)
def show_dead_letter(options: dict[str, Any], job_id: str) -> Response:
    """Get a dead letter"""
    return admin_controller.show_dead_letter(job_id)


@blueprint.route("/dead-letters/<string:job_id>/replay", methods=["POST"], parameters=[JOB_ID])
@mark(Mark.ADMIN)
@blueprint.problems(*admin_controller.DEAD_LETTER_ERRORS)
@blueprint.arguments(NoOptions, location="query")
@blueprint.response(202, Accepted, example=examples.ACCEPTED, headers=RETRY_AFTER)
def replay_dead_letter(options: dict[str, Any], job_id: str) -> Response:
    """Replay a dead letter

    Processes the job again from the start, with all its attempts, under the same id.
    """
    return admin_controller.replay(job_id)

"""Files that go straight to the storage: announced here, sent there, and worked on when they have come."""

from __future__ import annotations

from flask import request
from flask_limiter import Limiter
from flask_smorest import Blueprint

from controllers import upload_controller
from middleware.rate_limiter import shared_limit
from middleware.view_marks import Mark, mark
from routes.blueprint import RETRY_AFTER, DescribedBlueprint
from routes.ocr import BAD_FILE, BY_KEY, IDEMPOTENCY_KEY, JOB_ID, LOCATION, REFUSED
from routes.schemas import examples
from routes.schemas.jobs import Accepted
from routes.schemas.options import NoOptions
from routes.schemas.uploads import Announced, Noticed, Signed, announcement
from routes.schemas.webhooks import CALLBACKS

JSON_OF_S3 = {
    "schema": {"type": "object", "properties": {"Records": {"type": "array", "items": {"type": "object"}}}},
    "example": {
        "Records": [{"eventName": "s3:ObjectCreated:Put", "s3": {"object": {"key": "ocr-uploads%2Fannounced%2F…"}}}]
    },
}
BYTES = {"schema": {"type": "string", "format": "binary"}}


def make_blueprint(settings, limiter: Limiter) -> Blueprint:
    blueprint = DescribedBlueprint(
        "uploads", __name__, url_prefix="/ocr/uploads", description="Files that go straight to the storage"
    )

    @blueprint.before_request
    def _ensure_welcome() -> None:
        if request.endpoint == "uploads.upload_events":
            upload_controller.ensure_teller()

    @blueprint.route("", methods=["POST"], parameters=[IDEMPOTENCY_KEY])
    @blueprint.arguments(announcement(settings), location="json", example=examples.ANNOUNCEMENT)
    @blueprint.problems(
        *("bad_request", "invalid_option", "unsupported_language", "model_not_available", "payload_too_large"),
        *("unsupported_media_type", "page_out_of_range", *REFUSED, *BY_KEY),
    )
    @blueprint.doc(callbacks=CALLBACKS)
    @shared_limit(limiter, settings)
    @blueprint.response(201, Announced, example=examples.ANNOUNCED, headers=LOCATION)
    def announce_upload(announced):
        """Announce a file

        Answers with an address. PUT the file there, with the headers that come with it; its job then begins by itself.
        """
        return upload_controller.announce(announced)

    @blueprint.route("/<string:job_id>", methods=["PUT"], parameters=[JOB_ID])
    @mark(Mark.OPEN)
    @blueprint.arguments(Signed, location="query")
    @blueprint.doc(requestBody={"required": True, "content": {"application/octet-stream": BYTES}})
    @blueprint.problems(
        *("bad_request", "invalid_option", "upload_incomplete", "empty_file", "page_out_of_range"),
        *("invalid_signature", "job_not_found", "upload_finished", "job_cancelled", "upload_expired"),
        *("length_required", "payload_too_large", "upload_mismatch", *BAD_FILE),
        *("redis_unavailable", "storage_unavailable"),
    )
    @blueprint.response(202, Accepted, example=examples.ACCEPTED, headers={**LOCATION, **RETRY_AFTER})
    def put_upload(signed, job_id):
        """Send an announced file

        To the `upload_url` as it was given. Where the service keeps its uploads with S3, that leads there instead.
        """
        return upload_controller.receive(job_id, signed)

    @blueprint.route("/events", methods=["POST"])
    @mark(Mark.OPEN)
    @blueprint.arguments(NoOptions, location="query")
    @blueprint.doc(
        requestBody={"required": True, "content": {"application/json": JSON_OF_S3}},
        security=[{"uploadEvents": []}],
    )
    @blueprint.problems(
        "bad_request", "invalid_option", "unauthorized", "forbidden", "payload_too_large", "redis_unavailable"
    )
    @blueprint.response(200, Noticed, example={"noticed": 1})
    def upload_events(options):
        """Tell of objects that were created

        For S3 and what speaks its protocol: event notifications, with `UPLOAD_EVENTS_TOKEN` as bearer token.
        """
        return upload_controller.events()

    return blueprint

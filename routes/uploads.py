"""Announced uploads: the client sends the file straight to storage, and its job starts when the file has arrived."""

from typing import Any

from flask import Response, request

from controllers import upload_controller
from controllers.context import RequestLimits
from middleware.view_marks import Mark, mark
from routes.blueprint import RETRY_AFTER, Decorator, DescribedBlueprint
from routes.ocr import IDEMPOTENCY_KEY, JOB_ID, LOCATION
from routes.paths import UPLOADS
from routes.schemas import examples
from routes.schemas.base import NoOptions
from routes.schemas.jobs import Accepted
from routes.schemas.uploads import AnnouncedUpload, SignedAddress, UploadEventsResult, announcement
from routes.schemas.webhooks import CALLBACKS

S3_EVENT = {
    "schema": {"type": "object", "properties": {"Records": {"type": "array", "items": {"type": "object"}}}},
    "example": {
        "Records": [{"eventName": "s3:ObjectCreated:Put", "s3": {"object": {"key": "ocr-uploads%2Fannounced%2F…"}}}]
    },
}
BINARY = {"schema": {"type": "string", "format": "binary"}}


def make_blueprint(limits: RequestLimits, rate_limit: Decorator, upload_events_token: str) -> DescribedBlueprint:
    blueprint = DescribedBlueprint(
        "uploads", __name__, url_prefix=UPLOADS, description="Uploads that go straight to storage"
    )

    def authenticate_events() -> None:
        if request.endpoint == "uploads.upload_events":
            upload_controller.authenticate_events(upload_events_token)

    blueprint.before_request(authenticate_events)

    @blueprint.route("", methods=["POST"], parameters=[IDEMPOTENCY_KEY])
    @blueprint.arguments(announcement(limits), location="json", example=examples.ANNOUNCEMENT)
    @blueprint.problems(*upload_controller.ANNOUNCE_ERRORS)
    @blueprint.doc(callbacks=CALLBACKS)
    @rate_limit
    @blueprint.response(201, AnnouncedUpload, example=examples.ANNOUNCED, headers=LOCATION)
    def announce_upload(options: dict[str, Any]) -> Response:
        """Announce an upload

        Returns an address. PUT the file there with the returned headers; its job then starts by itself.
        """
        return upload_controller.announce(options)

    @blueprint.route("/<string:job_id>", methods=["PUT"], parameters=[JOB_ID])
    @mark(Mark.OPEN)
    @blueprint.arguments(SignedAddress, location="query")
    @blueprint.doc(requestBody={"required": True, "content": {"application/octet-stream": BINARY}})
    @blueprint.problems(*upload_controller.RECEIVE_ERRORS)
    @blueprint.response(202, Accepted, example=examples.ACCEPTED, headers={**LOCATION, **RETRY_AFTER})
    def put_upload(signed: dict[str, str], job_id: str) -> Response:
        """Send an announced file

        Use the unchanged `upload_url` of the announcement. If the service stores uploads in S3, it is an address of S3.
        """
        return upload_controller.receive(job_id, signed)

    @blueprint.route("/events", methods=["POST"])
    @mark(Mark.OPEN)
    @blueprint.arguments(NoOptions, location="query")
    @blueprint.doc(
        requestBody={"required": True, "content": {"application/json": S3_EVENT}},
        security=[{"uploadEvents": []}],
    )
    @blueprint.problems(*upload_controller.EVENT_ERRORS)
    @blueprint.response(200, UploadEventsResult, example={"noticed": 1})
    def upload_events(options: dict[str, Any]) -> Response:
        """Report created objects

        For event notifications of S3 and compatible storage, with `UPLOAD_EVENTS_TOKEN` as bearer token.
        """
        return upload_controller.events()

    return blueprint

"""What is sent to a job's `callback_url`, for the API's description."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from routes.schemas import examples
from routes.schemas.jobs import Fault, Links, Progress

ENDS = ["completed", "failed", "cancelled"]


class EndedJob(Schema):
    """Never a word of what was read: that is fetched from `links.result`."""

    job_id = fields.UUID(required=True)
    status = fields.String(required=True, validate=validate.OneOf(ENDS))
    successful = fields.Boolean(required=True)
    progress = fields.Nested(Progress, required=True)
    created_at = fields.DateTime(required=True)
    finished_at = fields.DateTime(required=True)
    filename = fields.String(required=True)
    links = fields.Nested(Links, required=True)
    error = fields.Nested(Fault)


class JobEnded(Schema):
    """The message that a job has ended, signed as Standard Webhooks specifies."""

    type = fields.String(required=True, validate=validate.OneOf([f"job.{end}" for end in ENDS]))
    timestamp = fields.DateTime(required=True, metadata={"description": "When the job ended."})
    data = fields.Nested(EndedJob, required=True)


def _header(name: str, description: str) -> dict:
    return {"in": "header", "name": name, "required": True, "schema": {"type": "string"}, "description": description}


#: For the operations that create work.
CALLBACKS = {
    "jobEnded": {
        "{$request.query.callback_url}": {
            "post": {
                "summary": "The job has ended",
                "description": "Sent to `callback_url`, be it in the query or the form, until it is answered with a "
                "status from 200 to 299, for an hour at most. Redirects are not followed.",
                "parameters": [
                    _header("webhook-id", "The same at each try: drop what came before."),
                    _header("webhook-timestamp", "Unix time of this try."),
                    _header("webhook-signature", "`v1,` and the HMAC-SHA256, in base64, of id.timestamp.body."),
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": JobEnded, "example": examples.JOB_ENDED}},
                },
                "responses": {
                    "2XX": {"description": "Heard."},
                    "410": {"description": "Given up at once."},
                    "default": {"description": "Sent again, no sooner than `Retry-After` says."},
                },
            }
        }
    }
}

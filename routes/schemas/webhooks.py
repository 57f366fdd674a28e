"""The message to a job's `callback_url`, as an OpenAPI callback."""

from typing import Any

from marshmallow import Schema, fields, validate

from routes.schemas import examples
from routes.schemas.base import about
from routes.schemas.jobs import JobError, Links, Progress

END_STATUSES = ["completed", "failed", "cancelled"]


class EndedJob(Schema):
    """Contains no recognized text. Fetch it from `links.result`."""

    job_id = fields.UUID(required=True)
    status = fields.String(required=True, validate=validate.OneOf(END_STATUSES))
    successful = fields.Boolean(required=True)
    progress = fields.Nested(Progress, required=True)
    created_at = fields.DateTime(required=True)
    finished_at = fields.DateTime(required=True)
    filename = fields.String(required=True)
    links = fields.Nested(Links, required=True)
    error = fields.Nested(JobError)


class JobEnded(Schema):
    """The message that a job has ended, signed according to Standard Webhooks."""

    type = fields.String(required=True, validate=validate.OneOf([f"job.{status}" for status in END_STATUSES]))
    timestamp = fields.DateTime(required=True, **about("When the job ended."))
    data = fields.Nested(EndedJob, required=True)


def _header(name: str, description: str) -> dict[str, Any]:
    return {"in": "header", "name": name, "required": True, "schema": {"type": "string"}, "description": description}


#: For the operations that create jobs.
CALLBACKS = {
    "jobEnded": {
        "{$request.query.callback_url}": {
            "post": {
                "summary": "The job has ended",
                "description": "Sent to `callback_url`, whether given in the query or in the form. Repeated for up to "
                "an hour until the response status is 200 to 299. Redirects are not followed.",
                "parameters": [
                    _header("webhook-id", "The same for each attempt. Use it to ignore duplicates."),
                    _header("webhook-timestamp", "Unix time of this attempt."),
                    _header("webhook-signature", "`v1,` and the base64 HMAC-SHA256 of id.timestamp.body."),
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": JobEnded, "example": examples.JOB_ENDED}},
                },
                "responses": {
                    "2XX": {"description": "Received."},
                    "410": {"description": "Stops all further attempts."},
                    "default": {"description": "Repeated later, not before `Retry-After`."},
                },
            }
        }
    }
}

"""Dead letters."""

from __future__ import annotations

from marshmallow import fields, validate

from routes.schemas.jobs import JobError, JobStatus, Links
from routes.schemas.options import StrictSchema


class DeadLetterListOptions(StrictSchema):
    offset = fields.Integer(
        load_default=0, validate=validate.Range(min=0), metadata={"description": "Number of newer ones to skip."}
    )
    limit = fields.Integer(
        load_default=50, validate=validate.Range(min=1, max=200), metadata={"description": "Maximum number to return."}
    )


class DeadLetterError(JobError):
    page = fields.Integer(metadata={"description": "The failed page, if other pages could be read."})


class DeadLetter(JobStatus):
    """A job that failed, wholly or in part, although its file may be good."""

    owner = fields.String(required=True)
    type = fields.String(required=True, validate=validate.OneOf(["image", "pdf"]))
    file_size = fields.Integer(required=True, metadata={"description": "Bytes."})
    request_id = fields.String(required=True, metadata={"description": "Identifies the job's log lines."})
    dead_since = fields.DateTime(required=True)
    faults = fields.List(fields.Nested(DeadLetterError), required=True)
    links = fields.Nested(Links, required=True)


class DeadLetterList(StrictSchema):
    dead_letters = fields.List(fields.Nested(DeadLetter), required=True)
    total = fields.Integer(required=True)

"""Dead letters."""

from __future__ import annotations

from marshmallow import fields, validate

from routes.schemas.jobs import Fault, JobStatus, Links
from routes.schemas.options import StrictSchema


class DeadLetterPage(StrictSchema):
    offset = fields.Integer(
        load_default=0, validate=validate.Range(min=0), metadata={"description": "Newer ones that are passed over."}
    )
    limit = fields.Integer(
        load_default=50, validate=validate.Range(min=1, max=200), metadata={"description": "Letters in one answer."}
    )


class LetterFault(Fault):
    page = fields.Integer(metadata={"description": "The page that failed, where the others were read."})


class DeadLetterBody(JobStatus):
    """A job that was given up though its file may be good."""

    owner = fields.String(required=True)
    type = fields.String(required=True, validate=validate.OneOf(["image", "pdf"]))
    file_size = fields.Integer(required=True, metadata={"description": "Bytes."})
    request_id = fields.String(required=True, metadata={"description": "The log lines of the job bear it."})
    dead_since = fields.DateTime(required=True)
    faults = fields.List(fields.Nested(LetterFault), required=True)
    links = fields.Nested(Links, required=True)


class DeadLetterList(StrictSchema):
    dead_letters = fields.List(fields.Nested(DeadLetterBody), required=True)
    total = fields.Integer(required=True)

"""What an error looks like, wherever it comes from."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from middleware.error_catalog import CATALOG
from routes.schemas.jobs import BatchItem, BatchSummary


class Problem(Schema):
    """An error (RFC 9457). `detail` says what is wrong and what to do; `GET /errors/{code}` says more of its kind."""

    type = fields.String(required=True, metadata={"description": "Where its kind is explained."})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, validate=validate.OneOf(sorted(CATALOG)))
    detail = fields.String(required=True)
    error = fields.String(required=True, metadata={"description": "The same as `title`."})
    message = fields.String(required=True, metadata={"description": "The same as `detail`."})
    request_id = fields.String(
        required=True, metadata={"description": "Also in the header X-Request-ID and in the log."}
    )
    filename = fields.String(metadata={"description": "The file that is at fault, where one is."})
    job_id = fields.UUID(metadata={"description": "The job that is at fault, where one is."})
    option = fields.String(metadata={"description": "The option that is at fault, where one is."})
    retry_after = fields.Integer(metadata={"description": "Seconds until the rate limit lets more through."})
    remaining = fields.Integer(metadata={"description": "Requests that the rate limit still lets through."})
    jobs = fields.List(fields.Nested(BatchItem), metadata={"description": "The files of a batch that all failed."})
    summary = fields.Nested(BatchSummary)


class ErrorKind(Schema):
    """A kind of error."""

    code = fields.String(required=True, validate=validate.OneOf(sorted(CATALOG)))
    status = fields.Integer(required=True)
    title = fields.String(required=True)
    remedy = fields.String(required=True, metadata={"description": "What to do about it."})

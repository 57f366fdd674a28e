"""Error responses."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from middleware.error_catalog import CATALOG
from routes.schemas.jobs import BatchItem, BatchSummary


class Problem(Schema):
    """An error (RFC 9457). `detail` says what is wrong and what to do. `GET /errors/{code}` describes the code."""

    type = fields.String(required=True, metadata={"description": "The address of the error's description."})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, validate=validate.OneOf(sorted(CATALOG)))
    detail = fields.String(required=True)
    error = fields.String(required=True, metadata={"description": "Same as `title`."})
    message = fields.String(required=True, metadata={"description": "Same as `detail`."})
    request_id = fields.String(
        required=True, metadata={"description": "Also in the header X-Request-ID and in the log."}
    )
    filename = fields.String(metadata={"description": "The file that caused the error."})
    job_id = fields.UUID(metadata={"description": "The job that caused the error."})
    option = fields.String(metadata={"description": "The option that caused the error."})
    retry_after = fields.Integer(metadata={"description": "Seconds until the rate limit allows further requests."})
    remaining = fields.Integer(metadata={"description": "Requests that the rate limit still allows."})
    jobs = fields.List(fields.Nested(BatchItem), metadata={"description": "The files of a batch if all failed."})
    summary = fields.Nested(BatchSummary)


class ErrorDescription(Schema):
    """What an error code means."""

    code = fields.String(required=True, validate=validate.OneOf(sorted(CATALOG)))
    status = fields.Integer(required=True)
    title = fields.String(required=True)
    remedy = fields.String(required=True, metadata={"description": "What the client can do."})

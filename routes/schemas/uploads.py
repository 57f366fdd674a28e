"""Announced uploads."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from controllers.context import RequestLimits
from routes.schemas.jobs import STATUSES, Links
from routes.schemas.options import StrictSchema, job_options

MEDIA_TYPES = ["image/jpeg", "image/png", "image/bmp", "image/tiff", "image/webp", "image/gif", "application/pdf"]


def announcement(limits: RequestLimits) -> Schema:
    """A file to be uploaded, and the options of its job. An instance: creating one takes longer than using it."""
    options = job_options(limits, wait=0)
    del options["wait"]  # the file has not arrived yet, so there is nothing to wait for
    file: dict[str, fields.Field[Any]] = {
        "filename": fields.String(required=True, validate=validate.Length(min=1, max=1024)),
        "file_size": fields.Integer(
            required=True,
            strict=True,
            validate=validate.Range(min=1),
            metadata={"description": "Exact size in bytes, at most `limits.max_content_length` of /capabilities."},
        ),
        "content_type": fields.String(
            load_default="",
            validate=validate.OneOf(["", *MEDIA_TYPES]),
            metadata={"description": "Type of the file. By default, every supported type is accepted."},
        ),
    }
    return StrictSchema.from_dict({**file, **options}, name="UploadAnnouncement")()


class UploadHeaders(Schema):
    content_type = fields.String(required=True, data_key="Content-Type")
    content_length = fields.String(required=True, data_key="Content-Length")


class AnnouncedUpload(Schema):
    """A job that starts by itself when its file has been sent to `upload_url`."""

    job_id = fields.UUID(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    upload_url = fields.String(
        required=True, metadata={"format": "uri", "description": "Send the raw bytes here, not a multipart form."}
    )
    method = fields.String(required=True, validate=validate.OneOf(["PUT"]))
    headers = fields.Nested(UploadHeaders, required=True, metadata={"description": "Send these with the file."})
    expires_at = fields.DateTime(required=True, metadata={"description": "The file must arrive before."})
    filename = fields.String(required=True)
    file_size = fields.Integer(required=True, metadata={"description": "Bytes."})
    links = fields.Nested(Links, required=True)


class SignedAddress(StrictSchema):
    """The query of an `upload_url`."""

    expires = fields.String(required=True, metadata={"description": "Unix seconds."})
    signature = fields.String(required=True, metadata={"description": "As in `upload_url`."})


class UploadEventsResult(Schema):
    noticed = fields.Integer(required=True, metadata={"description": "Uploads that a worker will now check."})

"""Files that are announced and come by themselves."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from routes.schemas.jobs import STATUSES, Links
from routes.schemas.options import StrictSchema, job_options

MEDIA_TYPES = ["image/jpeg", "image/png", "image/bmp", "image/tiff", "image/webp", "image/gif", "application/pdf"]


def announcement(settings) -> Schema:
    """A file to come, and the options of its job. An instance: to make one takes longer than to use it."""
    options = job_options(settings, wait=0)
    del options["wait"]  # nothing can be waited for: the file has not come yet
    file = {
        "filename": fields.String(required=True, validate=validate.Length(min=1, max=1024)),
        "file_size": fields.Integer(
            required=True,
            strict=True,
            validate=validate.Range(min=1),
            metadata={
                "description": "Bytes, exactly. The most that is taken is `limits.max_content_length` of /capabilities."
            },
        ),
        "content_type": fields.String(
            load_default="",
            validate=validate.OneOf(["", *MEDIA_TYPES]),
            metadata={"description": "What the file is. Left out, any type is taken that can be read."},
        ),
    }
    return StrictSchema.from_dict({**file, **options}, name="Announcement")()


class UploadHeaders(Schema):
    content_type = fields.String(required=True, data_key="Content-Type")
    content_length = fields.String(required=True, data_key="Content-Length")


class Announced(Schema):
    """A job that begins by itself when its file has been sent to `upload_url`."""

    job_id = fields.UUID(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    upload_url = fields.String(
        required=True,
        metadata={"format": "uri", "description": "Where the bytes go, as they are: no multipart, no form."},
    )
    method = fields.String(required=True, validate=validate.OneOf(["PUT"]))
    headers = fields.Nested(
        UploadHeaders, required=True, metadata={"description": "Headers that have to be sent with the file."}
    )
    expires_at = fields.DateTime(required=True, metadata={"description": "The file has to come before."})
    filename = fields.String(required=True)
    file_size = fields.Integer(required=True, metadata={"description": "Bytes."})
    links = fields.Nested(Links, required=True)


class Signed(StrictSchema):
    """What the address of an upload carries."""

    expires = fields.String(required=True, metadata={"description": "Unix seconds."})
    signature = fields.String(required=True, metadata={"description": "As it was given in `upload_url`."})


class Noticed(Schema):
    noticed = fields.Integer(required=True, metadata={"description": "Uploads of which a worker was told."})

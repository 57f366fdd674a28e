"""Announced uploads."""

from typing import Any

from marshmallow import Schema, fields, validate

from controllers.capabilities_controller import FORMATS
from controllers.context import RequestLimits
from routes.schemas.base import StrictSchema, about
from routes.schemas.jobs import STATUSES, Links
from routes.schemas.options import job_options

MEDIA_TYPES = [*FORMATS["image"], *FORMATS["pdf"]]


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
            # A larger file is the error 413, not one of the option.
            **about("Exact size in bytes.", maximum=limits.max_content_length),
        ),
        "content_type": fields.String(
            load_default="",
            validate=validate.OneOf(["", *MEDIA_TYPES]),
            **about("Type of the file. By default, every supported type is accepted."),
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
    upload_url = fields.String(required=True, **about("Send the raw bytes here, not a multipart form.", format="uri"))
    method = fields.String(required=True, validate=validate.OneOf(["PUT"]))
    headers = fields.Nested(UploadHeaders, required=True, **about("Send these with the file."))
    expires_at = fields.DateTime(required=True, **about("The file must arrive before."))
    filename = fields.String(required=True)
    file_size = fields.Integer(required=True, **about("Bytes."))
    links = fields.Nested(Links, required=True)


class SignedAddress(StrictSchema):
    """The query of an `upload_url`."""

    expires = fields.String(required=True, **about("Unix seconds."))
    signature = fields.String(required=True, **about("As in `upload_url`."))


class UploadEventsResult(Schema):
    noticed = fields.Integer(required=True, **about("Uploads that a worker will now check."))

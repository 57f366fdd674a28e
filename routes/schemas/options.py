"""Options of a request, with the configured limits and defaults."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from controllers.context import RequestLimits

BINARY = {"type": "string", "format": "binary"}
#: The syntax of `services/ocr_service/page_ranges.py` as JSON Schema.
PAGES: dict[str, Any] = {
    "pattern": "^([0-9]{1,6}(-[0-9]{1,6})?(,[0-9]{1,6}(-[0-9]{1,6})?)*)?$",
    "maxLength": 1000,
}


class StrictSchema(Schema):
    """Unknown fields are errors."""

    class Meta:
        unknown = RAISE


class NoOptions(StrictSchema):
    """For operations without options."""


def job_options(limits: RequestLimits, wait: int) -> dict[str, fields.Field[Any]]:
    """The options of a job. `wait`: default number of seconds that a response waits for the result."""
    return {
        "lang": fields.String(
            load_default=limits.default_lang,
            validate=validate.Length(min=1, max=32),
            metadata={"description": "Language of the text. `GET /capabilities` lists the available ones."},
        ),
        "dpi": fields.Integer(
            load_default=limits.default_dpi,
            validate=validate.Range(min=limits.min_dpi, max=limits.max_dpi),
            metadata={"description": "Resolution at which PDF pages are rendered. Has no effect on images."},
        ),
        "pages": fields.String(
            load_default="",
            metadata={"description": "Pages to read, such as `1-3,7`. All pages by default.", **PAGES},
        ),
        "detail": fields.String(
            load_default="line",
            validate=validate.OneOf(["line", "word"]),
            metadata={"description": "`word`: each line also contains the boxes of its words."},
        ),
        "mode": fields.String(
            load_default="auto",
            validate=validate.OneOf(["auto", "ocr", "text"]),
            metadata={
                "description": "How PDF pages are read. `text`: from the text layer. `ocr`: by OCR. `auto`: from the "
                "text layer if it can be trusted, otherwise by OCR. Images have no text layer: `text` is an error."
            },
        ),
        "orientation": fields.String(
            load_default="auto",
            validate=validate.OneOf(["auto", "off"]),
            metadata={"description": "`auto`: pages are rotated upright before they are read. `off`: they are not."},
        ),
        "callback_url": fields.String(
            load_default="",
            validate=validate.Length(max=2048),
            metadata={
                "description": "Where to `POST` a signed message when the job has ended: an http or https address on "
                "the public internet. By default no message is sent. See the callback `jobEnded`."
            },
        ),
        "wait": _wait(
            min(wait, limits.max_wait_seconds),
            limits,
            "Seconds to wait for the result. The response is 200 with the result, or 202 if it takes longer.",
        ),
    }


def query_schema(options: dict[str, fields.Field[Any]]) -> type[Schema]:
    return StrictSchema.from_dict(options, name="DocumentOptions")


def file_form(name: str, options: dict[str, fields.Field[Any]], formats: str) -> type[Schema]:
    """The multipart form of one file and its options. `name`: the name of the schema in OpenAPI."""
    file = fields.Raw(
        required=True, metadata={**BINARY, "description": f"{formats}. The content decides, not the file name."}
    )
    return StrictSchema.from_dict({"file": file, **options}, name=name)


def files_form(name: str, options: dict[str, fields.Field[Any]]) -> type[Schema]:
    """The multipart form of several files and their common options."""
    files = fields.List(
        fields.Raw(metadata=BINARY),
        required=True,
        validate=validate.Length(min=1),
        metadata={"description": "Images and PDFs."},
    )
    return StrictSchema.from_dict({"files": files, **options}, name=name)


def result_options(limits: RequestLimits) -> type[Schema]:
    """Options for fetching a result."""
    partial = fields.Boolean(
        load_default=False, metadata={"description": "Return the finished pages of a running job."}
    )
    wait = _wait(0, limits, "Seconds to wait for the end of the job.")
    return StrictSchema.from_dict({"wait": wait, "partial": partial}, name="ResultOptions")


def _wait(default: int, limits: RequestLimits, description: str) -> fields.Float:
    return fields.Float(
        load_default=default,
        allow_nan=False,
        validate=validate.Range(min=0, max=limits.max_wait_seconds),
        metadata={"description": description},
    )

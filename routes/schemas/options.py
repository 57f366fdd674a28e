"""Options of a request, with the limits and defaults that the settings give."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate


class StrictSchema(Schema):
    """What it does not know is an error, never dropped."""

    class Meta:
        unknown = RAISE


class NoOptions(StrictSchema):
    """For addresses that take no options."""


def job_options(settings, wait: int) -> dict[str, fields.Field]:
    """The options of a job; `wait` is how many seconds an answer waits for the result when the client does not say."""
    return {
        "lang": fields.String(
            load_default=settings.ocr_lang,
            validate=validate.Length(min=1, max=32),
            metadata={"description": "Language of the text. `GET /capabilities` lists those that are ready."},
        ),
        "dpi": fields.Integer(
            load_default=settings.default_dpi,
            validate=validate.Range(min=72, max=settings.max_dpi),
            metadata={"description": "Resolution at which PDF pages are rendered. Pictures are not rendered."},
        ),
        "pages": fields.String(
            load_default="",
            metadata={"description": "Pages to read, such as `1-3,7`. All when left out.", **_PAGES},
        ),
        "detail": fields.String(
            load_default="line",
            validate=validate.OneOf(["line", "word"]),
            metadata={"description": "`word`: lines come with the boxes of their words."},
        ),
        "mode": fields.String(
            load_default="auto",
            validate=validate.OneOf(["auto", "ocr", "text"]),
            metadata={
                "description": "How PDF pages are read. `auto`: from their text layer where it can be trusted, by OCR "
                "where not. `ocr`, `text`: always so. Pictures have no text layer and take `auto` and `ocr` alone."
            },
        ),
        "orientation": fields.String(
            load_default="auto",
            validate=validate.OneOf(["auto", "off"]),
            metadata={
                "description": "`auto`: pages that lie on their side or upside down are righted before they are read. "
                "`off`: they are read as they lie."
            },
        ),
        "callback_url": fields.String(
            load_default="",
            validate=validate.Length(max=2048),
            metadata={
                "description": "Where to `POST` a signed message when the job has ended: http or https, at an address "
                "on the public internet. Nowhere when left out. See the callback `jobEnded`."
            },
        ),
        "wait": _wait(
            min(wait, settings.request_timeout),
            settings,
            "Seconds to wait for the result: the answer is 200 with it, or 202 when it takes longer.",
        ),
    }


def query_of(options: dict[str, fields.Field]) -> type[Schema]:
    """Options as they stand in a query."""
    return StrictSchema.from_dict(options, name="DocumentOptions")


def one_file(name: str, options: dict[str, fields.Field], formats: str) -> type[Schema]:
    """The multipart body of one file and its options; `name` is what the API's description calls it."""
    file = fields.Raw(
        required=True, metadata={**_BINARY, "description": f"{formats}. The content counts, not the name."}
    )
    return StrictSchema.from_dict({"file": file, **options}, name=name)


def many_files(name: str, options: dict[str, fields.Field]) -> type[Schema]:
    """The multipart body of several files and the options they share."""
    files = fields.List(
        fields.Raw(metadata=_BINARY),
        required=True,
        validate=validate.Length(min=1),
        metadata={"description": "Pictures and PDFs, mixed."},
    )
    return StrictSchema.from_dict({"files": files, **options}, name=name)


def result_options_schema(settings) -> type[Schema]:
    """Options of asking for a result."""
    partial = fields.Boolean(
        load_default=False, metadata={"description": "Of a job that still runs, answer with the pages that are done."}
    )
    wait = _wait(0, settings, "Seconds to wait for the job's end.")
    return StrictSchema.from_dict({"wait": wait, "partial": partial}, name="ResultOptions")


def _wait(default: int, settings, description: str) -> fields.Float:
    return fields.Float(
        load_default=default,
        allow_nan=False,
        validate=validate.Range(min=0, max=settings.request_timeout),
        metadata={"description": description},
    )


_BINARY = {"type": "string", "format": "binary"}
#: What `services/ocr_service/page_ranges.py` takes, in words of OpenAPI.
_PAGES = {"pattern": "^([0-9]{1,6}(-[0-9]{1,6})?(,[0-9]{1,6}(-[0-9]{1,6})?)*)?$", "maxLength": 1000}

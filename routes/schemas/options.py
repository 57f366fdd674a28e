"""Options of a request, with the configured limits and defaults."""

from typing import Any

from marshmallow import Schema, fields, validate

from controllers.context import MIN_DPI, RequestLimits
from controllers.result_formats import NAMES
from routes.schemas.base import StrictSchema, about

BINARY = {"type": "string", "format": "binary"}
#: The characters that `services/webhooks/guard.py` accepts, as JSON Schema.
FETCH_URL = r"^[Hh][Tt][Tt][Pp][Ss]?://[!-\[\]-~]+$"
CALLBACK_URL = r"^(|[Hh][Tt][Tt][Pp][Ss]?://[!-\[\]-~]+)$"
#: The option that may not be in a query: addresses are logged.
PASSWORD = "password"
#: Highest value of the option `page`.
MAX_PAGE = 1_000_000
#: The syntax of `services/ocr_service/page_ranges.py` as JSON Schema.
PAGES: dict[str, Any] = {"pattern": "^([0-9]{1,6}(-[0-9]{1,6})?(,[0-9]{1,6}(-[0-9]{1,6})?)*)?$", "maxLength": 1000}


def job_options(limits: RequestLimits, wait: int) -> dict[str, fields.Field[Any]]:
    """The options of a job. `wait`: default number of seconds that a response waits for the result."""
    return {
        "lang": fields.String(
            load_default=limits.ocr_lang,
            validate=validate.Length(min=1, max=100),
            **about(
                "Language of the text, several (`hi+en`), or `auto`: the script of each line is detected. "
                "`GET /capabilities` lists the available ones."
            ),
        ),
        "dpi": fields.Integer(
            load_default=limits.default_dpi,
            validate=validate.Range(min=MIN_DPI, max=limits.max_dpi),
            **about("Resolution at which PDF pages are rendered. Has no effect on images."),
        ),
        "pages": fields.String(
            load_default="", **about("Pages to read, such as `1-3,7`. All pages by default.", **PAGES)
        ),
        "detail": _choice(["line", "word"], "`word`: each line also contains the boxes of its words."),
        "mode": _choice(
            ["auto", "ocr", "text"],
            "How PDF pages are read. `text`: from the text layer. `ocr`: by OCR. `auto`: from the "
            "text layer if it can be trusted, otherwise by OCR. Images have no text layer: `text` is an error.",
        ),
        "orientation": _choice(
            ["auto", "off"], "`auto`: pages are rotated upright before they are read. `off`: they are not."
        ),
        "layout": _choice(
            ["auto", "geometry", "off"],
            "How tables and other regions are found. `auto`: by geometry and small models. `geometry`: without models. "
            "`off`: not at all. The text layer of a PDF is always read by geometry.",
        ),
        "extract": _names(
            "What to find besides the text, separated by commas: `ids` (identity documents), `mrz` (machine-readable "
            "zones), `barcodes`, or `all`. The result then has `documents`.",
        ),
        "mask": _names(
            "Types of documents whose numbers are hidden everywhere in the result, separated by commas, such as "
            "`aadhaar,pan`, or `all`.",
        ),
        "outputs": _names(
            "Files to generate from the pages, separated by commas: `pdf` (a searchable PDF), `annotated` (the pages "
            "with outlined lines), or `all`. They can be fetched with `format` as long as the result.",
        ),
        PASSWORD: fields.String(
            load_default="",
            validate=validate.Length(max=127),
            **about("Opens an encrypted PDF. Has no effect on other files. Deleted when the job ends."),
        ),
        "callback_url": fields.String(
            load_default="",
            validate=validate.Length(max=2048),
            **about(
                "Where to `POST` a signed message when the job has ended: an http or https address on "
                "the public internet. By default no message is sent. See the callback `jobEnded`.",
                pattern=CALLBACK_URL,
            ),
        ),
        "wait": _wait(
            min(wait, limits.request_timeout),
            limits,
            "Seconds to wait for the result. The response is 200 with the result, or 202 if it takes longer.",
        ),
    }


def one_file(formats: str) -> fields.Raw:
    return fields.Raw(required=True, **about(f"{formats}. The content decides, not the file name.", **BINARY))


def several_files(limits: RequestLimits) -> fields.Field[Any]:
    file = fields.Raw(metadata=BINARY)
    count = validate.Length(min=1, max=limits.max_batch_files)
    return fields.List(file, required=True, validate=count, **about("Images and PDFs."))


def base64_file() -> dict[str, fields.Field[Any]]:
    """A file in a JSON object: `file` or `url`."""
    return {
        "file": fields.String(
            **about("The file in base64, or a `data:` URL of it. The limits are those of a form.", format="byte"),
        ),
        "url": fields.String(
            validate=validate.Length(max=2048),
            **about(
                "Instead of `file`: where a worker fetches it, with http or https on the public internet. Only if "
                "`limits.fetch_urls` of `GET /capabilities` is true.",
                pattern=FETCH_URL,
            ),
        ),
        "filename": fields.String(
            load_default="", validate=validate.Length(max=1024), **about("The name of the file, for your own use.")
        ),
    }


def base64_files(limits: RequestLimits) -> dict[str, fields.Field[Any]]:
    """Files in a JSON object."""
    file = fields.Nested(StrictSchema.from_dict(base64_file(), name="FileInJSON"))
    count = validate.Length(min=1, max=limits.max_batch_files)
    return {"files": fields.List(file, required=True, validate=count, **about("Images and PDFs in base64."))}


def result_options(limits: RequestLimits) -> type[Schema]:
    """Options for fetching a result."""
    partial = fields.Boolean(load_default=False, **about("Return the finished pages of a running job."))
    wait = _wait(0, limits, "Seconds to wait for the end of the job.")
    return StrictSchema.from_dict({"wait": wait, "partial": partial, **format_options()}, name="ResultOptions")


def batch_result_options(limits: RequestLimits) -> type[Schema]:
    """Options for fetching all results of a batch."""
    wait = _wait(0, limits, "Seconds to wait for the end of all jobs.")
    chosen = fields.String(
        load_default="", validate=validate.OneOf(["", *NAMES]), **about("Format of the results. By default json.")
    )
    return StrictSchema.from_dict({"wait": wait, "format": chosen}, name="BatchResultOptions")


def format_options() -> dict[str, fields.Field[Any]]:
    """In which format a result is sent."""
    return {
        "format": fields.String(
            load_default="",
            validate=validate.OneOf(["", *NAMES]),
            **about("Format of the result. By default, the header `Accept` decides."),
        ),
        "page": fields.Integer(
            load_default=0,
            validate=validate.Range(min=0, max=MAX_PAGE),
            **about("Only the page with this number. 0 for all pages. Not for the formats json and pdf."),
        ),
        "furniture": fields.Boolean(
            load_default=False,
            **about("Include page headers, page footers and page numbers. For the formats markdown and html."),
        ),
    }


def _choice(choices: list[str], description: str) -> fields.String:
    """The first choice is the default."""
    return fields.String(load_default=choices[0], validate=validate.OneOf(choices), **about(description))


def _names(description: str) -> fields.String:
    return fields.String(load_default="", validate=validate.Length(max=256), **about(description, examples=["all"]))


def _wait(default: int, limits: RequestLimits, description: str) -> fields.Float:
    return fields.Float(
        load_default=default,
        allow_nan=False,
        validate=validate.Range(min=0, max=limits.request_timeout),
        **about(description),
    )

"""Capabilities, the index and errors."""

from marshmallow import Schema, fields, validate

from middleware.error_catalog import CATALOG
from routes.schemas.base import about
from routes.schemas.jobs import BatchItem, BatchSummary


class Models(Schema):
    default = fields.String(required=True)
    loaded = fields.List(fields.String(), required=True, **about("Loaded by a running worker."))
    installed = fields.List(fields.String(), required=True)
    installable = fields.List(fields.String(), required=True)


class LanguageRecogniser(Schema):
    used = fields.String(required=True, allow_none=True, **about("Null if nothing that is installed reads it."))
    better = fields.String(
        required=True,
        allow_none=True,
        **about("Reads it better, but is not installed: `python -m paddleocr_service install LANGUAGE`."),
    )


class Languages(Schema):
    default = fields.String(required=True)
    available = fields.List(fields.String(), required=True, **about("Valid values of `lang`."))
    installable = fields.List(fields.String(), required=True, **about("Valid once their model is installed."))
    recognisers = fields.Dict(
        fields.String(),
        fields.Nested(LanguageRecogniser),
        required=True,
        **about("The recogniser of each language.", examples=[{"hi": {"used": "tesseract/hin", "better": None}}]),
    )


class Formats(Schema):
    image = fields.List(fields.String(), required=True)
    pdf = fields.List(fields.String(), required=True)


class ResultFormat(Schema):
    """A format in which results are sent."""

    name = fields.String(required=True, **about("Value of the option `format`."))
    media_type = fields.String(required=True, **about("What `Accept` can ask for. hocr has the type of html."))
    extension = fields.String(required=True)
    needs_outputs = fields.Boolean(
        required=True, **about("Only for jobs whose option `outputs` names it, and for POST /ocr/predict.")
    )


class Limits(Schema):
    max_content_length = fields.Integer(required=True, **about("Bytes of a request."))
    max_batch_files = fields.Integer(required=True, **about("Files of a batch."))
    max_image_pixels = fields.Integer(required=True, **about("Larger images are rejected."))
    max_image_width = fields.Integer(required=True, **about("Wider images are scaled down."))
    max_image_height = fields.Integer(required=True, **about("Higher images are scaled down."))
    max_pdf_pages = fields.Integer(required=True)
    min_dpi = fields.Integer(required=True)
    max_dpi = fields.Integer(required=True)
    default_dpi = fields.Integer(required=True)
    page_timeout_seconds = fields.Integer(required=True)
    result_ttl_seconds = fields.Integer(required=True)
    max_wait_seconds = fields.Integer(required=True)
    fetch_urls = fields.Boolean(required=True, **about("Whether a file may be named by its `url`."))


class DocumentKinds(Schema):
    """What the options `extract` and `mask` know."""

    extract = fields.List(fields.String(), required=True)
    types = fields.List(fields.String(), required=True, **about("Types of documents, for `mask`."))
    zone_formats = fields.List(fields.String(), required=True, **about("Formats of machine-readable zones."))
    symbologies = fields.List(fields.String(), required=True, **about("Kinds of barcodes."))


class Capabilities(Schema):
    """What this installation can do."""

    models = fields.Nested(Models, required=True)
    languages = fields.Nested(Languages, required=True)
    formats = fields.Nested(Formats, required=True)
    result_formats = fields.List(fields.Nested(ResultFormat), required=True)
    documents = fields.Nested(DocumentKinds, required=True)
    limits = fields.Nested(Limits, required=True)


class Index(Schema):
    """The main addresses."""

    service = fields.String(required=True)
    documentation = fields.String(required=True)
    openapi = fields.String(required=True)
    capabilities = fields.String(required=True)
    health = fields.String(required=True)
    source = fields.Url(required=True, allow_none=True, **about("The source code. Null if the operator did not say."))
    license = fields.String(required=True)


class Problem(Schema):
    """An error (RFC 9457). `detail` says what is wrong and what to do. `GET /errors/{code}` describes the code."""

    type = fields.String(required=True, **about("The address of the error's description."))
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, validate=validate.OneOf(sorted(CATALOG)))
    detail = fields.String(required=True)
    error = fields.String(required=True, **about("Same as `title`."))
    message = fields.String(required=True, **about("Same as `detail`."))
    request_id = fields.String(required=True, **about("Also in the header X-Request-ID and in the log."))
    filename = fields.String(**about("The file that caused the error."))
    job_id = fields.UUID(**about("The job that caused the error."))
    option = fields.String(**about("The option that caused the error."))
    total_pages = fields.Integer(**about("How many pages the document has, if the option `pages` requests others."))
    retry_after = fields.Integer(
        **about("Seconds until it makes sense to try again: after a rate limit or with a full queue.")
    )
    remaining = fields.Integer(**about("Requests that the rate limit still allows, or what is left of the quota."))
    quota = fields.String(**about("The quota that is exhausted, such as `pages_per_day`."))
    limit = fields.Integer(**about("The limit of this quota."))
    resets_at = fields.DateTime(**about("When this quota resets. Missing for `concurrent_jobs`."))
    jobs = fields.List(fields.Nested(BatchItem), **about("The files of a batch if all failed."))
    summary = fields.Nested(BatchSummary)


class ErrorDescription(Schema):
    """What an error code means."""

    code = fields.String(required=True, validate=validate.OneOf(sorted(CATALOG)))
    status = fields.Integer(required=True)
    title = fields.String(required=True)
    remedy = fields.String(required=True, **about("What the client can do."))

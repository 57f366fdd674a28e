"""What requests may say and what answers look like: the same schemas validate, and describe the API in OpenAPI."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate


def job_options_schema(settings) -> type[Schema]:
    """Options of a job, with the limits and defaults that the settings give."""

    class JobOptions(Schema):
        class Meta:
            unknown = RAISE

        lang = fields.String(
            load_default=settings.ocr_lang,
            validate=validate.Length(min=1, max=32),
            metadata={"description": "Language of the text; GET /capabilities lists those that are ready."},
        )
        dpi = fields.Integer(
            load_default=settings.default_dpi,
            validate=validate.Range(min=72, max=settings.max_dpi),
            metadata={"description": "Resolution at which PDF pages are rendered. Pictures are not rendered."},
        )
        pages = fields.String(
            load_default="",
            metadata={"description": "Pages to read, such as 1-3,7. All when left out.", "examples": ["1-3,7"]},
        )
        detail = fields.String(
            load_default="line",
            validate=validate.OneOf(["line", "word"]),
            metadata={"description": "Whether lines come with the boxes of their words."},
        )
        mode = fields.String(
            load_default="ocr",
            validate=validate.OneOf(["ocr"], error="Must be ocr: the text layers of PDFs are not read."),
            metadata={"description": "How PDF pages are read: ocr renders and recognises them."},
        )
        orientation = fields.String(
            load_default="off",
            validate=validate.OneOf(["off"], error="Must be off: pages are read as they lie."),
            metadata={"description": "Whether pages that lie on their side are righted."},
        )
        wait = fields.Float(
            load_default=None,
            allow_nan=False,
            validate=validate.Range(min=0, max=settings.request_timeout),
            metadata={"description": "Seconds to wait for the result; the answer is 202 when it takes longer."},
        )

    return JobOptions


def _file(description: str) -> fields.Raw:
    return fields.Raw(required=True, metadata={"type": "string", "format": "binary", "description": description})


def upload_schema(options: type[Schema]) -> type[Schema]:
    """The multipart body of one file and its options."""

    class FileUpload(options):
        file = _file("JPEG, PNG, BMP, TIFF, WebP, GIF or PDF.")

    return FileUpload


def batch_schema(options: type[Schema]) -> type[Schema]:
    """The multipart body of several files and their common options."""

    class BatchUpload(options):
        files = fields.List(
            fields.Raw(metadata={"type": "string", "format": "binary"}),
            required=True,
            metadata={"description": "Pictures and PDFs, mixed."},
        )

    return BatchUpload


class Problem(Schema):
    """An error, RFC 9457."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    error = fields.String(required=True, metadata={"description": "The same as title."})
    message = fields.String(required=True, metadata={"description": "The same as detail."})
    request_id = fields.String(required=True)
    filename = fields.String()
    retry_after = fields.Integer()
    remaining = fields.Integer()


class Links(Schema):
    self = fields.String(required=True)
    result = fields.String(required=True)


class Accepted(Schema):
    """A job that was taken in."""

    job_id = fields.UUID(required=True)
    status = fields.String(required=True)
    filename = fields.String(required=True)
    file_size = fields.Integer(required=True)
    message = fields.String(required=True)
    links = fields.Nested(Links, required=True)
    processing_dpi = fields.Integer(metadata={"description": "PDFs only."})


class Fault(Schema):
    """Why a job, page or file failed."""

    code = fields.String(required=True)
    title = fields.String(required=True)
    detail = fields.String(required=True)


class BatchItem(Schema):
    """One file of a batch: a job, or an error."""

    filename = fields.String(required=True)
    status = fields.String(required=True)
    job_id = fields.UUID()
    type = fields.String(validate=validate.OneOf(["image", "pdf"]))
    file_size = fields.Integer()
    links = fields.Nested(Links)
    error = fields.Nested(Fault)


class BatchSummary(Schema):
    total_files = fields.Integer(required=True)
    jobs_created = fields.Integer(required=True)
    failed_files = fields.Integer(required=True)
    success = fields.Boolean(required=True, metadata={"description": "Every file became a job."})


class BatchAccepted(Schema):
    jobs = fields.List(fields.Nested(BatchItem), required=True)
    summary = fields.Nested(BatchSummary, required=True)
    message = fields.String(required=True)


class Progress(Schema):
    pages_total = fields.Integer(required=True)
    pages_done = fields.Integer(required=True)


class JobStatus(Schema):
    job_id = fields.UUID(required=True)
    status = fields.String(
        required=True,
        validate=validate.OneOf(["awaiting_upload", "processing", "completed", "failed", "cancelled"]),
    )
    stage = fields.String(required=True)
    ready = fields.Boolean(required=True)
    successful = fields.Boolean(required=True, allow_none=True)
    failed = fields.Boolean(required=True, allow_none=True)
    progress = fields.Nested(Progress, required=True)
    created_at = fields.DateTime(required=True)
    started_at = fields.DateTime(required=True, allow_none=True)
    finished_at = fields.DateTime(required=True, allow_none=True)
    attempts = fields.Integer(required=True)
    filename = fields.String(required=True)
    error = fields.Nested(Fault)


def _polygon() -> fields.List:
    return fields.List(
        fields.List(fields.Float(), validate=validate.Length(equal=2)),
        required=True,
        validate=validate.Length(equal=4),
        metadata={"description": "Four [x, y] in pixels, clockwise from the text's top left."},
    )


class WordBox(Schema):
    text = fields.String(required=True)
    confidence = fields.Float(required=True)
    bbox = _polygon()


class LineBox(WordBox):
    words = fields.List(fields.Nested(WordBox))


class PageResult(Schema):
    page = fields.Integer(required=True)
    text = fields.String(required=True)
    lines = fields.List(fields.Nested(LineBox), required=True)
    success = fields.Boolean(required=True)
    width = fields.Integer(required=True, allow_none=True)
    height = fields.Integer(required=True, allow_none=True)
    source = fields.String(required=True, validate=validate.OneOf(["ocr", "text_layer"]))
    error = fields.Nested(Fault)


class EngineUsed(Schema):
    name = fields.String(required=True)
    runtime = fields.String(required=True)
    models = fields.List(fields.String(), required=True)


class JobResult(Schema):
    """A picture has `text` and `lines`; a PDF or a TIFF of several frames has `pages` and `full_text`."""

    job_id = fields.UUID(required=True)
    status = fields.String(required=True)
    success = fields.Boolean(required=True)
    filename = fields.String(required=True)
    file_size = fields.Integer(required=True)
    cached = fields.Boolean(required=True)
    processing_time_seconds = fields.Float(required=True)
    engine = fields.Nested(EngineUsed, required=True)
    lang = fields.String(required=True)
    text = fields.String()
    lines = fields.List(fields.Nested(LineBox))
    width = fields.Integer()
    height = fields.Integer()
    pages = fields.List(fields.Nested(PageResult))
    full_text = fields.String()
    total_pages = fields.Integer()
    processing_dpi = fields.Integer()

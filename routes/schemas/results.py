"""Results of jobs."""

from typing import Any

from marshmallow import Schema, fields, validate

from controllers.submission import BLOCK_KINDS, DOCUMENT_TYPES, ZONE_FORMATS
from middleware.error_catalog import WARNING_CODES
from routes.schemas.base import about
from routes.schemas.jobs import JobError, JobStatus


def _polygon(required: bool = True) -> fields.List[Any]:
    return fields.List(
        fields.List(fields.Float(), validate=validate.Length(equal=2)),
        required=required,
        validate=validate.Length(equal=4),
        **about(
            "Four points `[x, y]` in pixels of the page as displayed (EXIF and `orientation` applied), "
            "clockwise from the top left of the text.",
            examples=[[[10, 20], [100, 20], [100, 40], [10, 40]]],
        ),
    )


POLYGON = _polygon()
INDEX = fields.Integer(validate=validate.Range(min=0))


class WordBox(Schema):
    text = fields.String(required=True)
    confidence = fields.Float(required=True, validate=validate.Range(min=0, max=1))
    bbox = POLYGON


class LineBox(WordBox):
    script = fields.String(
        required=True,
        allow_none=True,
        **about("Unicode's name of the script of most letters. Null for a line without letters.", examples=["Latin"]),
    )
    words = fields.List(fields.Nested(WordBox), **about("With the option `detail=word`."))


class TableCell(Schema):
    """A cell of a table."""

    row = fields.Integer(required=True, validate=validate.Range(min=0), **about("Of its top left corner, from 0."))
    column = fields.Integer(required=True, validate=validate.Range(min=0), **about("Of its top left corner, from 0."))
    rowspan = fields.Integer(required=True, validate=validate.Range(min=1))
    colspan = fields.Integer(required=True, validate=validate.Range(min=1))
    text = fields.String(required=True)
    bbox = POLYGON
    is_header = fields.Boolean(required=True)
    lines = fields.List(INDEX, required=True, **about("Indices into `lines` of the page, from 0."))


class BlockBox(Schema):
    """A region of the page, such as a paragraph or a table."""

    kind = fields.String(required=True, validate=validate.OneOf(BLOCK_KINDS))
    bbox = POLYGON
    text = fields.String(
        required=True,
        **about("A paragraph's lines are joined and hyphenation is undone. Other kinds: a line of text for each row."),
    )
    lines = fields.List(INDEX, required=True, **about("Indices into `lines`, from 0, in reading order."))
    confidence = fields.Float(required=True, validate=validate.Range(min=0, max=1), **about("How certain the kind is."))
    level = fields.Integer(validate=validate.Range(min=1, max=6), **about("Headings only."))
    marker = fields.String(**about("List items only: the bullet or number."))
    rows = fields.List(fields.List(INDEX), **about("Tables only: the line indices of each row, from top to bottom."))
    continued = fields.Boolean(**about("Tables only: the table continues that of the page before."))
    rows_count = fields.Integer(**about("Tables with `cells` only."))
    columns_count = fields.Integer(**about("Tables with `cells` only."))
    cells = fields.List(fields.Nested(TableCell), **about("Tables only, if their cells were found."))


class PageWarning(Schema):
    """Something that the page of the file shows or holds and its result does not."""

    code = fields.String(required=True, validate=validate.OneOf(WARNING_CODES))
    detail = fields.String(required=True)
    bbox = _polygon(required=False)


class FormField(Schema):
    """A field of a PDF form. `value`: text; for a checkbox or radio button whether it is ticked; null if empty."""

    name = fields.String(required=True)
    type = fields.String(required=True, validate=validate.OneOf(["text", "checkbox", "radio", "choice", "signature"]))
    value = fields.Raw(
        required=True,
        allow_none=True,
        **about("A string, a boolean, or null.", oneOf=[{"type": "string"}, {"type": "boolean"}, {"type": "null"}]),
    )
    bbox = POLYGON


WARNINGS = fields.List(fields.Nested(PageWarning), required=True, **about("Empty if nothing was left out."))


def _orientation(allow_none: bool) -> fields.Integer:
    return fields.Integer(
        required=True,
        allow_none=allow_none,
        validate=validate.OneOf([0, 90, 180, 270]),
        **about("Clockwise rotation in degrees that made the page upright. 0 if it already was."),
    )


class FoundDocument(Schema):
    """An identity document, a machine-readable zone or a barcode. A zone also has its `format` and its lines, `mrz`."""

    type = fields.String(required=True, validate=validate.OneOf(DOCUMENT_TYPES))
    number = fields.String(required=True, **about("The content of a barcode. Empty if that is bytes: see `bytes`."))
    valid = fields.Boolean(required=True, allow_none=True, **about("All checks passed. null: nothing to check."))
    checks = fields.Dict(keys=fields.String(), values=fields.Boolean(), required=True)
    document_fields = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, data_key="fields", **about("Dates as YYYY-MM-DD.")
    )
    confidence = fields.Float(required=True, validate=validate.Range(min=0, max=1))
    needs_review = fields.Boolean(required=True)
    reasons = fields.List(fields.String(), required=True, **about("Codes, such as `checksum_failed`."))
    page = fields.Integer(required=True)
    bbox = POLYGON
    lines = fields.List(INDEX, required=True, **about("Indices into the `lines` of the page."))
    masked = fields.Boolean(**about("The number is masked, on the document or by the option `mask`."))
    format = fields.String(validate=validate.OneOf(ZONE_FORMATS))
    mrz = fields.List(fields.String())
    symbology = fields.String(**about("Barcodes only."))
    kind = fields.String(**about("`aadhaar_secure_qr` for such a code. It is decoded only with `extract=ids`."))
    length = fields.Integer(**about("Bytes of a barcode."))
    bytes = fields.String(**about("Base64. Only if the content of a barcode is not text."))


MASKED_AREAS = fields.List(
    _polygon(), **about("With the option `mask`: polygons of the page that show what is hidden, to be painted over.")
)
DOCUMENTS = fields.List(fields.Nested(FoundDocument), **about("With the option `extract`."))


class PageResult(Schema):
    """A page. A failed page has `success: false` and an `error`."""

    page = fields.Integer(required=True, **about("Page number in the document, from 1."))
    text = fields.String(required=True)
    lines = fields.List(fields.Nested(LineBox), required=True)
    blocks = fields.List(fields.Nested(BlockBox), required=True)
    success = fields.Boolean(required=True)
    width = fields.Integer(required=True, allow_none=True, **about("Pixels."))
    height = fields.Integer(required=True, allow_none=True, **about("Pixels."))
    orientation = _orientation(allow_none=True)
    lang = fields.String(required=True, allow_none=True, **about("As `lang` of the result, for this page."))
    source = fields.String(required=True, validate=validate.OneOf(["ocr", "text_layer"]))
    warnings = WARNINGS
    masked_areas = MASKED_AREAS
    form_fields = fields.List(
        fields.Nested(FormField), required=True, data_key="fields", **about("Fields of a PDF form.")
    )
    error = fields.Nested(JobError)
    documents = fields.List(
        fields.Nested(FoundDocument), **about("Only for a running job with `extract`. Its result lists all documents.")
    )


class PartialStatus(JobStatus):
    """A running job, with its finished pages if the client asked for them."""

    pages = fields.List(fields.Nested(PageResult), **about("With the option `partial=true`."))


class Engine(Schema):
    name = fields.String(required=True)
    runtime = fields.String(required=True)
    models = fields.List(fields.String(), required=True)


class JobResult(Schema):
    """Fields of every result."""

    job_id = fields.UUID(required=True)
    status = fields.String(required=True, validate=validate.OneOf(["completed"]))
    success = fields.Boolean(required=True, **about("At least one page could be read."))
    filename = fields.String(required=True)
    file_size = fields.Integer(required=True, **about("Bytes."))
    cached = fields.Boolean(required=True, **about("The result comes from the cache."))
    processing_time_seconds = fields.Float(required=True)
    engine = fields.Nested(Engine, required=True)
    lang = fields.String(
        required=True, **about("The language. With `lang=auto` or several languages, those that were found.")
    )
    documents = DOCUMENTS


class ImageResult(JobResult):
    """The result of an image. Lines are in reading order."""

    text = fields.String(required=True)
    lines = fields.List(fields.Nested(LineBox), required=True)
    blocks = fields.List(fields.Nested(BlockBox), required=True)
    width = fields.Integer(required=True, **about("Pixels."))
    height = fields.Integer(required=True, **about("Pixels."))
    orientation = _orientation(allow_none=False)
    warnings = WARNINGS
    masked_areas = MASKED_AREAS


class DocumentResult(JobResult):
    """The result of a PDF, or of a TIFF with several frames. A failed page does not affect the others."""

    pages = fields.List(fields.Nested(PageResult), required=True)
    full_text = fields.String(required=True)
    total_pages = fields.Integer(required=True)
    processing_dpi = fields.Integer(**about("PDFs only."))


RESULT = {"oneOf": [ImageResult, DocumentResult]}

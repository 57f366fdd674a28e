"""What was read."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from routes.schemas.jobs import Fault, JobStatus


def _polygon() -> fields.List:
    return fields.List(
        fields.List(fields.Float(), validate=validate.Length(equal=2)),
        required=True,
        validate=validate.Length(equal=4),
        metadata={
            "description": "Four `[x, y]` in pixels of the page as displayed, EXIF and `orientation` applied, "
            "clockwise from the text's top left.",
            "examples": [[[10, 20], [100, 20], [100, 40], [10, 40]]],
        },
    )


class WordBox(Schema):
    text = fields.String(required=True)
    confidence = fields.Float(required=True, validate=validate.Range(min=0, max=1))
    bbox = _polygon()


class LineBox(WordBox):
    words = fields.List(fields.Nested(WordBox), metadata={"description": "With the option `detail=word`."})


def _positions(**metadata: str) -> fields.List:
    return fields.List(fields.Integer(validate=validate.Range(min=0)), required=True, metadata=metadata)


class BlockBox(Schema):
    """A paragraph or a table."""

    kind = fields.String(required=True, validate=validate.OneOf(["text", "table"]))
    bbox = _polygon()
    text = fields.String(
        required=True, metadata={"description": "A line for each row; the lines of a row are joined by a space."}
    )
    lines = _positions(description="Its lines: positions in `lines`, from 0, in reading order.")
    rows = fields.List(
        _positions(), metadata={"description": "Of a table: the positions of its lines by row, from the top down."}
    )


def _orientation(**options: bool) -> fields.Integer:
    return fields.Integer(
        required=True,
        validate=validate.OneOf([0, 90, 180, 270]),
        metadata={
            "description": "Degrees by which the page was turned clockwise to be righted; 0 where it stood upright."
        },
        **options,
    )


class PageResult(Schema):
    """A page. One that failed has `success: false` and says why in `error`."""

    page = fields.Integer(required=True, metadata={"description": "Its number in the document, from 1."})
    text = fields.String(required=True)
    lines = fields.List(fields.Nested(LineBox), required=True)
    blocks = fields.List(fields.Nested(BlockBox), required=True)
    success = fields.Boolean(required=True)
    width = fields.Integer(required=True, allow_none=True, metadata={"description": "Pixels."})
    height = fields.Integer(required=True, allow_none=True, metadata={"description": "Pixels."})
    orientation = _orientation(allow_none=True)
    source = fields.String(required=True, validate=validate.OneOf(["ocr", "text_layer"]))
    error = fields.Nested(Fault)


class PartialStatus(JobStatus):
    """A job that still runs, with the pages that are done where they were asked for."""

    pages = fields.List(fields.Nested(PageResult), metadata={"description": "With the option `partial=true`."})


class EngineUsed(Schema):
    name = fields.String(required=True)
    runtime = fields.String(required=True)
    models = fields.List(fields.String(), required=True)


class JobResult(Schema):
    """What every result tells."""

    job_id = fields.UUID(required=True)
    status = fields.String(required=True, validate=validate.OneOf(["completed"]))
    success = fields.Boolean(required=True, metadata={"description": "At least one page was read."})
    filename = fields.String(required=True)
    file_size = fields.Integer(required=True, metadata={"description": "Bytes."})
    cached = fields.Boolean(required=True, metadata={"description": "The same file had been read before."})
    processing_time_seconds = fields.Float(required=True)
    engine = fields.Nested(EngineUsed, required=True)
    lang = fields.String(required=True)


class PictureResult(JobResult):
    """The result of a picture. Lines come in reading order."""

    text = fields.String(required=True)
    lines = fields.List(fields.Nested(LineBox), required=True)
    blocks = fields.List(fields.Nested(BlockBox), required=True)
    width = fields.Integer(required=True, metadata={"description": "Pixels."})
    height = fields.Integer(required=True, metadata={"description": "Pixels."})
    orientation = _orientation()


class DocumentResult(JobResult):
    """The result of a PDF, or of a TIFF of several frames. A page that failed does so alone."""

    pages = fields.List(fields.Nested(PageResult), required=True)
    full_text = fields.String(required=True)
    total_pages = fields.Integer(required=True)
    processing_dpi = fields.Integer(metadata={"description": "PDFs only."})


#: What a result is: the one or the other.
RESULT = {"oneOf": [PictureResult, DocumentResult]}

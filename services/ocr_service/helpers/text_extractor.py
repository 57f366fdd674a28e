"""From a `Recognition` of the engine to the page of a result document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from paddleocr_service import Block, Cell, Line, Polygon, Recognition, Word
from paddleocr_service.letters import missing_letters
from paddleocr_service.recognisers.language_data import TESSERACT
from paddleocr_service.results import TABLE
from services.ocr_service.helpers.form_fields import FormField
from services.ocr_service.helpers.page_transform import Box
from services.ocr_service.page_warnings import MISSING_LETTERS, PageWarning

#: The result of one page, as in the JSON result.
Page = dict[str, Any]


def page_of(
    recognition: Recognition,
    number: int,
    source: str = "ocr",
    warnings: Sequence[PageWarning] = (),
    fields: Sequence[FormField] = (),
) -> Page:
    """The result of one page. `bbox` is four [x, y] points in pixels of the page as displayed and turned upright."""
    return {
        "page": number,
        "text": recognition.text,
        "lines": [_line(line) for line in recognition.lines],
        "blocks": list(_blocks(recognition.blocks)),
        "success": True,
        "width": recognition.width,
        "height": recognition.height,
        "orientation": recognition.orientation,
        "lang": recognition.lang,
        "source": source,
        "warnings": [_warning(warning) for warning in (*warnings, *_letter_warnings(recognition))],
        "fields": [_field(field) for field in fields],
    }


def _blocks(blocks: tuple[Block, ...]) -> Iterator[dict[str, Any]]:
    """Blocks refer to lines by index: the lines of a page are the lines of its blocks, in order."""
    first = 0
    for block in blocks:
        rows = []
        for row in block.rows:
            rows.append(list(range(first, first + len(row))))
            first += len(row)
        yield _block(block, rows)


def _block(block: Block, rows: list[list[int]]) -> dict[str, Any]:
    """rows: the indexes of the lines of each row."""
    lines = list(chain.from_iterable(rows))
    result = {
        "kind": block.kind,
        "bbox": _corners(block.bbox),
        "text": block.text,
        "lines": lines,
        "confidence": round(block.confidence, 4),
    }
    if block.level is not None:
        result["level"] = block.level
    if block.marker is not None:
        result["marker"] = block.marker
    if block.kind == TABLE:
        result["rows"] = rows
        result["continued"] = block.continued
    if block.cells:
        result["rows_count"] = max(cell.row + cell.rowspan for cell in block.cells)
        result["columns_count"] = max(cell.column + cell.colspan for cell in block.cells)
        result["cells"] = [_cell(cell, lines) for cell in block.cells]
    return result


def _cell(cell: Cell, lines: Sequence[int]) -> dict[str, Any]:
    """lines: the indexes of the lines of the block."""
    return {
        "row": cell.row,
        "column": cell.column,
        "rowspan": cell.rowspan,
        "colspan": cell.colspan,
        "text": cell.text,
        "bbox": _corners(cell.bbox),
        "is_header": cell.is_header,
        "lines": [lines[position] for position in cell.lines],
    }


def _letter_warnings(recognition: Recognition) -> Iterator[PageWarning]:
    """A warning if the recogniser does not know letters of the language that may be on the page."""
    recognisers = [name for name in recognition.engine.models if name.endswith("_rec")]
    has_marks = any(name.startswith(TESSERACT) for name in recognition.engine.models)  # it knows what PP-OCR does not
    langs = recognition.lang.split("+") if recognisers and not has_marks else []
    missing = "".join(missing_letters(lang, recognisers[0], recognition.text) for lang in langs)
    if missing:
        yield MISSING_LETTERS.at(f"The recogniser does not know these letters: {' '.join(missing)}.")


def _warning(warning: PageWarning) -> dict[str, Any]:
    result: dict[str, Any] = {"code": warning.code, "detail": warning.detail}
    return {**result, "bbox": _corners(warning.box)} if warning.box else result


def _field(field: FormField) -> dict[str, Any]:
    return {"name": field.name, "type": field.type, "value": field.value, "bbox": _corners(field.box)}


def _corners(box: Box) -> list[list[float]]:
    x0, y0, x1, y1 = map(float, box)  # NumPy's numbers are none in JSON
    x0, y0, x1, y1 = round(x0, 1), round(y0, 1), round(x1, 1), round(y1, 1)
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]


def _line(line: Line) -> dict[str, Any]:
    result = _item(line)
    result["script"] = line.script
    if line.words:
        result["words"] = [_item(word) for word in line.words]
    return result


def _item(item: Line | Word) -> dict[str, Any]:
    return {"text": item.text, "confidence": round(item.confidence, 4), "bbox": _rounded(item.polygon)}


def _rounded(polygon: Polygon) -> list[list[float]]:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = polygon
    # An upright rectangle, as nearly all lines of a text layer are, takes half the work.
    if ay == by and bx == cx and cy == dy and dx == ax:
        x0, y0, x1, y1 = round(ax, 1), round(ay, 1), round(cx, 1), round(cy, 1)
        return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]
    return [[round(x, 1), round(y, 1)] for x, y in polygon]

"""From a `Recognition` of the engine to the page of a result document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from paddleocr_service import Block, Cell, Line, Polygon, Recognition, Word
from paddleocr_service.letters import missing_letters
from paddleocr_service.recognisers.language_data import TESSERACT
from paddleocr_service.results import TABLE
from services.ocr_service.helpers.form_fields import FormField
from services.ocr_service.helpers.page_transform import Box
from services.ocr_service.page_warnings import MISSING_LETTERS, PageWarning

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: A number of tenths that is at most this far from a whole one is rounded to it, whatever its error in binary.
_CERTAIN = 0.499
#: Positions of x and y of the corners of a box, clockwise from the top left, among its edges x0, y0, x1, y1.
_CORNERS = [0, 1, 2, 1, 2, 3, 0, 3]
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
        "lines": _lines(recognition.lines),
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


def _lines(lines: Sequence[Line]) -> list[dict[str, Any]]:
    polygons = [line.polygon for line in lines] + [word.polygon for line in lines for word in line.words]
    corners = iter(_corners_of_polygons(polygons))
    result = [_item(line, bbox) for line, bbox in zip(lines, corners, strict=False)]
    for line, found in zip(lines, result, strict=True):
        found["script"] = line.script
        if line.words:
            found["words"] = [_item(word, bbox) for word, bbox in zip(line.words, corners, strict=False)]
    return result


def _item(item: Line | Word, bbox: list[list[float]]) -> dict[str, Any]:
    return {"text": item.text, "confidence": _confidence(item.confidence), "bbox": bbox}


@lru_cache(1024)
def _confidence(value: float) -> float:
    return round(value, 4)


def _blocks(blocks: tuple[Block, ...]) -> Iterator[dict[str, Any]]:
    """Blocks refer to lines by index: the lines of a page are the lines of its blocks, in order."""
    boxes = [box for block in blocks for box in (block.bbox, *[cell.bbox for cell in block.cells])]
    corners = iter(_corners_of_boxes(boxes))
    first = 0
    for block in blocks:
        lines = list(range(first, first + sum(map(len, block.rows))))
        first += len(lines)
        yield _block(block, lines, corners)


def _block(block: Block, lines: list[int], corners: Iterator[list[list[float]]]) -> dict[str, Any]:
    """lines: the indexes of its lines. corners: of the block and its cells, in this order."""
    result = {
        "kind": block.kind,
        "bbox": next(corners),
        "text": block.text,
        "lines": lines,
        "confidence": _confidence(block.confidence),
    }
    if block.level is not None:
        result["level"] = block.level
    if block.marker is not None:
        result["marker"] = block.marker
    if block.kind == TABLE:
        places = iter(lines)
        result["rows"] = [list(islice(places, len(row))) for row in block.rows]
        result["continued"] = block.continued
    if block.cells:
        result["rows_count"] = max(cell.row + cell.rowspan for cell in block.cells)
        result["columns_count"] = max(cell.column + cell.colspan for cell in block.cells)
        result["cells"] = [_cell(cell, lines, next(corners)) for cell in block.cells]
    return result


def _cell(cell: Cell, lines: Sequence[int], bbox: list[list[float]]) -> dict[str, Any]:
    """lines: the indexes of the lines of the block."""
    return {
        "row": cell.row,
        "column": cell.column,
        "rowspan": cell.rowspan,
        "colspan": cell.colspan,
        "text": cell.text,
        "bbox": bbox,
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
    return _corners_of_boxes([box])[0]


def _corners_of_boxes(boxes: Sequence[Box]) -> list[list[list[float]]]:
    edges = _tenths(list(chain.from_iterable(boxes))).reshape(-1, 4)
    corners: list[list[list[float]]] = edges[:, _CORNERS].reshape(-1, 4, 2).tolist()
    return corners


def _corners_of_polygons(polygons: Sequence[Polygon]) -> list[list[list[float]]]:
    points = chain.from_iterable(polygons)
    corners: list[list[list[float]]] = _tenths(list(chain.from_iterable(points))).reshape(-1, 4, 2).tolist()
    return corners


def _tenths(values: Sequence[float]) -> NDArray[np.float64]:
    """`round(value, 1)` of each value. Most are not halfway between two tenths: NumPy takes a tenth of the time."""
    import numpy as np

    scaled = np.array(values, float) * 10
    nearest = np.rint(scaled)
    rounded: NDArray[np.float64] = nearest / 10
    for at in (np.abs(scaled - nearest) > _CERTAIN).nonzero()[0].tolist():
        rounded[at] = round(float(values[at]), 1)
    return rounded

"""Which pictures of a page with a text layer are read: those that may hold a noteworthy share of its text.

A logo or a small figure on a page of text costs more to read than the page and adds next to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from paddleocr_service import Line
from services.ocr_service.helpers.layer_places import Box, box_around, join, lies_in
from services.ocr_service.helpers.text_layer import LayerLine, Picture, TextLayer

if TYPE_CHECKING:
    import numpy as np

#: Characters of a page that is full of text.
_FULL_PAGE = 3500
#: A picture is read where it may hold this many times the characters of the layer.
_NOTEWORTHY = 0.25
#: Points; nothing lower or narrower holds a word.
_LOWEST, _NARROWEST = 6, 12
#: Pixels by which the pieces of a picture that was cut up may be apart.
_APART = 2
#: A page at this resolution in cells of so many pixels: those of at least this contrast number about as many as the
#: characters of a scan.
INK_DPI, _CELL, _CONTRAST = 36, 3, 40
_HALF = 0.5


def pictures_to_read(layer: TextLayer) -> list[tuple[Picture, bool]]:
    """The pictures that may be worth it, and whether each is a background, with most of the layer's text upon it.

    Pieces of a picture that was cut up, as scanners do, count as one. A picture with invisible text upon it is a scan.
    """
    seen, hidden = layer.seen, [line for line in layer.lines if line.hidden]
    written = sum(len(line.line.text) for line in seen)
    least = _NOTEWORTHY * written / _FULL_PAGE * layer.width * layer.height
    found = []
    for picture in _put_together(layer.pictures):
        x0, y0, x1, y1 = picture.box
        large = y1 - y0 >= _LOWEST * layer.zoom and x1 - x0 >= _NARROWEST * layer.zoom
        scanned = any(lies_in(line.box, picture.box) for line in hidden)
        if large and (scanned or _area(picture.box) >= least):
            upon = sum(len(line.line.text) for line in seen if lies_in(line.box, picture.box))
            found.append((picture, not scanned and upon >= _HALF * written))
    return found


def _put_together(pictures: Sequence[Picture]) -> list[Picture]:
    """Pictures that touch become one without a name; one that lies upon another goes with it."""
    whole: list[Picture] = []
    for picture in sorted(pictures, key=lambda picture: -_area(picture.box)):
        touching = [other for other in whole if _touch(picture.box, other.box)]
        if any(lies_in(picture.box, other.box) for other in touching):
            continue
        if touching:
            whole = [other for other in whole if other not in touching]
            picture = Picture(join([picture.box, *(other.box for other in touching)]), None)
        whole.append(picture)
    return whole


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _touch(one: Box, other: Box) -> bool:
    return (
        one[0] <= other[2] + _APART
        and other[0] <= one[2] + _APART
        and one[1] <= other[3] + _APART
        and other[1] <= one[3] + _APART
    )


def may_hold_text(page: np.ndarray, box: Box, layer: TextLayer) -> bool:
    """Whether a background shows so much detail, beside the layer's lines, that it may be a noteworthy text.

    page: (H, W, 3) uint8 at INK_DPI; box: of the background, in pixels of the layer.
    """
    import numpy as np

    rows, columns = page.shape[0] // _CELL, page.shape[1] // _CELL
    grey = page[: rows * _CELL, : columns * _CELL].mean(axis=2)
    cells = grey.reshape(rows, _CELL, columns, _CELL)
    # Letters vary from left to right and from top to bottom; rules and frames only in one way.
    across, down = np.ptp(cells, axis=3).max(axis=1), np.ptp(cells, axis=1).max(axis=2)
    busy = np.minimum(across, down) >= _CONTRAST
    scale = page.shape[1] / layer.width / _CELL
    for line in layer.seen:
        busy[_cells(line.box, scale)] = False
    written = sum(len(line.line.text) for line in layer.seen)
    return bool(busy[_cells(box, scale)].sum() >= _NOTEWORTHY * written)


def _cells(box: Box, scale: float) -> tuple[slice, slice]:
    """Rows and columns of the cells that a box touches."""
    x0, y0, x1, y1 = (edge * scale for edge in box)
    return slice(int(y0), int(y1) + 1), slice(int(x0), int(x1) + 1)


def without_those_of_the_layer(lines: Sequence[Line], layer: Sequence[LayerLine]) -> list[Line]:
    """Lines read from a picture, but for those that the layer has: the picture showed the text upon it as well."""
    known = [line.box for line in layer]
    return [line for line in lines if _overlap(box_around(line.polygon), known) < _HALF]


def _overlap(box: Box, others: Sequence[Box]) -> float:
    """The share of a box that others cover."""
    covered = 0.0
    for other in others:
        width = min(box[2], other[2]) - max(box[0], other[0])
        height = min(box[3], other[3]) - max(box[1], other[1])
        covered += max(0.0, width) * max(0.0, height)
    return covered / max(_area(box), 1e-6)

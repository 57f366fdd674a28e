"""Selects the images of a page with a text layer that are worth OCR: those that may hold a large share of its text.

OCR of a logo or a small figure costs more than reading the whole layer and adds almost nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from paddleocr_service import Line
from services.ocr_service.helpers.page_drawing import LayerImage
from services.ocr_service.helpers.page_transform import Box, box_around, is_inside, join
from services.ocr_service.helpers.text_layer import LayerLine, TextLayer

if TYPE_CHECKING:
    from services.ocr_service.helpers.colour import RGBArray

#: Characters on a page full of text.
_FULL_PAGE = 3500
#: An image is read if it may hold this share of the characters of the layer.
_MIN_SHARE = 0.25
#: Minimum height and width (points) of an image that can hold a word.
_MIN_HEIGHT, _MIN_WIDTH = 6, 12
#: Maximum gap (pixels) between pieces of one image.
_MAX_GAP = 2
#: At this resolution, cells of 3 x 3 pixels with at least this contrast are about as many as the characters of a scan.
DETAIL_DPI, _CELL, _MIN_CONTRAST = 36, 3, 40
_HALF = 0.5


def images_to_read(layer: TextLayer) -> list[tuple[LayerImage, bool]]:
    """The images that may be worth OCR, and whether each is a background with most of the layer's text on top.

    Pieces of one image, as scanners write them, count as one. An image with invisible text on top is a scan.
    """
    seen, hidden = layer.visible, [line for line in layer.lines if line.hidden]
    written = sum(len(line.line.text) for line in seen)
    min_area = _MIN_SHARE * written / _FULL_PAGE * layer.width * layer.height
    found = []
    for image in _merge_pieces(layer.images):
        x0, y0, x1, y1 = image.box
        large = y1 - y0 >= _MIN_HEIGHT * layer.zoom and x1 - x0 >= _MIN_WIDTH * layer.zoom
        scanned = any(is_inside(line.box, image.box) for line in hidden)
        if large and (scanned or _area(image.box) >= min_area):
            on_top = sum(len(line.line.text) for line in seen if is_inside(line.box, image.box))
            found.append((image, not scanned and on_top >= _HALF * written))
    return found


def _merge_pieces(images: Sequence[LayerImage]) -> list[LayerImage]:
    """Merge images that touch (the result has no xref), and drop images that lie on another."""
    merged: list[LayerImage] = []
    for image in sorted(images, key=lambda image: -_area(image.box)):
        touching = [other for other in merged if _touch(image.box, other.box)]
        if any(is_inside(image.box, other.box) for other in touching):
            continue
        if touching:
            merged = [other for other in merged if other not in touching]
            image = LayerImage(join([image.box, *(other.box for other in touching)]), None)
        merged.append(image)
    return merged


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _touch(one: Box, other: Box) -> bool:
    gap_x = max(one[0], other[0]) - min(one[2], other[2])
    gap_y = max(one[1], other[1]) - min(one[3], other[3])
    return gap_x <= _MAX_GAP and gap_y <= _MAX_GAP


def may_contain_text(page: RGBArray, box: Box, layer: TextLayer) -> bool:
    """Whether a background has enough detail outside the layer's lines to be text.

    page: (H, W, 3) uint8 at DETAIL_DPI. box: the background, in pixels of the layer.
    """
    import numpy as np

    rows, columns = page.shape[0] // _CELL, page.shape[1] // _CELL
    grey = page[: rows * _CELL, : columns * _CELL].mean(axis=2)
    cells = grey.reshape(rows, _CELL, columns, _CELL)
    # Letters vary in both directions, rules and frames only in one.
    across, down = np.ptp(cells, axis=3).max(axis=1), np.ptp(cells, axis=1).max(axis=2)
    busy = np.minimum(across, down) >= _MIN_CONTRAST
    scale = page.shape[1] / layer.width / _CELL
    for line in layer.visible:
        busy[_cells(line.box, scale)] = False
    written = sum(len(line.line.text) for line in layer.visible)
    return bool(busy[_cells(box, scale)].sum() >= _MIN_SHARE * written)


def _cells(box: Box, scale: float) -> tuple[slice, slice]:
    """Rows and columns of the cells that a box touches."""
    x0, y0, x1, y1 = (edge * scale for edge in box)
    return slice(int(y0), int(y1) + 1), slice(int(x0), int(x1) + 1)


def without_layer_lines(lines: Sequence[Line], layer: Sequence[LayerLine]) -> list[Line]:
    """Drop OCR lines that the layer already has: an image is rendered with the text on top of it."""
    known = [line.box for line in layer]
    return [line for line in lines if _overlap(box_around(line.polygon), known) < _HALF]


def _overlap(box: Box, others: Sequence[Box]) -> float:
    """The share of a box that is covered by others."""
    covered = 0.0
    for other in others:
        width = min(box[2], other[2]) - max(box[0], other[0])
        height = min(box[3], other[3]) - max(box[1], other[1])
        covered += max(0.0, width) * max(0.0, height)
    return covered / max(_area(box), 1e-6)

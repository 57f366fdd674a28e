"""The warning about text of a page's layer that a reader does not see and that the result does not have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from paddleocr_service import Line
from services.ocr_service.helpers.page_transform import Box, area, box_around, intersection, is_inside, join
from services.ocr_service.helpers.text_layer import LayerLine, TextLayer
from services.ocr_service.page_warnings import HIDDEN_TEXT, PageWarning

_HALF = 0.5


def hidden_text_warnings(layer: TextLayer, lines: Iterable[Line]) -> tuple[PageWarning, ...]:
    """One warning, or none. lines: of the result, in pixels of the layer.

    The warning says how much was left out, but not what: that may have been redacted.
    """
    if len(layer.visible) == len(layer.lines):
        return ()
    hidden = [line for line in layer.lines if line.hidden]
    left_out = list(_left_out(hidden, layer, [box_around(line.polygon) for line in lines]))
    if not left_out:
        return ()
    characters = sum(len(line.line.text) for line in left_out)
    detail = f"Left out: {_count(characters, 'character')} in {_count(len(left_out), 'line')} that a reader cannot see."
    return (HIDDEN_TEXT.at(detail, join(line.box for line in left_out)),)


def _left_out(hidden: Iterable[LayerLine], layer: TextLayer, read: list[Box]) -> Iterator[LayerLine]:
    """Text over or under a scan is its own OCR and not left out, nor is undrawn text where OCR has read text."""
    page = float(layer.width * layer.height)
    scans = [image.box for image in layer.images if area(image.box) >= _HALF * page]
    for line in hidden:
        on_scan = any(is_inside(line.box, scan) for scan in scans)
        if not on_scan and (line.unseen or not any(_shares_half(line.box, box) for box in read)):
            yield line


def _shares_half(box: Box, other: Box) -> bool:
    shared = intersection(box, other)
    return shared is not None and area(shared) >= _HALF * area(box)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

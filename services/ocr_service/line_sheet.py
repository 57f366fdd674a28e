"""OCR of some lines of a page: they are rendered one below the other on one picture, which is read once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from paddleocr_service import Line, Recognition
from paddleocr_service.orientation import lines_as_given
from paddleocr_service.polygons import Point
from services.ocr_service.helpers.page_transform import Box
from services.ocr_service.helpers.text_layer import LayerLine, TextLayer

if TYPE_CHECKING:
    from services.ocr_service.helpers.colour import RGBArray

#: Margin around a line, as a share of its height.
_MARGIN = 0.4
#: Lines that are lower than this share of the strip's height are cut off neighbours.
_MIN_HEIGHT = 0.25


def read_lines(
    lines: Sequence[LayerLine],
    layer: TextLayer,
    render: Callable[[Box], RGBArray],
    read: Callable[[RGBArray], Recognition],
) -> list[Line | None]:
    """What OCR reads at the places of lines of a layer, with their polygons. None if it reads nothing.

    Lines that do not run from left to right are turned before.

    render: renders a part of the page, in pixels of the layer, at any resolution.
    """
    import numpy as np

    if not lines:
        return []
    boxes = [_with_margin(line, layer) for line in lines]
    strips = [np.rot90(render(box), line.turns or 0) for line, box in zip(lines, boxes, strict=True)]
    width = max(strip.shape[1] for strip in strips)
    sheet = [np.pad(strip, ((0, 0), (0, width - strip.shape[1]), (0, 0)), mode="edge") for strip in strips]
    ends = np.cumsum([strip.shape[0] for strip in strips]).tolist()
    found: list[list[Line]] = [[] for _ in lines]
    for part in lines_as_given(read(np.concatenate(sheet))):
        heights = [y for _, y in part.polygon]
        at = min(int(np.searchsorted(ends, (min(heights) + max(heights)) / 2, side="right")), len(lines) - 1)
        if max(heights) - min(heights) >= _MIN_HEIGHT * strips[at].shape[0]:
            found[at].append(part)
    results: list[Line | None] = []
    for line, box, strip, end, parts in zip(lines, boxes, strips, ends, found, strict=True):
        place = _Place(box, strip.shape[0], strip.shape[1], end - strip.shape[0], line.turns or 0)
        results.append(_joined(parts, line.line, place) if parts else None)
    return results


class _Place(NamedTuple):
    """Where a strip is: around `box` on the page, and below `top` on the sheet, turned. height, width: in pixels."""

    box: Box
    height: int
    width: int
    top: int
    turns: int

    def on_page(self, point: Point) -> Point:
        """A point of the sheet on the page."""
        x, y = point[0] / self.width, (point[1] - self.top) / self.height
        x, y = ((x, y), (1 - y, x), (1 - x, 1 - y), (y, 1 - x))[self.turns]
        x0, y0, x1, y1 = self.box
        return x0 + x * (x1 - x0), y0 + y * (y1 - y0)


def _with_margin(line: LayerLine, layer: TextLayer) -> Box:
    x0, y0, x1, y1 = line.box
    margin = _MARGIN * (x1 - x0 if line.turns in (1, 3) else y1 - y0)
    return max(0.0, x0 - margin), max(0.0, y0 - margin), min(layer.width, x1 + margin), min(layer.height, y1 + margin)


def _joined(parts: Iterable[Line], line: Line, place: _Place) -> Line:
    """Parts of a line, found on the sheet, as one line of the page."""
    ordered = sorted(parts, key=lambda part: part.polygon[0][0])
    placed = [part.transformed(place.on_page) for part in ordered]
    words = tuple(word for part in placed for word in part.words)
    text = " ".join(part.text for part in placed)
    return replace(line, text=text, confidence=min(part.confidence for part in placed), words=words)

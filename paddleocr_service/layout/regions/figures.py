"""Figures: pictures, charts and logos of a page, found as areas of ink without text, and their captions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ...arrays import Pixels
from ...results import CAPTION, FIGURE, PARAGRAPH, Line
from .parts import Part
from .text_rows import Box, PageType, box_of_lines, overlap_x, overlap_y


@dataclass(frozen=True)
class _Limits:
    side: int = 450  # pixels of the shorter side of the small image in which figures are found
    ink: int = 40  # difference from the ground, of 255
    gap: int = 7  # pixels of the small image that are closed
    min_area: float = 0.012  # share of the page
    max_area: float = 0.8
    min_side: float = 0.05  # share of the shorter side of the page
    min_fill: float = 0.1  # share of the box that is ink; frames and rules have less
    max_text: float = 0.15  # share of the box that is text; tables and shaded text have more
    border: float = 0.01  # share of the page: shadows of a scan touch the edges


_LIMITS = _Limits()
_SUMS = 3 * 255 + 1  # of three colours
_NEAR = 2.0  # type sizes between a figure and its caption
_CAPTION_SIZE = 0.95  # relative to the running text
_MAX_CAPTION = 300  # characters
_INSIDE = 0.7  # share of a caption's width that is above or below the figure


def find_figures(image: Pixels, lines: Sequence[Line]) -> list[Box]:
    """Return boxes around the figures of an image (H, W, 3) uint8, in its pixels. lines: its text."""
    import cv2
    import numpy as np

    height, width = image.shape[:2]
    step = max(1, round(min(height, width) / _LIMITS.side))
    ink = _ink(image[::step, ::step])
    boxes = [box_of_lines([line]) for line in lines]
    for x0, y0, x1, y1 in boxes:
        pad = 0.15 * (y1 - y0)
        top, left = max(0, int((y0 - pad) / step)), max(0, int((x0 - pad) / step))
        ink[top : int((y1 + pad) / step) + 1, left : int((x1 + pad) / step) + 1] = 0
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((_LIMITS.gap, _LIMITS.gap), np.uint8))
    if cv2.countNonZero(closed) < _LIMITS.min_fill * _LIMITS.min_area * width * height / step**2:
        return []  # not enough ink for one figure
    count, _, stats, _ = cv2.connectedComponentsWithStats(closed)
    found = []
    for x, y, wide, high, area in stats[1:count].tolist():
        box = (float(x * step), float(y * step), float((x + wide) * step), float((y + high) * step))
        if area >= _LIMITS.min_fill * wide * high and _is_figure(box, boxes, width, height):
            found.append(box)
    return found


def _ink(small: Pixels) -> Pixels:
    """Return a mask (H, W) uint8 of the pixels whose brightness differs from that of the ground, which is most of them.

    The sum of the three colours is compared: as integers, it takes a fifth of the time of a mean. The ground is its
    median, by a histogram: sorting takes four times as long.
    """
    import cv2
    import numpy as np

    brightness = np.add(small[..., 0], small[..., 1], dtype=np.uint16)
    brightness += small[..., 2]
    counts = cv2.calcHist([brightness], [0], None, [_SUMS], (0, _SUMS)).cumsum(dtype=np.int64)
    middle = np.searchsorted(counts, ((brightness.size + 1) // 2, brightness.size // 2 + 1))
    ground, most = float(middle.mean()), 3 * _LIMITS.ink
    darkest, lightest = max(0, math.ceil(ground - most)), math.floor(ground + most)
    return ((brightness < darkest) | (brightness > lightest)).view(np.uint8)


def _is_figure(box: Box, texts: Sequence[Box], width: int, height: int) -> bool:
    x0, y0, x1, y1 = box
    share = (x1 - x0) * (y1 - y0) / (width * height)
    side, margin = _LIMITS.min_side * min(width, height), _LIMITS.border * min(width, height)
    at_edge = x0 <= margin or y0 <= margin or x1 >= width - margin or y1 >= height - margin
    if not _LIMITS.min_area <= share <= _LIMITS.max_area or min(x1 - x0, y1 - y0) < side or at_edge:
        return False
    covered = sum(max(0.0, overlap_x(box, text)) * max(0.0, overlap_y(box, text)) for text in texts)
    return covered <= _LIMITS.max_text * (x1 - x0) * (y1 - y0)


def with_figures(parts: list[Part], figures: Sequence[Box], page: PageType) -> list[Part]:
    """Insert figures before the caption below them, after one above them, or after the text above them.

    Small text beside a figure's lower edge becomes its caption.
    """
    result = list(parts)
    for box in sorted(figures, key=lambda box: (box[1], box[0])):
        figure = Part(FIGURE, [], box, 0.7)
        near = [(at, part) for at, part in enumerate(result) if _is_beside(part, box, page)]
        below = next((at for at, part in near if part.box[1] >= (box[1] + box[3]) / 2), None)
        above = next((at for at, part in near if part.box[3] <= (box[1] + box[3]) / 2), None)
        if below is not None:
            result[below].kind, result[below].level = CAPTION, None
            result.insert(below, figure)
        elif above is not None:
            result.insert(above + 1, figure)
        else:
            column = [at for at, part in enumerate(result) if overlap_x(part.box, box) > 0 and part.rows]
            higher = [at for at in column if (result[at].box[1] + result[at].box[3]) <= box[1] + box[3]]
            lowest = max(higher, key=lambda at: result[at].box[3], default=None)
            result.insert(min(column, default=0) if lowest is None else lowest + 1, figure)
    return result


def _is_beside(part: Part, box: Box, page: PageType) -> bool:
    """Return whether a part is a caption above or below a figure."""
    gap = max(part.box[1] - box[3], box[1] - part.box[3])
    inside = overlap_x(part.box, box) >= _INSIDE * (part.box[2] - part.box[0])
    if not (inside and -page.size <= gap <= _NEAR * page.size):
        return False
    small = part.kind == PARAGRAPH and part.size <= _CAPTION_SIZE * page.size and len(part.text) <= _MAX_CAPTION
    return part.kind == CAPTION or (small and part.box[1] >= (box[1] + box[3]) / 2)

"""The lines of a page with their places, as the search for numbers and labels needs them."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Box = list[list[float]]

#: Lines whose middles differ by less than this share of their height are in one row.
_SAME_ROW = 0.6
#: A value is at most this many line heights below its label.
_BELOW = 2.6
#: A label is at most this many line heights above its value.
_ABOVE = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class PageLine:
    """One line. left, right, middle, height: pixels on the page turned by the slant of its lines."""

    index: int
    text: str
    confidence: float
    bbox: Box
    left: float
    right: float
    middle: float
    height: float


class PageLines:
    """All lines of a page in reading order. Neighbours are searched among lines sorted from top to bottom."""

    def __init__(self, lines: Sequence[PageLine]) -> None:
        self.lines = tuple(lines)
        self.text = "\n".join(line.text for line in lines)
        self._sorted = sorted(lines, key=lambda line: line.middle)
        self._middles = [line.middle for line in self._sorted]
        self._tallest = max((line.height for line in lines), default=0.0)

    def right_of(self, line: PageLine) -> list[PageLine]:
        """Lines in the same row that start after this one, nearest first."""
        centre = (line.left + line.right) / 2
        near = self._between(line.middle - _SAME_ROW * self._tallest, line.middle + _SAME_ROW * self._tallest)
        found = [each for each in near if each is not line and each.left > centre and _in_row(line, each)]
        return sorted(found, key=lambda each: each.left)

    def left_of(self, line: PageLine) -> list[PageLine]:
        """Lines in the same row that this one starts after, nearest first."""
        near = self._between(line.middle - _SAME_ROW * self._tallest, line.middle + _SAME_ROW * self._tallest)
        found = [each for each in near if line.left > (each.left + each.right) / 2 and _in_row(line, each)]
        return sorted(found, key=lambda each: -each.left)

    def below(self, line: PageLine) -> list[PageLine]:
        """Lines that are close below this one and overlap it horizontally, nearest first."""
        near = self._between(line.middle, line.middle + _BELOW * self._tallest)
        return [each for each in near if each.right > line.left and each.left < line.right and _is_below(line, each)]

    def nearest_below(self, line: PageLine) -> list[PageLine]:
        """The first of `below`, or nothing."""
        return self.below(line)[:1]

    def above(self, line: PageLine) -> list[PageLine]:
        """Lines above this one that overlap it horizontally, nearest first."""
        found = [each for each in self._between(float("-inf"), line.middle) if not _in_row(line, each)]
        return [each for each in reversed(found) if _overlap(line, each)]

    def close_above(self, line: PageLine) -> list[PageLine]:
        """Those of `above` that are less than three line heights away."""
        near = self._between(line.middle - _ABOVE * line.height, line.middle)
        return [each for each in reversed(near) if not _in_row(line, each) and _overlap(line, each)]

    def _between(self, top: float, bottom: float) -> list[PageLine]:
        return self._sorted[bisect_left(self._middles, top) : bisect_right(self._middles, bottom)]


def page_lines(lines: Sequence[Mapping[str, Any]]) -> PageLines:
    """From the `lines` of a page result."""
    slant = _slant([line["bbox"] for line in lines])
    cos, sin = math.cos(-slant), math.sin(-slant)

    def turned(point: Sequence[float]) -> tuple[float, float]:
        return point[0] * cos - point[1] * sin, point[0] * sin + point[1] * cos

    return PageLines([_line(index, line, [turned(p) for p in line["bbox"]]) for index, line in enumerate(lines)])


def _line(index: int, line: Mapping[str, Any], corners: Sequence[tuple[float, float]]) -> PageLine:
    xs, ys = zip(*corners, strict=True)
    middle = sum(ys) / 4
    height = (math.dist(corners[0], corners[3]) + math.dist(corners[1], corners[2])) / 2
    return PageLine(index, line["text"], line["confidence"], line["bbox"], min(xs), max(xs), middle, max(height, 1.0))


def _slant(boxes: Sequence[Box]) -> float:
    """The median angle of the long lines in radians. Lines count by their length: short ones have no exact angle."""
    angles: list[tuple[float, float]] = []
    for (x0, y0), (x1, y1), *_, (x3, y3) in boxes:
        if math.hypot(x1 - x0, y1 - y0) > 3 * math.hypot(x3 - x0, y3 - y0):
            angles.append((math.atan2(y1 - y0, x1 - x0), math.hypot(x1 - x0, y1 - y0)))
    angles.sort()
    half = sum(length for _, length in angles) / 2
    for angle, length in angles:
        half -= length
        if half <= 0:
            return angle
    return 0.0


def _in_row(line: PageLine, other: PageLine) -> bool:
    return abs(line.middle - other.middle) < _SAME_ROW * max(line.height, other.height)


def _is_below(line: PageLine, other: PageLine) -> bool:
    distance = other.middle - line.middle
    tall = max(line.height, other.height)
    return _SAME_ROW * tall <= distance < _BELOW * tall and _overlap(line, other)


def _overlap(line: PageLine, other: PageLine) -> bool:
    return min(line.right, other.right) - max(line.left, other.left) > 0

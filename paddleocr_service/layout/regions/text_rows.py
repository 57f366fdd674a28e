"""Rows of text with their box and letter size, and what is usual on a page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...polygons import bounds
from ...results import Line

Box = tuple[float, float, float, float]


@dataclass(slots=True)
class TextRow:
    """Lines side by side. box: x0, y0, x1, y1. size: the type size, for comparisons: see ``PageType.row``."""

    lines: tuple[Line, ...]
    box: Box
    size: float
    text: str

    @property
    def character_width(self) -> float:
        """Average width of a character, in pixels."""
        lines = self.lines
        return character_width(lines[0] if len(lines) == 1 else max(lines, key=lambda line: len(line.text)))


def character_width(line: Line) -> float:
    (ax, ay), (bx, by), _, _ = line.polygon
    return (bx - ax if ay == by else math.hypot(bx - ax, by - ay)) / (len(line.text) or 1)


def line_height(line: Line) -> float:
    (ax, ay), _, _, (dx, dy) = line.polygon
    return dy - ay if ax == dx else math.hypot(dx - ax, dy - ay)


def box_of_lines(lines: Iterable[Line]) -> Box:
    return joined_box([bounds(line.polygon) for line in lines])


def joined_box(boxes: Sequence[Box]) -> Box:
    """Return the box around boxes; at least one."""
    if len(boxes) == 1:
        return boxes[0]
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def overlap_x(one: Box, other: Box) -> float:
    return min(one[2], other[2]) - max(one[0], other[0])


def overlap_y(one: Box, other: Box) -> float:
    return min(one[3], other[3]) - max(one[1], other[1])


def weighted_median(pairs: Sequence[tuple[float, float]]) -> float:
    """Return the value at which half of the total weight is reached. pairs: value, weight; not empty."""
    if len(pairs) == 1:
        return pairs[0][0]
    ordered = sorted(pairs)
    half, reached = sum([weight for _, weight in pairs]) / 2, 0.0
    for value, weight in ordered:
        reached += weight
        if reached >= half:
            return value
    return ordered[-1][0]


@dataclass(frozen=True)
class PageType:
    """The usual type of a page.

    size: height of the lines of its running text. character_width: average, in pixels.
    """

    width: int
    height: int
    size: float
    character_width: float
    characters: int

    @classmethod
    def of(cls, lines: Sequence[Line], width: int, height: int) -> PageType:
        """lines: of the page; at least one."""
        total = sum([len(line.text) for line in lines])
        long: Sequence[Line] = [line for line in lines if len(line.text) >= _LONG_LINE]
        if sum([len(line.text) for line in long]) * 4 <= total:
            long = lines
        size = weighted_median([(line_height(line), len(line.text) + 1.0) for line in long])
        width_of = weighted_median([(character_width(line), len(line.text) + 1.0) for line in long])
        return cls(width, height, max(size, 1e-6), max(width_of, 1e-6), total)

    def row(self, lines: tuple[Line, ...]) -> TextRow:
        """Return a row with its type size: the height of its lines.

        Detectors give short lines boxes that are too high, so a row is only larger than the running text if its
        characters are also wider.
        """
        if len(lines) == 1:
            line = lines[0]
            return TextRow(lines, bounds(line.polygon), self._type_size(line_height(line), lines), line.text)
        size = self._type_size(max([line_height(line) for line in lines]), lines)
        return TextRow(lines, box_of_lines(lines), size, " ".join([line.text for line in lines]))

    def _type_size(self, height: float, lines: Sequence[Line]) -> float:
        """The type size of lines with this height."""
        if height <= self.size:
            return height
        widest = max([character_width(line) for line in lines])
        return max(self.size, min(height, _MAX_NARROWER * widest / self.character_width * self.size))


#: Characters of a line that is probably running text.
_LONG_LINE = 25
#: How much narrower the characters of a large type may be than its height suggests.
_MAX_NARROWER = 1.2

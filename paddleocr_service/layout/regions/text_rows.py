"""Rows of text with their box and letter size, and what is usual on a page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ...results import Block, Line

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class TextRow:
    """Lines side by side. box: x0, y0, x1, y1. size: the type size, for comparisons: see ``PageType.row``."""

    lines: tuple[Line, ...]
    box: Box
    size: float

    @cached_property
    def text(self) -> str:
        return " ".join([line.text for line in self.lines])

    @property
    def character_width(self) -> float:
        """Average width of a character, in pixels."""
        return character_width(max(self.lines, key=lambda line: len(line.text)))


def character_width(line: Line) -> float:
    (ax, ay), (bx, by), *_ = line.polygon
    return (bx - ax if ay == by else math.hypot(bx - ax, by - ay)) / max(len(line.text), 1)


def line_height(line: Line) -> float:
    (ax, ay), _, _, (dx, dy) = line.polygon
    return dy - ay if ax == dx else math.hypot(dx - ax, dy - ay)


def box_of_lines(lines: Iterable[Line]) -> Box:
    points = [point for line in lines for point in line.polygon]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def joined_box(boxes: Iterable[Box]) -> Box:
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def overlap_x(one: Box, other: Box) -> float:
    return min(one[2], other[2]) - max(one[0], other[0])


def overlap_y(one: Box, other: Box) -> float:
    return min(one[3], other[3]) - max(one[1], other[1])


def weighted_median(pairs: Sequence[tuple[float, float]]) -> float:
    """Return the value at which half of the total weight is reached. pairs: value, weight; not empty."""
    ordered = sorted(pairs)
    half, reached = sum(weight for _, weight in pairs) / 2, 0.0
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
    def of(cls, blocks: Sequence[Block], width: int, height: int) -> PageType:
        lines = [line for block in blocks for row in block.rows for line in row]
        total = sum([len(line.text) for line in lines])
        long = [line for line in lines if len(line.text) >= _LONG_LINE]
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
        size = max([line_height(line) for line in lines])
        if size > self.size:
            widest = max([character_width(line) for line in lines])
            size = max(self.size, min(size, _MAX_NARROWER * widest / self.character_width * self.size))
        return TextRow(lines, box_of_lines(lines), size)


#: Characters of a line that is probably running text.
_LONG_LINE = 25
#: How much narrower the characters of a large type may be than its height suggests.
_MAX_NARROWER = 1.2

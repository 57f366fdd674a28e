"""Columns of single digits, which a detector takes for one line that stands upright, given back as a line for each.

Digits under each other (the first nine numbers of a table's rows, quantities) are no further apart than the letters of
a line are. The recogniser reads them from the top down, so the text is right and only its rows are lost.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from .results import Line, Point, Polygon, Word

_SQUARE = 0.8  # height by width of a digit's share: upright digits have that; those of a line on its side have half
_LEVEL = 0.5  # of a digit's share, by which the lines beside it may be higher or lower
_BESIDE = 0.8  # of the digits: so many have a line beside them, or the digits are one number after all


def unstacked(lines: Sequence[Line]) -> list[Line]:
    """The lines of a page, with a line for each digit of a stack; all else as it was."""
    found: list[Line] = []
    for line in lines:
        parts = list(_digits(line)) if _is_stack(line) else []
        others = [other for other in lines if other is not line and not _is_stack(other)] if parts else []
        beside = sum(any(_is_beside(part, other) for other in others) for part in parts)
        found.extend(parts if parts and beside >= _BESIDE * len(parts) else [line])
    return found


def _is_stack(line: Line) -> bool:
    if len(line.text) < 2 or not line.text.isdigit():
        return False
    top_left, top_right, _, bottom_left = line.polygon
    return math.dist(top_left, bottom_left) >= _SQUARE * len(line.text) * math.dist(top_left, top_right)


def _digits(line: Line) -> Iterator[Line]:
    top_left, top_right, bottom_right, bottom_left = line.polygon
    for number, digit in enumerate(line.text):
        start, end = number / len(line.text), (number + 1) / len(line.text)
        polygon: Polygon = (
            _between(top_left, bottom_left, start),
            _between(top_right, bottom_right, start),
            _between(top_right, bottom_right, end),
            _between(top_left, bottom_left, end),
        )
        words = (Word(digit, line.confidence, polygon),) if line.words else ()
        yield replace(line, text=digit, polygon=polygon, words=words)


def _between(first: Point, second: Point, share: float) -> Point:
    return tuple(round(a + share * (b - a), 1) for a, b in zip(first, second, strict=True))


def _is_beside(digit: Line, other: Line) -> bool:
    (x0, y0, x1, y1), (left, top, right, bottom) = _box(digit), _box(other)
    level = abs(y0 + y1 - top - bottom) / 2 <= _LEVEL * (y1 - y0) and bottom - top < 2 * (y1 - y0)
    return level and (left >= x1 or right <= x0)


def _box(line: Line) -> tuple[float, float, float, float]:
    xs, ys = zip(*line.polygon, strict=True)
    return min(xs), min(ys), max(xs), max(ys)

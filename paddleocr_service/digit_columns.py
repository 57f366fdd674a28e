"""Split columns of single digits that the detector merged into one vertical line.

Digits below each other (the first nine row numbers of a table, quantities) are as close together as the letters of a
line. The recogniser reads them from top to bottom, so the text is right, but each digit belongs to a different row.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from .polygons import bounds, slice_polygon
from .results import Line, Word

_MIN_DIGIT_ASPECT = 0.8  # height by width of one digit: upright digits have that, digits of a rotated line half of it
_LEVEL_TOLERANCE = 0.5  # share of a digit's height by which a line beside it may be higher or lower
_MIN_WITH_NEIGHBOUR = 0.8  # share of the digits that have a line beside them; with fewer, the digits are one number


def split_digit_columns(lines: Sequence[Line]) -> list[Line]:
    """Return the lines of a page with one line for each digit of a digit column; other lines are unchanged."""
    result: list[Line] = []
    for line in lines:
        digits = list(_digits(line)) if _is_digit_column(line) else []
        others = [other for other in lines if other is not line and not _is_digit_column(other)] if digits else []
        with_neighbour = sum(any(_is_beside(digit, other) for other in others) for digit in digits)
        result.extend(digits if digits and with_neighbour >= _MIN_WITH_NEIGHBOUR * len(digits) else [line])
    return result


def _is_digit_column(line: Line) -> bool:
    if len(line.text) < 2 or not line.text.isdigit():
        return False
    top_left, top_right, _, bottom_left = line.polygon
    return math.dist(top_left, bottom_left) >= _MIN_DIGIT_ASPECT * len(line.text) * math.dist(top_left, top_right)


def _digits(line: Line) -> Iterator[Line]:
    for number, digit in enumerate(line.text):
        polygon = slice_polygon(line.polygon, 1, number / len(line.text), (number + 1) / len(line.text))
        words = (Word(digit, line.confidence, polygon),) if line.words else ()
        yield replace(line, text=digit, polygon=polygon, words=words)


def _is_beside(digit: Line, other: Line) -> bool:
    (x0, y0, x1, y1), (left, top, right, bottom) = bounds(digit.polygon), bounds(other.polygon)
    level = abs(y0 + y1 - top - bottom) / 2 <= _LEVEL_TOLERANCE * (y1 - y0) and bottom - top < 2 * (y1 - y0)
    return level and (left >= x1 or right <= x0)

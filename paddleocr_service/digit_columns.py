"""Columns of single digits or letters that the detector merged into one line.

Digits below each other (the row numbers of a table, quantities, answers A to E) are as close together as the letters of
a line. The recogniser reads them from top to bottom, so the text is right, but each belongs to a different row.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from .polygons import Polygon, bounds, slice_polygon
from .results import Line, Word

_MIN_PITCH = 0.9  # of upright characters below each other, see is_stacked; letters of a line have half of it
_LEVEL_TOLERANCE = 0.5  # share of a digit's height by which a line beside it may be higher or lower
_MIN_WITH_NEIGHBOUR = 0.8  # share of the digits that have a line beside them; with fewer, the digits are one number


def split_digit_columns(lines: Sequence[Line]) -> list[Line]:
    """Return the lines of a page with one line for each character of a column; other lines are unchanged.

    The first corner of a column's polygon is its top left, as for single characters.
    """
    columns = {number: list(_characters(line)) for number, line in enumerate(lines) if _is_column(line)}
    single = [line for number, line in enumerate(lines) if number not in columns]
    result: list[Line] = []
    for number, line in enumerate(lines):
        if number not in columns:
            result.append(line)
            continue
        others = [*single, *(one for other, column in columns.items() if other != number for one in column)]
        characters = columns[number]
        with_neighbour = sum(any(_is_beside(one, other) for other in others) for one in characters)
        result.extend(characters if with_neighbour >= _MIN_WITH_NEIGHBOUR * len(characters) else [line])
    return result


def is_stacked(line: Line) -> bool:
    """Return whether a line consists of single characters: upright ones below each other, or such a column turned.

    The distance between characters is then larger than the line is high, while it is half of that within a word.
    """
    text = line.text
    longer, shorter = _long_and_short_side(line.polygon)
    return len(text) > 1 and text.isascii() and text.isalnum() and longer >= _MIN_PITCH * len(text) * shorter


def _is_column(line: Line) -> bool:
    top_left, top_right, _, bottom_left = line.polygon
    return is_stacked(line) and math.dist(top_left, bottom_left) > math.dist(top_left, top_right)


def _long_and_short_side(polygon: Polygon) -> tuple[float, float]:
    sides = math.dist(polygon[0], polygon[1]), math.dist(polygon[0], polygon[3])
    return max(sides), min(sides)


def _characters(line: Line) -> Iterator[Line]:
    for number, character in enumerate(line.text):
        polygon = slice_polygon(line.polygon, 1, number / len(line.text), (number + 1) / len(line.text))
        words = (Word(character, line.confidence, polygon),) if line.words else ()
        yield replace(line, text=character, polygon=polygon, words=words)


def _is_beside(character: Line, other: Line) -> bool:
    (x0, y0, x1, y1), (left, top, right, bottom) = bounds(character.polygon), bounds(other.polygon)
    level = abs(y0 + y1 - top - bottom) / 2 <= _LEVEL_TOLERANCE * (y1 - y0) and bottom - top < 2 * (y1 - y0)
    return level and (left >= x1 or right <= x0)

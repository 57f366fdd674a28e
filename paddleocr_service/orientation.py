"""Detect pages that are rotated by 90, 180 or 270 degrees, and turn them upright.

The first reading decides whether a page may be rotated, so an upright page costs nothing extra: its lines are wider
than high and read with high confidence (0.95 and more). Upside-down lines have low confidence (0.5 to 0.8), those of a
page on its side are higher than wide. Single characters show their direction by their shape: they are taller than wide,
and so is a column of them. Their confidence shows little, because the recognisers read digits on their sides as well.

If a page has too few upright lines, a sample of its longest lines is read in the opposite direction. A page of single
characters has no such lines, so all directions are candidates. A candidate is read as a whole, and replaces the page as
it was given only if it has clearly more upright lines: charts and tables with vertical headings have some as given.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from .digit_columns import is_stacked
from .polygons import Point, Polygon
from .results import Line, Recognition

if TYPE_CHECKING:
    from .arrays import Pixels

_HIGH_CONFIDENCE = 0.9  # confidence of a line in the right direction
_MIN_UPRIGHT = 2.0  # upright lines per doubtful line of a page that needs no closer look
_MIN_ASPECT = 1.12  # longer by shorter side of a box whose shape shows a direction
_LONG_ASPECT, _LONG_TEXT = 1.5, 3  # aspect and characters of a line that shows in which direction its text runs
_MIN_LONG_SHARE = 1 / 8  # of the lines of a page; with fewer, the single characters decide
_MIN_CHARACTERS = 6  # on a page without long lines
_MIN_GROUP_SHARE = 1 / 4  # of the long lines of a page, for the lying or the standing ones to be considered
_MAX_SKEW = 75  # degrees; a page that is skewed by less is not turned, its lines are straightened anyway
_SAMPLE_LINES = 6  # lines that are read in the opposite direction
#: Upright lines of the turned page per upright line of the page as given. Upside-down digits are often read with high
#: confidence. If a page is turned to its side, its vertical labels become upright, and its other lines doubtful: so
#: either the gain is large, or few doubtful lines are left.
_MIN_GAIN, _MIN_GAIN_UPSIDE_DOWN, _LARGE_GAIN = 1.75, 1.5, 5.0
_MIN_UPRIGHT_AFTER_TURN = 4.0  # upright lines per doubtful line, if the gain is small

#: Chinese and Japanese are also written vertically, so their pages are never rotated for vertical lines. Read in
#: columns from right to left, the lines are in the right order in both cases.
_VERTICAL_SCRIPT = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


class Reader(Protocol):
    """Reads images and single lines."""

    def recognize(self, image: Pixels) -> list[Line]:
        """Return the lines of an image (H, W, 3)."""

    def read_lines(self, image: Pixels, polygons: Sequence[Polygon]) -> list[Line]:
        """Return a line for each polygon, whose first corner is taken for the start of the text."""


class _Shapes(NamedTuple):
    """Number of lines of a page. doubtful: on their side, or of low confidence."""

    upright: int
    doubtful: int

    @property
    def look_upright(self) -> bool:
        return self.upright >= _MIN_UPRIGHT * self.doubtful


def recognize_upright(reader: Reader, image: Pixels) -> tuple[list[Line], int]:
    """Return the lines of an image (H, W, 3), and the clockwise rotation in degrees that makes it upright.

    The polygons are in pixels of the rotated image.
    """
    lines = reader.recognize(image)
    shapes = _count_shapes(lines)
    if shapes.look_upright:
        return lines, 0
    best, rotation, most = lines, 0, 0
    candidates = _candidates(reader, image, lines)
    for candidate in candidates:
        turned = reader.recognize(rotated(image, candidate))
        turned_shapes = _count_shapes(turned)
        if turned_shapes.upright > most and _is_better(turned_shapes, shapes, candidate):
            best, rotation, most = turned, candidate, turned_shapes.upright
            if turned_shapes.look_upright:
                break
            candidates += {(candidate + 180) % 360} - {0, *candidates}  # on its side, but upside down?
    return best, rotation


def rotated(image: Pixels, degrees: int) -> Pixels:
    """Return a contiguous copy, rotated clockwise by a multiple of 90 degrees."""
    import numpy as np

    return np.ascontiguousarray(np.rot90(image, -degrees // 90))


def lines_as_given(page: Recognition) -> tuple[Line, ...]:
    """Return the lines with polygons in pixels of the input image, before it was rotated.

    The first corner of a polygon stays the text's top left.
    """
    width, height = page.width, page.height

    def rotate_back(point: Point) -> Point:
        x, y = point
        return {90: (y, width - x), 180: (width - x, height - y), 270: (height - y, x)}[page.orientation]

    return tuple(line.transformed(rotate_back) for line in page.lines) if page.orientation else page.lines


def is_vertical_script(lines: Sequence[Line]) -> bool:
    """Return whether most characters are of a script that is also written from top to bottom."""
    text = "".join(line.text for line in lines)
    return 2 * len(_VERTICAL_SCRIPT.findall(text)) > len(text)


def _candidates(reader: Reader, image: Pixels, lines: Sequence[Line]) -> list[int]:
    """Return the rotations in degrees that may make the image upright."""
    long = [line for line in lines if _shows_direction(line)]
    columns_on_side = sum(is_stacked(line) and _is_lying(line.polygon) for line in lines)
    if len(long) <= max(_MIN_LONG_SHARE * len(lines), columns_on_side):
        return [90, 270, 180] if _character_count(lines) >= _MIN_CHARACTERS else []
    lying = [line for line in long if _is_lying(line.polygon)]
    standing = [line for line in long if not _is_lying(line.polygon)]
    groups = (group for group in (lying, standing) if len(group) >= _MIN_GROUP_SHARE * len(long))
    rotations = {_rotation_of(reader, image, group) for group in groups}
    return sorted(rotations - {0})


def _rotation_of(reader: Reader, image: Pixels, lines: Sequence[Line]) -> int:
    """Return the clockwise rotation that makes these lines upright. They all lie, or all stand."""
    confident = [line for line in lines if line.confidence >= _HIGH_CONFIDENCE]
    uncertain = [line for line in lines if line.confidence < _HIGH_CONFIDENCE]
    if _character_count(confident) >= _character_count(uncertain):
        return 0 if is_vertical_script(confident) else _rotation(confident, 0)
    longest = sorted((line.polygon for line in uncertain), key=lambda polygon: -max(_edges(polygon)))[:_SAMPLE_LINES]
    sample = reader.read_lines(image, [opposite(reading_polygon(polygon)) for polygon in longest])
    gained = [line for line in sample if line.confidence >= _HIGH_CONFIDENCE]
    return _rotation(uncertain, 180) if 2 * _character_count(gained) > _character_count(sample) else 0


def _is_better(turned: _Shapes, given: _Shapes, rotation: int) -> bool:
    """Return whether a page is clearly more upright after a rotation by ``rotation`` degrees than as given."""
    gain = turned.upright / max(given.upright, 0.1)
    if rotation == 180:
        return gain >= _MIN_GAIN_UPSIDE_DOWN
    few_doubtful = turned.upright >= _MIN_UPRIGHT_AFTER_TURN * turned.doubtful
    return gain >= _LARGE_GAIN or (gain >= _MIN_GAIN and few_doubtful)


def _character_count(lines: Sequence[Line]) -> int:
    return sum(len(line.text) for line in lines)


def _count_shapes(lines: Sequence[Line]) -> _Shapes:
    """Count the lines. A wide single character counts as neither if it may be a dash, a square one if it is certain."""
    upright = doubtful = 0
    for line in lines:
        confident = line.confidence >= _HIGH_CONFIDENCE
        shown = _aspect(line.polygon) > _MIN_ASPECT
        lying = _is_lying(line.polygon)
        if is_stacked(line):
            upright += confident and not lying
            doubtful += lying or not confident
        elif len(line.text) == 1:  # wider than high: on its side, or a dash
            on_its_side = shown and lying and line.text.isalnum()
            upright += shown and confident and not lying
            doubtful += on_its_side or not confident
        else:
            in_direction = confident and (lying or not shown)
            upright += in_direction
            doubtful += not in_direction
    return _Shapes(upright, doubtful)


def _shows_direction(line: Line) -> bool:
    """Return whether a line is long enough for its confidence to show in which direction its text runs."""
    return len(line.text) >= _LONG_TEXT and _aspect(line.polygon) >= _LONG_ASPECT and not is_stacked(line)


def _rotation(lines: Sequence[Line], reversal: int) -> int:
    """Return the clockwise rotation that makes most lines upright. reversal: 180 if they were read upside down."""
    turns = [round((reversal - _reading_angle(line.polygon)) / 90) % 4 * 90 for line in lines]
    return max(sorted(set(turns)), key=turns.count)


def reading_polygon(polygon: Polygon) -> Polygon:
    """Return the corners of a detected line, starting with the one at which the first reading started."""
    from .line_crops import is_standing  # imports numpy

    first, second, third, fourth = polygon
    return (second, third, fourth, first) if is_standing(polygon) else polygon


def opposite(polygon: Polygon) -> Polygon:
    """Return the corners of a line, starting with the one opposite the first."""
    first, second, third, fourth = polygon
    return third, fourth, first, second


def _reading_angle(polygon: Polygon) -> float:
    """Return the direction of the first reading in degrees: 0 to the right, 90 downwards, -90 upwards."""
    (x0, y0), (x1, y1), _, _ = reading_polygon(polygon)
    return math.degrees(math.atan2(y1 - y0, x1 - x0))


def _is_lying(polygon: Polygon) -> bool:
    """Return whether the longer side of a line is closer to horizontal than to vertical, or the line is skewed."""
    first, second, third, _ = polygon
    start, end = (first, second) if math.dist(first, second) >= math.dist(second, third) else (second, third)
    across, down = abs(end[0] - start[0]), abs(end[1] - start[1])
    return math.degrees(math.atan2(down, across)) <= _MAX_SKEW


def _aspect(polygon: Polygon) -> float:
    longer, shorter = sorted(_edges(polygon), reverse=True)
    return longer / max(shorter, 1.0)


def _edges(polygon: Polygon) -> tuple[float, float]:
    """Return the lengths of the first two edges."""
    return math.dist(polygon[0], polygon[1]), math.dist(polygon[1], polygon[2])

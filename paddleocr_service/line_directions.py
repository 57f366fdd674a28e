"""Read the standing lines of an upright page in both directions: axis labels, vertical headings, notes in the margin.

The first reading takes a line that is taller than wide for text which runs downwards. Labels of axes and headings of
tables run upwards. There are few such lines on a page, so they are simply read again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from .digit_columns import is_stacked
from .ink_rows import MAX_ASPECT, is_one_character
from .line_crops import crop_along, is_standing
from .orientation import Reader, is_vertical_script, opposite, reading_polygon
from .results import Line, Word

if TYPE_CHECKING:
    from .arrays import Pixels

_HIGH_CONFIDENCE = 0.9
_CERTAIN = 0.97  # confidence of a long line that is not read again
_SHORT_TEXT = 4  # characters; a short line may be read with high confidence in both directions: 69, SOS, 180
_CLEAR = 0.03  # difference of the confidences that decides about a direction


def read_standing_lines(reader: Reader, image: Pixels, lines: Sequence[Line]) -> list[Line]:
    """Return the lines of an image (H, W, 3), each standing line in the direction with the higher confidence.

    The first corner of a standing line's polygon becomes the start of its text. Columns of upright characters, as in
    vertical Chinese, are unchanged.
    """
    result = list(lines)
    standing = [number for number, line in enumerate(lines) if _is_on_its_side(line, image)]
    doubtful = [number for number in standing if not _is_certain(lines[number])]
    polygons = [opposite(reading_polygon(lines[number].polygon)) for number in doubtful]
    for number in standing:
        result[number] = _from_start(lines[number])
    if doubtful:
        upwards = dict(zip(doubtful, reader.read_lines(image, polygons), strict=True))
        gains = {number: upwards[number].confidence - lines[number].confidence for number in doubtful}
        clear = [gain for gain in gains.values() if abs(gain) > _CLEAR]
        mostly_upwards = 2 * sum(gain > 0 for gain in clear) >= len(clear) + len(standing) - len(doubtful)
        for number, gain in gains.items():
            if gain > _CLEAR or (gain > -_CLEAR and mostly_upwards):
                result[number] = upwards[number]
    return result


def _is_on_its_side(line: Line, image: Pixels) -> bool:
    """Return whether a line was read downwards, and consists of characters that lie on their sides."""
    if not is_standing(line.polygon):
        return False
    if line.confidence >= _HIGH_CONFIDENCE and (is_stacked(line) or is_vertical_script([line])):
        return False
    width, height = math.dist(line.polygon[0], line.polygon[1]), math.dist(line.polygon[0], line.polygon[3])
    if height > MAX_ASPECT * width:
        return True
    return not is_one_character(crop_along(image, line.polygon))


def _is_certain(line: Line) -> bool:
    return line.confidence >= _CERTAIN and len(line.text) > _SHORT_TEXT


def _from_start(line: Line) -> Line:
    """Return a line that was read downwards with polygons that start where the text does."""

    def turned(word: Word) -> Word:
        first, second, third, fourth = word.polygon
        return replace(word, polygon=(second, third, fourth, first))

    return replace(line, polygon=reading_polygon(line.polygon), words=tuple(turned(word) for word in line.words))

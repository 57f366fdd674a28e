"""Pages that lie on their side or upside down: found by what was read of them, and righted.

Nothing is asked of an upright page beyond what its reading tells anyway. The recogniser is the judge: it is sure of
lines that it sees upright (0.95 and more) and in doubt of those that it sees upside down (0.5 to 0.8). A line that is
higher than wide is given to it turned to the left, so that it is sure of text that runs downwards and in doubt of text
that runs upwards. A page of doubtful lines has a few of them read the other way round before it is read anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from .results import Line, Polygon, Recognition

if TYPE_CHECKING:
    import numpy as np

_SURE = 0.9  # confidence of a line that was read the right way round
_ENOUGH = 0.5  # of the lines: so many have to be sure
_TALL = 1.5  # PaddleOCR turns a line that is higher than this times its width
_SAMPLES = 6  # lines that are read the other way round
#: Chinese and Japanese are also written from the top down. A page of theirs is left as it lies: in columns from the
#: right to the left its lines come in the right order in both cases.
_VERTICAL = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def read_righted(read: Callable[[np.ndarray], list[Line]], pixels: np.ndarray) -> tuple[list[Line], int]:
    """Lines of a picture (H, W, 3), and the degrees (0, 90, 180, 270) by which it was turned clockwise to be righted.

    read: gives the lines of a picture. The polygons are in pixels of the picture as turned.
    """
    lines = read(pixels)
    turn = _turn_of(read, pixels, lines)
    return (read(turned(pixels, turn)), turn) if turn else (lines, 0)


def turned(pixels: np.ndarray, degrees: int) -> np.ndarray:
    """The picture turned clockwise by a multiple of 90 degrees; a copy, contiguous."""
    import numpy as np

    return np.ascontiguousarray(np.rot90(pixels, -degrees // 90))


def lines_as_given(page: Recognition) -> tuple[Line, ...]:
    """The lines of a picture in pixels of the picture given, whichever way it was turned to be read."""
    if not page.orientation:
        return page.lines
    back = partial(_turned_back, degrees=page.orientation, width=page.width, height=page.height)
    return tuple(
        replace(
            line,
            polygon=back(line.polygon),
            words=tuple(replace(word, polygon=back(word.polygon)) for word in line.words),
        )
        for line in page.lines
    )


def _turned_back(polygon: Polygon, degrees: int, width: int, height: int) -> Polygon:
    """A polygon on a picture of ``width`` x ``height`` that was turned clockwise, on that picture as it was before.

    Its first corner stays the text's top left.
    """
    if degrees == 90:
        return tuple((y, width - x) for x, y in polygon)
    if degrees == 180:
        return tuple((width - x, height - y) for x, y in polygon)
    return tuple((height - y, x) for x, y in polygon)


def _turn_of(read: Callable[[np.ndarray], list[Line]], pixels: np.ndarray, lines: Sequence[Line]) -> int:
    """Degrees clockwise that right the picture, as far as its lines tell and a second look at some of them confirms."""
    sure, doubted = _told_apart(lines)
    if len(sure) >= _ENOUGH * (len(sure) + len(doubted)):
        standing = sum(_is_standing(line.polygon) for line in sure)
        return 270 if 2 * standing > len(sure) and not _may_be_vertical(sure) else 0
    standing = 2 * sum(_is_standing(line.polygon) for line in doubted) > len(doubted)
    turn = 90 if standing else 180
    chosen = [line.polygon for line in doubted if _is_standing(line.polygon) == standing]
    sure, doubted = _told_apart(read(_sample(pixels, chosen, turn)))
    return turn if _characters(sure) > _characters(doubted) else 0


def _told_apart(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Lines that were read surely, and the others. Single characters tell nothing and are in neither."""
    telling = [line for line in lines if max(_extent(line.polygon)) > _TALL * min(_extent(line.polygon))]
    sure = [line for line in telling if line.confidence >= _SURE]
    return sure, [line for line in telling if line.confidence < _SURE]


def _characters(lines: Sequence[Line]) -> int:
    return sum(len(line.text) for line in lines)


def _may_be_vertical(lines: Sequence[Line]) -> bool:
    text = "".join(line.text for line in lines)
    return 2 * len(_VERTICAL.findall(text)) > len(text)


def _sample(pixels: np.ndarray, polygons: Sequence[Polygon], turn: int) -> np.ndarray:
    """The longest of some lines, cut out and turned, one under the other on a sheet of their own paper: (H, W, 3)."""
    import numpy as np

    longest = sorted(polygons, key=lambda polygon: -max(_extent(polygon)))[:_SAMPLES]
    strips = [turned(_cut(pixels, polygon), turn) for polygon in longest]
    white = max(strip.shape[0] for strip in strips) // 2
    width = max(strip.shape[1] for strip in strips) + 2 * white
    height = sum(strip.shape[0] + white for strip in strips) + white
    sheet = np.empty((height, width, 3), np.uint8)
    sheet[:] = np.median(np.concatenate([strip.reshape(-1, 3) for strip in strips]), axis=0)
    top = white
    for strip in strips:
        sheet[top : top + strip.shape[0], white : white + strip.shape[1]] = strip
        top += strip.shape[0] + white
    return sheet


def _cut(pixels: np.ndarray, polygon: Polygon) -> np.ndarray:
    """What a polygon holds, straightened, and nothing of the lines around it."""
    import cv2
    import numpy as np

    corners = np.array(polygon, np.float32)
    width, height = (max(1, round(float(np.hypot(*(corners[to] - corners[0]))))) for to in (1, 3))
    level = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    return cv2.warpPerspective(pixels, cv2.getPerspectiveTransform(corners, level), (width, height))


def _is_standing(polygon: Polygon) -> bool:
    width, height = _extent(polygon)
    return height > width


def _extent(polygon: Polygon) -> tuple[float, float]:
    """Width and height of the upright box around a polygon."""
    xs, ys = zip(*polygon, strict=True)
    return max(xs) - min(xs), max(ys) - min(ys)

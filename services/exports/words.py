"""Lines and words with upright boxes. Words of a line that was read without their boxes get estimated ones."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator
from math import ceil, floor
from typing import Any, NamedTuple

from services.exports.characters import clean_line

#: Four [x, y] points, clockwise from the top left of the text.
Polygon = list[list[float]]
#: Width of a space and of a wide (East Asian) character, as multiples of another character's.
_SPACE, _WIDE = 0.6, 1.8


class Box(NamedTuple):
    """Upright, in whole pixels of the page."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def around(cls, polygon: Polygon) -> Box:
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = polygon
        left, top = floor(min(ax, bx, cx, dx)), floor(min(ay, by, cy, dy))
        right, bottom = ceil(max(ax, bx, cx, dx)), ceil(max(ay, by, cy, dy))
        return cls(left if left > 0 else 0, top if top > 0 else 0, right, bottom)

    @classmethod
    def around_all(cls, polygons: Iterable[Polygon]) -> Box:
        """At least one polygon."""
        boxes = [cls.around(polygon) for polygon in polygons]
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        return cls(min(lefts), min(tops), max(rights), max(bottoms))

    @property
    def width(self) -> int:
        return max(0, self.right - self.left)

    @property
    def height(self) -> int:
        return max(0, self.bottom - self.top)


class Word(NamedTuple):
    text: str
    confidence: float
    polygon: Polygon


def words_of(line: dict[str, Any]) -> list[Word]:
    """The words of a line, in reading order. Their text is clean and has no space."""
    given = [Word(clean_line(word["text"]).strip(), word["confidence"], word["bbox"]) for word in line.get("words", ())]
    if any(word.text for word in given):
        return [word for word in given if word.text]
    return list(_estimated(clean_line(line["text"]), line["confidence"], line["bbox"]))


def _estimated(text: str, confidence: float, polygon: Polygon) -> Iterator[Word]:
    """Each character takes a share of the line's length. Lines that run from right to left begin at their right."""
    total = sum(map(_width, text))
    backwards = _runs_backwards(text)
    position = 0.0
    for word in text.split(" "):
        width = sum(map(_width, word))
        if word:
            start, end = position / total, (position + width) / total
            part = (1 - end, 1 - start) if backwards else (start, end)
            yield Word(word, confidence, _part(polygon, *part))
        position += width + _SPACE


def _width(character: str) -> float:
    if character == " ":
        return _SPACE
    if unicodedata.combining(character):
        return 0.05
    return _WIDE if not character.isascii() and unicodedata.east_asian_width(character) in "WF" else 1.0


def _runs_backwards(text: str) -> bool:
    if text.isascii():
        return False
    classes = [unicodedata.bidirectional(character) for character in text]
    return classes.count("R") + classes.count("AL") > classes.count("L")


def _part(polygon: Polygon, start: float, end: float) -> Polygon:
    """The polygon between two shares of its length."""
    a, b, c, d = polygon

    def between(p: list[float], q: list[float], share: float) -> list[float]:
        return [round(p[0] + (q[0] - p[0]) * share, 1), round(p[1] + (q[1] - p[1]) * share, 1)]

    return [between(a, b, start), between(a, b, end), between(d, c, end), between(d, c, start)]


def angle_of(polygon: Polygon) -> float:
    """Degrees by which the text is turned counter-clockwise, from -180 to 180."""
    (ax, ay), (bx, by), *_ = polygon
    return math.degrees(math.atan2(ay - by, bx - ax))

"""The content stream with the invisible text of one page."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.exports.glyphless_font import DESCENT, GlyphlessFont
from services.exports.page_matrix import PageMatrix, Point
from services.exports.word_positions import PlacedWord, placed_words

#: Render mode 3: neither filled nor stroked.
_START, _END = "q BT 3 Tr\n", "ET Q\n"
#: Sine of the skew up to which words are upright, each at its own height. Along a skewed baseline, poppler splits a
#: word wherever it has risen by half a point, and mixes the pieces with those of other lines.
_PARALLEL = 0.27


def invisible_text(lines: Sequence[Mapping[str, Any]], matrix: PageMatrix, font: GlyphlessFont, resource: str) -> bytes:
    """lines: of a page of a result, in reading order. resource: name of the font on the page. Empty without text."""
    parts = [part for line in lines for part in _line(line, matrix, font, resource)]
    return "".join([_START, *parts, _END]).encode("ascii") if parts else b""


def _line(line: Mapping[str, Any], matrix: PageMatrix, font: GlyphlessFont, resource: str) -> Iterator[str]:
    """Words of one line follow each other along it, so most of them need only their distance from the one before."""
    strip: _Strip | None = None
    at = 0.0
    for word in placed_words(line):
        own = _Strip.of(word, matrix)
        if own is None:
            continue
        if strip is None or not strip.continues(own):
            strip, at = own, 0.0
            yield strip.start(resource)
        start = strip.along(own.start_point)
        codes, width = font.encode(word.text + " " if word.space_after else word.text)
        space = font.encode(" ")[1] if word.space_after else 0
        scale = 100_000 * own.length / (strip.size * max(1, width - space))
        move = f"{_number(start - at)} 0 Td " if start != at else ""
        at = start
        yield f"{move}{_number(scale)} Tz <{codes}> Tj\n"


class _Strip:
    """A straight strip of text in the coordinates of the page: its baseline and its height."""

    __slots__ = ("cos", "length", "sin", "size", "start_point")

    def __init__(self, start: Point, end: Point, size: float) -> None:
        self.length = math.dist(start, end)
        self.size = size
        self.start_point = start
        self.cos, self.sin = (end[0] - start[0]) / self.length, (end[1] - start[1]) / self.length
        if abs(self.sin) < _PARALLEL:
            self.cos, self.sin = math.copysign(1.0, self.cos), 0.0
        elif abs(self.cos) < _PARALLEL:
            self.cos, self.sin = 0.0, math.copysign(1.0, self.sin)

    @classmethod
    def of(cls, word: PlacedWord, matrix: PageMatrix) -> _Strip | None:
        """None for a word without an area."""
        a, b, c, d = map(matrix, word.polygon)
        size = (math.dist(a, d) + math.dist(b, c)) / 2
        start, end = ((a[0] + d[0]) / 2, (a[1] + d[1]) / 2), ((b[0] + c[0]) / 2, (b[1] + c[1]) / 2)
        return cls(start, end, size) if size > 0 and start != end else None

    def along(self, point: Point) -> float:
        """Distance of a point from the start, along the strip."""
        return (point[0] - self.start_point[0]) * self.cos + (point[1] - self.start_point[1]) * self.sin

    def continues(self, other: _Strip) -> bool:
        """Whether another word is on this strip: its middle has the same height, direction and size."""
        x, y = other.start_point[0] - self.start_point[0], other.start_point[1] - self.start_point[1]
        beside = abs(y * self.cos - x * self.sin)
        parallel = self.cos * other.cos + self.sin * other.sin
        return beside < 0.1 * self.size and parallel > 0.995 and abs(other.size - self.size) < 0.1 * self.size

    def start(self, resource: str) -> str:
        """Sets the font, and the baseline as the line from which words are placed."""
        below = (0.5 - DESCENT) * self.size
        x, y = self.start_point[0] + below * self.sin, self.start_point[1] - below * self.cos
        cos, sin = f"{self.cos:.5g}", f"{self.sin:.5g}"
        back = f"{-self.sin:.5g}" if self.sin else "0"
        return f"/{resource} {_number(self.size)} Tf {cos} {sin} {back} {cos} {_number(x)} {_number(y)} Tm\n"


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text

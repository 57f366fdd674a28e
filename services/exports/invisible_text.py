"""The content stream with the invisible text of one page."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from math import copysign
from typing import Any

from services.exports.glyphless_font import DESCENT, GlyphlessFont
from services.exports.page_matrix import PageMatrix, Point
from services.exports.word_positions import PlacedWord, placed_words, runs_backwards

#: Render mode 3: neither filled nor stroked.
_START, _END = "q BT 3 Tr\n", "ET Q\n"
#: Around each word. pdf.js makes one element of what stands side by side, and stretches it as a whole: a word in it
#: would be highlighted where it is in the browser's own font.
_WORD_START, _WORD_END = "/Span BMC", "EMC"
#: Sine of the skew up to which words run along an axis of the page, each at its own height. Along a skewed baseline,
#: poppler splits a word wherever it has risen by half a point, and mixes the pieces with those of other lines.
_PARALLEL = 0.27
#: Share of the height (or of the width, if that is less) by which skewed words are narrower than their boxes, on each
#: side, and the sine above which words count as skewed. Their boxes overlap, and poppler would join the words.
_MARGIN, _STRAIGHT = 0.08, 0.01
#: The same for words that run along no axis: poppler takes them for upright ones.
_OBLIQUE_MARGIN = 0.16
#: Two lines stand side by side without a gap if their tops and their ends differ by less than these shares of the
#: height. Then their words become narrower by the last share of their width.
_SAME_ROW, _GAP, _GAP_SHARE = 0.5, 0.15, 0.15
#: Part of a word at the end of a line. Poppler joins it with the next line, also if that is one of another column. It
#: leaves the other hyphen as it is, which viewers search like the first.
_BROKEN, _HYPHEN = re.compile(r"[^\W\d_]-$"), "\u2010"


def invisible_text(lines: Sequence[Mapping[str, Any]], matrix: PageMatrix, font: GlyphlessFont, resource: str) -> bytes:
    """lines: of a page of a result, in reading order. resource: name of the font on the page. Empty without text."""
    words = [_drawn(line) for line in lines]
    for one, other in pairwise(words):
        _separate(one, other)
    parts = [part for each in words for part in _line(each, matrix, font, resource)]
    return "".join([_START, *parts, _END]).encode("ascii") if parts else b""


def _separate(one: list[PlacedWord], other: list[PlacedWord]) -> None:
    """Leave a gap where the second line begins at the end of the first one: poppler would join their words."""
    if not one or not other:
        return
    _, (right, top), (_, bottom), _ = one[-1].polygon
    (left, beside), *_ = other[0].polygon
    height = bottom - top
    if abs(beside - top) < _SAME_ROW * height and abs(left - right) < _GAP * height:
        one[-1] = one[-1].part(0, 1 - _GAP_SHARE)
        other[0] = other[0].part(_GAP_SHARE, 1)


def _line(words: Sequence[PlacedWord], matrix: PageMatrix, font: GlyphlessFont, resource: str) -> Iterator[str]:
    """words: from left to right. They follow each other along the line, so most of them need only their distance from
    the one before."""
    strip: _Strip | None = None
    at = 0.0
    for word in words:
        own = _Strip.of(word, matrix)
        if own is None:
            continue
        if strip is None or not strip.continues(own):
            strip, at = own, 0.0
            yield strip.start(resource)
            move = ""
        else:
            move = f"{_number(strip.along(own.start_point) - at)} 0 Td "
        start = strip.along(own.start_point)
        codes, width = font.encode_whole(word.drawn) if own.oblique else font.encode(word.drawn)
        scale = 100_000 * own.length / (strip.size * max(1, width))
        if word.space_after:
            codes += font.encode(" ")[0]
        at = start
        yield f"{move}{_number(scale)} Tz {_WORD_START} <{codes}> Tj {_WORD_END}\n"


def _drawn(line: Mapping[str, Any]) -> list[PlacedWord]:
    """The words of a line in the order in which they are drawn: from left to right."""
    words = list(placed_words(line))
    if words and _BROKEN.search(words[-1].text):
        words[-1] = replace(words[-1], text=words[-1].text[:-1] + _HYPHEN)
    return words[::-1] if runs_backwards(line["text"]) else words


class _Strip:
    """A straight strip of text in the coordinates of the page: the middle of its start, its direction and its size."""

    __slots__ = ("cos", "length", "oblique", "sin", "size", "start_point")

    def __init__(self, start: Point, end: Point, size: float) -> None:
        length = math.dist(start, end)
        self.size = size
        self.cos, self.sin = (end[0] - start[0]) / length, (end[1] - start[1]) / length
        skew = min(abs(self.sin), abs(self.cos))
        self.oblique = skew > _PARALLEL
        margin = _OBLIQUE_MARGIN if self.oblique else _MARGIN * (skew > _STRAIGHT)
        self.length = length - 2 * margin * min(size, length)
        if not self.oblique:
            across = abs(self.sin) < abs(self.cos)
            self.cos, self.sin = (copysign(1.0, self.cos), 0.0) if across else (0.0, copysign(1.0, self.sin))
        self.start_point = (
            (start[0] + end[0] - self.length * self.cos) / 2,
            (start[1] + end[1] - self.length * self.sin) / 2,
        )

    @classmethod
    def of(cls, word: PlacedWord, matrix: PageMatrix) -> _Strip | None:
        """None for a word without an area."""
        a, b, c, d = (matrix(point) for point in word.polygon)
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
        axes = f"{self.cos:.5g} {self.sin:.5g} {0 - self.sin:.5g} {self.cos:.5g}"
        return f"/{resource} {_number(self.size)} Tf {axes} {_number(x)} {_number(y)} Tm\n"


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text

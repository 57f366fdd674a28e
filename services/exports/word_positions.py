"""Words of a line and their positions. Words of a line that was read without their positions get estimated ones."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from services.exports.character_widths import SPACE, clusters, width_of
from services.exports.characters import clean_line

Polygon = Sequence[Sequence[float]]
#: The fields of a placed word, before its text is cleaned.
_Found = tuple[str, Polygon, bool]
#: A polygon that is so many times as high as wide is a line that runs from top to bottom.
_VERTICAL = 1.5
#: Numbers and Latin words within a word that is written from right to left.
_DIGITS_AND_LETTERS = "[0-9A-Za-z\u0660-\u0669\u06f0-\u06f9]+"
_LEFT_TO_RIGHT = re.compile(f"({_DIGITS_AND_LETTERS}(?:[.,:/-]{_DIGITS_AND_LETTERS})*)")


class PlacedWord(NamedTuple):
    """polygon: four points, clockwise from the top left of the word. space_after: a space follows in the text."""

    text: str
    polygon: Polygon
    space_after: bool

    @property
    def backwards(self) -> bool:
        """Whether it is written from right to left."""
        return runs_backwards(self.text)

    def part(self, start: float, end: float) -> PlacedWord:
        """The same word between two shares of its length."""
        return self._replace(polygon=part_of(self.polygon, start, end))

    @property
    def drawn(self) -> str:
        """Its characters from left to right, as they are drawn. Programs expect this of text in a PDF."""
        if not self.backwards:
            return self.text
        runs = _LEFT_TO_RIGHT.split(self.text)
        return "".join([run if at % 2 else run[::-1] for at, run in reversed([*enumerate(runs)])])


def placed_words(line: Mapping[str, Any]) -> Iterator[PlacedWord]:
    """The words in reading order."""
    words = line.get("words")
    found = _given(line["text"], words) if words else _estimated(line["text"], line["bbox"])
    for text, polygon, space_after in found:
        if text := clean_line(text).strip():
            yield PlacedWord(text, polygon, space_after)


def _given(text: str, words: Sequence[Mapping[str, Any]]) -> Iterator[_Found]:
    place = 0
    for word in words:
        start = text.find(word["text"], place)
        place = start + len(word["text"]) if start >= 0 else place
        # The last word of a line is followed by a space, too: the next line begins with another word.
        yield word["text"], word["bbox"], start < 0 or not text[place : place + 1].strip()


def _estimated(text: str, polygon: Polygon) -> Iterator[_Found]:
    """Each character takes a share of the line's length. Words that run from right to left begin at its right."""
    if _is_vertical(text, polygon):
        yield from _from_top(text, polygon)
        return
    words = text.split()
    widths = [sum(map(width_of, clusters(word))) for word in words]
    total = sum(widths) + SPACE * (len(words) - 1)
    backwards = runs_backwards(text)
    position = 0
    for word, width in zip(words, widths, strict=True):
        start, end = position / max(1, total), (position + width) / max(1, total)
        share = (1 - end, 1 - start) if backwards else (start, end)
        yield word, part_of(polygon, *share), True
        position += width + SPACE


def _is_vertical(text: str, polygon: Polygon) -> bool:
    a, b, _, d = polygon
    return len(text) > 1 and math.dist(a, d) > _VERTICAL * math.dist(a, b)


def _from_top(text: str, polygon: Polygon) -> Iterator[_Found]:
    """Each character is a word of its own, below the one before."""
    a, b, c, d = polygon
    parts = list(clusters(text))
    for place, part in enumerate(parts):
        top, bottom = place / len(parts), (place + 1) / len(parts)
        box = [between(a, d, top), between(b, c, top), between(b, c, bottom), between(a, d, bottom)]
        yield part, box, place + 1 == len(parts) or parts[place + 1].isspace()


def runs_backwards(text: str) -> bool:
    """Whether most of the text is written from right to left."""
    if text.isascii():
        return False
    classes = [unicodedata.bidirectional(character) for character in text]
    return classes.count("R") + classes.count("AL") > classes.count("L")


def part_of(polygon: Polygon, start: float, end: float) -> Polygon:
    """The polygon between two shares of its length."""
    a, b, c, d = polygon
    return [between(a, b, start), between(a, b, end), between(d, c, end), between(d, c, start)]


def between(p: Sequence[float], q: Sequence[float], share: float) -> list[float]:
    return [p[0] + (q[0] - p[0]) * share, p[1] + (q[1] - p[1]) * share]

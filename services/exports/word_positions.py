"""Words of a line and their positions. Words of a line that was read without their positions get estimated ones."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.exports.character_widths import SPACE, clusters, width_of

Polygon = Sequence[Sequence[float]]
#: A polygon higher than this times its width, with several characters, is a line that runs from top to bottom.
_VERTICAL = 1.5


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """polygon: four points, clockwise from the top left of the word. space_after: a space follows in the text."""

    text: str
    polygon: Polygon
    space_after: bool


def placed_words(line: Mapping[str, Any]) -> Iterator[PlacedWord]:
    """The words in reading order."""
    words = line.get("words")
    yield from _given(line["text"], words) if words else _estimated(line["text"], line["bbox"])


def _given(text: str, words: Sequence[Mapping[str, Any]]) -> Iterator[PlacedWord]:
    place = 0
    for word in words:
        start = text.find(word["text"], place)
        place = start + len(word["text"]) if start >= 0 else place
        # The last word of a line is followed by a space, too: the next line begins with another word.
        spaced = start < 0 or not text[place : place + 1].strip()
        yield PlacedWord(word["text"], word["bbox"], spaced)


def _estimated(text: str, polygon: Polygon) -> Iterator[PlacedWord]:
    """Each character takes a share of the line's length. Words that run from right to left begin at its right."""
    words = text.split()
    widths = [sum(map(width_of, clusters(word))) for word in words]
    total = sum(widths) + SPACE * (len(words) - 1)
    backwards = runs_backwards(text)
    position = 0
    for word, width in zip(words, widths, strict=True):
        start, end = position / max(1, total), (position + width) / max(1, total)
        share = (1 - end, 1 - start) if backwards else (start, end)
        yield PlacedWord(word, part_of(polygon, *share), True)
        position += width + SPACE


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

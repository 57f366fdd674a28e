"""Words of a line that Tesseract doubts: places at which a Latin word, a number or a code may stand.

Where the data of a language has no Latin letters, Tesseract splits and cuts such words: the first digit of a date is
lost, a PAN becomes two words. So a place reaches from the word before to the word after it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..polygons import Polygon
from ..results import Line, Word
from ..scripts import RIGHT_TO_LEFT, script_of, script_of_character

_DOUBTFUL = 0.8  # Tesseract's confidence of a word that may be a Latin one
_EXTRA_WIDTH = 0.15  # by the height of a word, on both sides: its first and last letters are often cut


@dataclass(frozen=True)
class Place:
    """Words ``first`` to ``last`` of a line, and the part of the picture in which they stand."""

    first: int
    last: int
    polygon: Polygon


def doubtful_places(line: Line) -> Iterator[Place]:
    """Yield the places of a line that may hold Latin words. A line that is doubtful as a whole has none."""
    if all(word.confidence < _DOUBTFUL for word in line.words):
        return
    if script_of(line.text) in RIGHT_TO_LEFT:  # neighbouring numbers stand from right to left: they are single places
        for index, word in enumerate(line.words):
            if word.confidence < _DOUBTFUL:
                yield Place(index, index, _widened(word.polygon))
        return
    for first, last in _runs(line.words):
        (top_left, top_right, bottom_right, bottom_left) = line.polygon
        if first > 0:
            top_left, bottom_left = line.words[first - 1].polygon[1:3]
        if last + 1 < len(line.words):
            top_right, bottom_right = line.words[last + 1].polygon[0], line.words[last + 1].polygon[3]
        if math.dist(top_left, top_right) > 1:
            yield Place(first, last, (top_left, top_right, bottom_right, bottom_left))


def with_words(line: Line, place: Place, reading: Line) -> Line:
    """Return a line with another reading of the words of a place."""
    old = [word.text for word in line.words[place.first : place.last + 1]]
    # There are no spaces between words of Thai.
    seen = next((text for text in (" ".join(old), "".join(old)) if text in line.text), None)
    if seen is None:
        return line
    new = tuple(_words(reading, place.polygon))
    words = (*line.words[: place.first], *new, *line.words[place.last + 1 :])
    return replace(line, text=line.text.replace(seen, reading.text, 1), words=words)


def _runs(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Yield the first and last number of neighbouring words that are doubtful, with the numbers beside them."""
    index = 0
    while index < len(words):
        end = index
        while end < len(words) and (words[end].confidence < _DOUBTFUL or _has_no_letters(words[end])):
            end += 1
        if any(word.confidence < _DOUBTFUL for word in words[index:end]):
            yield index, end - 1
        index = end + 1


def _has_no_letters(word: Word) -> bool:
    return word.text.isascii() and not any(map(script_of_character, word.text))


def _words(reading: Line, polygon: Polygon) -> Iterator[Word]:
    """Yield the words of a reading, placed by their share of its characters."""
    start, length = 0, max(1, len(reading.text))
    for text in reading.text.split():
        start = reading.text.index(text, start)
        shares = start / length, (start + len(text)) / length
        yield Word(text, reading.confidence, _part(polygon, *shares))
        start += len(text)


def _part(polygon: Polygon, start: float, end: float) -> Polygon:
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = polygon
    return (
        (x0 + start * (x1 - x0), y0 + start * (y1 - y0)),
        (x0 + end * (x1 - x0), y0 + end * (y1 - y0)),
        (x3 + end * (x2 - x3), y3 + end * (y2 - y3)),
        (x3 + start * (x2 - x3), y3 + start * (y2 - y3)),
    )


def _widened(polygon: Polygon) -> Polygon:
    """Return a word with some pixels more on both sides."""
    share = _EXTRA_WIDTH * math.dist(polygon[0], polygon[3]) / max(1.0, math.dist(polygon[0], polygon[1]))
    return _part(polygon, -share, 1 + share)

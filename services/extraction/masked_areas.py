"""Where the numbers are that were hidden on a page, so that they can be painted over in pictures of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.extraction.page_lines import Box

#: What stands for a hidden character.
HIDDEN = "X"
#: Parts of the line's height and of its width for each character by which an area is extended. Places of characters are
#: estimated from their share of the line.
_MARGIN = 0.15
_CHARACTERS = 0.7
#: The same at the ends of words. A space has half the width of a digit in most type faces.
_WORD_END = 0.35
#: How much larger than its outline the area of a code is.
_LARGER = 1.1


def masked_areas(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Box]:
    """Polygons, in pixels like those of the lines. before, after: the page without and with hidden numbers."""
    found = [
        area
        for line, hidden in zip(before["lines"], after["lines"], strict=True)
        for area in (_of_words(line, hidden) or _of_line(line, hidden))
    ]
    for name in ("fields", "documents", "warnings"):
        for item, hidden in zip(before.get(name, ()), after.get(name, ()), strict=True):
            if item != hidden and "bbox" in item and not item.get("lines"):
                found.append(_grown(item["bbox"]))
    return found


def _of_line(line: Mapping[str, Any], hidden: Mapping[str, Any]) -> list[Box]:
    length = len(line["text"])
    return [_part(line["bbox"], start, end, length) for start, end in _changed(line["text"], hidden["text"])]


def _of_words(line: Mapping[str, Any], hidden: Mapping[str, Any]) -> list[Box]:
    """More exact than those of the line, because characters differ in width. Empty if the words lack a change.

    What is hidden in neighbouring words is one area.
    """
    words = list(zip(line.get("words", ()), hidden.get("words", ()), strict=True))
    if sum(_count(word["text"], shown["text"]) for word, shown in words) < _count(line["text"], hidden["text"]):
        return []
    areas: list[Box] = []
    continues = False
    for word, shown in words:
        text = word["text"]
        for start, end in _changed(text, shown["text"]):
            area = _part(word["bbox"], start, end, len(text), _WORD_END)
            if continues and not _has_characters(text[:start]) and _is_right_of(area, areas[-1]):
                a, _, _, d = areas[-1]
                areas[-1] = [a, area[1], area[2], d]
            else:
                areas.append(area)
            continues = not _has_characters(text[end:])
        if text == shown["text"] and _has_characters(text):
            continues = False
    return areas


def _count(text: str, hidden: str) -> int:
    """The number of hidden characters."""
    return sum(char != shown for char, shown in zip(text, hidden, strict=True))


def _has_characters(text: str) -> bool:
    return any(map(str.isalnum, text))


def _is_right_of(area: Box, other: Box) -> bool:
    """In the direction of reading. Otherwise one polygon would not cover both."""
    (x, y), (right, below), *_ = area
    return (x - other[0][0]) * (right - x) + (y - other[0][1]) * (below - y) > 0


def _grown(box: Box) -> Box:
    """The polygon with a margin on all sides: that of a code may go through its outermost modules."""
    x, y = (sum(corner[axis] for corner in box) / len(box) for axis in (0, 1))
    return [[round(x + (each[0] - x) * _LARGER, 1), round(y + (each[1] - y) * _LARGER, 1)] for each in box]


def _changed(text: str, hidden: str) -> Iterator[tuple[int, int]]:
    """Start and end of the characters of a text that differ, together with the separators between them."""
    start, end = None, 0
    for place, (char, shown) in enumerate(zip(text, hidden, strict=True)):
        if char != shown or (start is not None and shown == HIDDEN):
            start, end = place if start is None else start, place + 1
        elif shown.isalnum() and start is not None:
            yield start, end
            start = None
    if start is not None:
        yield start, end


def _part(box: Box, start: int, end: int, length: int, beyond: float = _CHARACTERS) -> Box:
    """The part of a polygon between two of its characters, extended on all sides.

    beyond: widths of a character by which it is extended beyond the ends of the polygon.
    """
    left = max(0.0, (start - _CHARACTERS) / length) if start else -beyond / length
    right = min(1.0, (end + _CHARACTERS) / length) if end < length else 1 + beyond / length
    a, b, c, d = box
    corners = ((left, -_MARGIN), (right, -_MARGIN), (right, 1 + _MARGIN), (left, 1 + _MARGIN))
    return [
        [
            round((1 - y) * (a[axis] + (b[axis] - a[axis]) * x) + y * (d[axis] + (c[axis] - d[axis]) * x), 1)
            for axis in (0, 1)
        ]
        for x, y in corners
    ]

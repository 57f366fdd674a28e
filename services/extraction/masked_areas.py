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


def masked_areas(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Box]:
    """Polygons, in pixels like those of the lines. before, after: the page without and with hidden numbers."""
    found = [
        _part(line["bbox"], start, end, len(line["text"]))
        for line, hidden in zip(before["lines"], after["lines"], strict=True)
        for start, end in _changed(line["text"], hidden["text"])
    ]
    for name in ("fields", "documents", "warnings"):
        for item, hidden in zip(before.get(name, ()), after.get(name, ()), strict=True):
            if item != hidden and "bbox" in item and not item.get("lines"):
                found.append(item["bbox"])
    return found


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


def _part(box: Box, start: int, end: int, length: int) -> Box:
    """The part of a line's polygon between two characters, extended on all sides."""
    left = max(0.0, (start - _CHARACTERS) / length) if start else -_CHARACTERS / length
    right = min(1.0, (end + _CHARACTERS) / length) if end < length else 1 + _CHARACTERS / length
    a, b, c, d = box
    corners = ((left, -_MARGIN), (right, -_MARGIN), (right, 1 + _MARGIN), (left, 1 + _MARGIN))
    return [
        [
            round((1 - y) * (a[axis] + (b[axis] - a[axis]) * x) + y * (d[axis] + (c[axis] - d[axis]) * x), 1)
            for axis in (0, 1)
        ]
        for x, y in corners
    ]

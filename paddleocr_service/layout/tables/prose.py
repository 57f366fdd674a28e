"""Running text beside a table, in another column of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .rows import Row

#: A segment of running text has at least this many words.
_MIN_WORDS = 5
#: Running text beside a table: in this share of its rows, and with edges that differ by less than this times the
#: usual height.
_MIN_ROWS, _SAME_EDGE = 0.7, 0.7


def is_prose(text: str, words: int = _MIN_WORDS) -> bool:
    """Whether a segment may be running text: it has several words with letters."""
    parts = text.split()
    return len(parts) >= words and sum(any(map(str.isalpha, word)) for word in parts) >= words


def without_prose(rows: Sequence[Row], height: float) -> list[Row]:
    """The rows of a possible table without a column of justified text at its left or right. Empty rows are left out."""
    remaining = list(rows)
    for side in (0, -1):
        parts = [row.segments[side] for row in remaining if is_prose(row.segments[side].text)]
        edges = sorted((part.x1 if side == 0 else part.x0) for part in parts)
        if not edges or len(parts) < _MIN_ROWS * len(remaining):
            continue
        middle = edges[len(edges) // 2]
        if sum(abs(edge - middle) < _SAME_EDGE * height for edge in edges) >= _MIN_ROWS * len(edges):
            remaining = [_without(row, side, middle) for row in remaining]
            remaining = [row for row in remaining if row.segments]
    first = next((at for at, row in enumerate(remaining) if len(row.segments) > 1), len(remaining))
    return remaining[first:]


def _without(row: Row, side: int, edge: float) -> Row:
    """The row without what stands on the outer side of an edge."""
    if side == 0:
        return replace(row, segments=tuple(part for part in row.segments if part.x0 > edge))
    return replace(row, segments=tuple(part for part in row.segments if part.x1 < edge))

"""Two measures of tables.

TEDS: tree edit distance of the HTML, with and without text (Zhong et al., "Image-based table recognition", 2020).
Adjacency: F1 of pairs of neighbouring cells with text (Göbel et al., ICDAR 2013 table competition).
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

#: Rows of cells {text, rowspan, colspan, is_header}, as in HTML: covered places are left out.
Rows = list[list[dict[str, Any]]]


@dataclass
class Adjacency:
    """Counts of pairs; `+=` adds those of another document."""

    right: int = 0
    found: int = 0
    expected: int = 0

    def __iadd__(self, other: Adjacency) -> Adjacency:
        self.right += other.right
        self.found += other.found
        self.expected += other.expected
        return self

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, self.found + self.expected)


def adjacency(found: Sequence[Rows], expected: Sequence[Rows]) -> Adjacency:
    """Compare the pairs of all tables of a page."""
    counts = [Counter(pair for rows in tables for pair in _pairs(rows)) for tables in (found, expected)]
    right = sum((counts[0] & counts[1]).values())
    return Adjacency(right, sum(counts[0].values()), sum(counts[1].values()))


def _pairs(rows: Rows) -> Iterator[tuple[str, str, str]]:
    """Each cell with text and its next neighbour with text to the right and below."""
    places: dict[tuple[int, int], dict[str, Any]] = {}
    for row, cells in enumerate(rows):
        column = 0
        for cell in cells:
            while (row, column) in places:
                column += 1
            for down in range(cell["rowspan"]):
                for right in range(cell["colspan"]):
                    places[row + down, column + right] = cell
            column += cell["colspan"]
    seen = set()
    height, width = (max(axis, default=-1) + 1 for axis in zip(*places, strict=True)) if places else (0, 0)
    for (row, column), cell in places.items():
        for down, right, direction in ((0, 1, "right"), (1, 0, "below")):
            other = _next(places, (row + down, column + right), (down, right), cell, (height, width))
            if _folded(cell) and other and (id(cell), id(other), direction) not in seen:
                seen.add((id(cell), id(other), direction))
                yield _folded(cell), _folded(other), direction


def _next(
    places: dict[tuple[int, int], dict[str, Any]],
    place: tuple[int, int],
    step: tuple[int, int],
    cell: dict[str, Any],
    size: tuple[int, int],
) -> dict[str, Any] | None:
    while place[0] < size[0] and place[1] < size[1]:
        other = places.get(place)
        if other is not None and other is not cell and _folded(other):
            return other
        place = place[0] + step[0], place[1] + step[1]
    return None


def _folded(cell: dict[str, Any]) -> str:
    """The letters and digits of a cell, or its signs if it has none."""
    text = str(cell["text"])
    return re.sub(r"\W+", "", text).lower() or re.sub(r"\s+", "", text)


def to_html(rows: Rows) -> str:
    """A document with one table."""
    parts = ["<html><body><table>"]
    section = ""
    for row in rows:
        wanted = "thead" if row and row[0].get("is_header") else "tbody"
        if wanted != section:
            parts += [f"</{section}>"] if section else []
            parts.append(f"<{wanted}>")
            section = wanted
        cells = "".join(f"<td{_spans(cell)}>{html.escape(cell['text'])}</td>" for cell in row)
        parts.append(f"<tr>{cells}</tr>")
    parts += [f"</{section}>"] if section else []
    return "".join([*parts, "</table></body></html>"])


def _spans(cell: dict[str, Any]) -> str:
    return "".join(f' {name}="{cell[name]}"' for name in ("rowspan", "colspan") if cell[name] > 1)


def teds(found: Rows, expected: Rows) -> tuple[float, float]:
    """Similarity from 0 to 1 of structure alone, and with text."""
    from table_recognition_metric import TEDS

    pair = to_html(found), to_html(expected)
    return float(TEDS(structure_only=True)(*pair)), float(TEDS()(*pair))

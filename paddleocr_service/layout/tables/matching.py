"""Put the text of a table into the cells that the structure model predicted."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot

from ...results import Cell
from .cells import Box, Table, join
from .rows import Item, is_number
from .structure_model import PredictedCell

#: A word farther from all cells than this times its height shows that the prediction is wrong.
_MAX_DISTANCE = 2.0
#: The prediction is wrong if it misses this share of the words, or leaves this share of its cells empty.
_MAX_MISSED, _MAX_EMPTY = 0.1, 0.6
#: Rows of a cell: items whose middles differ by less than this times the height stand side by side.
_SAME_ROW = 0.5
#: A wide space inside a cell, times the height, and the share of cells that may look like several.
_MAX_SPACE, _MAX_CROWDED = 1.5, 0.01


def match(rows: Sequence[Sequence[PredictedCell]], items: Sequence[Item], box: Box) -> Table | None:
    """The table with its text. rows: boxes in pixels of the page.

    Returns None if prediction and text do not match: cells lie beside the text, or several texts share a cell.
    """
    placed, row_count, column_count = _places(rows)
    if row_count < 2 or column_count < 2 or not items:
        return None
    contents: list[list[Item]] = [[] for _ in placed]
    missed = 0
    for item in items:
        at, distance = _nearest(item, [cell for cell, _, _ in placed])
        missed += distance > _MAX_DISTANCE * (item.y1 - item.y0)
        contents[at].append(item)
    empty = sum(not content for content in contents)
    if missed > _MAX_MISSED * len(items) or empty > _MAX_EMPTY * len(placed):
        return None
    if sum(map(_is_crowded, contents)) > _MAX_CROWDED * len(placed):
        return None
    cells = tuple(_cell(*place, content) for place, content in zip(placed, contents, strict=True))
    return Table(box, row_count, column_count, cells)


def _places(
    rows: Sequence[Sequence[PredictedCell]],
) -> tuple[list[tuple[PredictedCell, int, int]], int, int]:
    """Each cell with its row and column, and the size of the grid. Spans are cut off at the last row."""
    taken: set[tuple[int, int]] = set()
    placed = []
    for row, cells in enumerate(rows):
        column = 0
        for cell in cells:
            while (row, column) in taken:
                column += 1
            cell.rowspan = min(cell.rowspan, len(rows) - row)
            taken |= {(row + down, column + right) for down in range(cell.rowspan) for right in range(cell.colspan)}
            placed.append((cell, row, column))
    return placed, len(rows), max((column for _, column in taken), default=-1) + 1


def _nearest(item: Item, cells: Sequence[PredictedCell]) -> tuple[int, float]:
    """The cell that a word overlaps most, otherwise the closest one, and its distance. Rows count twice as far."""
    best, most, closest = 0, 0.0, float("inf")
    x, y = (item.x0 + item.x1) / 2, item.middle
    for at, cell in enumerate(cells):
        x0, y0, x1, y1 = cell.bbox
        shared = max(0.0, min(x1, item.x1) - max(x0, item.x0)) * max(0.0, min(y1, item.y1) - max(y0, item.y0))
        if shared > most:
            best, most, closest = at, shared, 0.0
        elif not most:
            distance = hypot(max(x0 - x, x - x1, 0.0), 2 * max(y0 - y, y - y1, 0.0))
            if distance < closest:
                best, closest = at, distance
    return best, closest


def _cell(predicted: PredictedCell, row: int, column: int, items: Sequence[Item]) -> Cell:
    ordered = [item for row in _rows(items) for item in row]
    bbox = join([item.box for item in items]) if items else predicted.bbox
    text = " ".join(item.text for item in ordered)
    lines = tuple(dict.fromkeys(item.line for item in ordered))
    return Cell(row, column, bbox, text, predicted.rowspan, predicted.colspan, predicted.is_header, lines)


def _is_crowded(items: Sequence[Item]) -> bool:
    """Whether the text of a cell looks like that of several: numbers below each other, or a wide space."""
    rows = _rows(items)
    # A number in brackets belongs to the one above it: a share, or an error.
    if sum(not row[0].text.startswith("(") and all(is_number(item.text) for item in row) for row in rows) > 1:
        return True
    return any(
        right.x0 - left.x1 > _MAX_SPACE * (right.y1 - right.y0)
        for row in rows
        for left, right in zip(row, row[1:], strict=False)
    )


def _rows(items: Sequence[Item]) -> list[list[Item]]:
    rows: list[list[Item]] = []
    for item in sorted(items, key=lambda item: item.middle):
        if rows and item.middle - rows[-1][0].middle < _SAME_ROW * (item.y1 - item.y0):
            rows[-1].append(item)
        else:
            rows.append([item])
    return [sorted(row, key=lambda item: item.x0) for row in rows]

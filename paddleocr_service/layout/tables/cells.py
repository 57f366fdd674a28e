"""A table as a grid of cells."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...results import Cell

#: x0, y0, x1, y1 in pixels of the page.
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Table:
    """cells: row by row, from left to right. Each place of the grid is covered by exactly one cell.

    The `lines` of its cells are positions among the lines of the page. The `bbox` of an empty cell is its place.
    """

    bbox: Box
    row_count: int
    column_count: int
    cells: tuple[Cell, ...]

    @property
    def lines(self) -> tuple[int, ...]:
        """Positions of the lines of all cells, in reading order."""
        return tuple(line for cell in self.cells for line in cell.lines)


def join(boxes: list[Box]) -> Box:
    """The box around at least one box."""
    if len(boxes) == 1:
        return boxes[0]
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def without_notes(table: Table) -> Table | None:
    """The table without its title and notes, first and last rows of one cell that is wider than a column, and without
    empty first and last rows.

    Returns None if fewer than two rows remain.
    """
    rows: list[list[Cell]] = [[] for _ in range(table.row_count)]
    for cell in table.cells:
        rows[cell.row].append(cell)
    first, last = 0, len(rows)
    while first < last and _is_note(rows[first], table.column_count):
        first += 1
    while last > first and _is_note(rows[last - 1], 2):
        last -= 1
    if last - first < 2:
        return None
    if (first, last) == (0, len(rows)):
        return table
    cells = tuple(
        replace(cell, row=cell.row - first, rowspan=min(cell.rowspan, last - cell.row))
        for row in rows[first:last]
        for cell in row
    )
    x0, _, x1, _ = table.bbox
    _, y0, _, y1 = join([cell.bbox for cell in cells])
    return Table((x0, y0, x1, y1), last - first, table.column_count, cells)


def _is_note(row: list[Cell], columns: int) -> bool:
    filled = [cell for cell in row if cell.text]
    if not filled:
        return True
    return len(filled) == 1 and filled[0].column == 0 and filled[0].rowspan == 1 and filled[0].colspan >= columns

"""Table cells that span several lines: headings of a table, or a record with a long description.

Reading such a block row by row would mix the lines of a cell with those of its neighbours. The positions do not
distinguish it from the rows of a table, but the text does: cells begin with capitals and continue without.
"""

from collections.abc import Sequence

import numpy as np

from ..arrays import Integers
from .region import Region, column_spans

_MAX_ROWS = 4
_MIN_CONTINUED = 0.5  # share of the further lines of a cell that begin with a lower-case letter or a bracket


def join_cells(region: Region, rows: list[Integers], texts: Sequence[str]) -> list[Integers]:
    """Return the rows of a block. If its cells span several lines, return a single row of all lines, cell by cell.

    rows: positions in the region, from top to bottom. texts: (n,) of the lines of the region.
    """
    if not 2 <= len(rows) <= _MAX_ROWS:
        return rows
    lines = np.concatenate(rows)
    number = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    start, _ = column_spans(region.boxes[lines])
    column = np.searchsorted(start, region.boxes[lines, 0], side="right") - 1
    order = np.argsort(column, kind="stable")
    if (order == np.arange(len(order))).all():
        return rows
    cells = np.split(order, np.flatnonzero(np.diff(column[order])) + 1)
    if any(_is_continuation(texts[lines[cell[0]]]) for cell in cells):
        return rows
    multiline = [cell for cell in cells if number[cell[-1]] > number[cell[0]]]
    has_lower_case = any(texts[line][:1].islower() for line in lines)  # brackets alone may be a row of units
    joined = all(_is_one_cell([texts[lines[one]] for one in cell], number[cell]) for cell in multiline)
    return [lines[order]] if has_lower_case and joined else rows


def _is_one_cell(texts: Sequence[str], rows: Integers) -> bool:
    """Return whether lines below each other are one cell: continued text, or subheadings under a common heading."""
    continued = [_is_continuation(text) for text, row in zip(texts, rows, strict=True) if row > rows[0]]
    return len(rows) > len(np.unique(rows)) or sum(continued) >= _MIN_CONTINUED * len(continued)


def _is_continuation(text: str) -> bool:
    return text[:1].islower() or text.startswith(("(", "[", "&"))

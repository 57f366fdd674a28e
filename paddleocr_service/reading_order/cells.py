"""Cells of several lines: the headings of a table, or a record with a long description, in a block of a few rows.

Read across, the lines of one cell would be torn apart by those of its neighbours. Places do not tell such a block from
the rows of a table, but the words do: it begins with capitals, and its lines go on without one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .region import Region, covered

_MOST_ROWS = 4
_GOES_ON = 0.5  # share of a cell's further lines that begin with a small letter or a bracket


def joined(region: Region, rows: list[np.ndarray], texts: Sequence[str]) -> list[np.ndarray]:
    """The rows of a block, or one row of them all, cell by cell, where the lines of its cells go on with each other.

    rows: positions in the region, from the top down. texts: of the lines of the region.
    """
    if not 2 <= len(rows) <= _MOST_ROWS:
        return rows
    lines = np.concatenate(rows)
    number = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    start, _ = covered(region.boxes[lines])
    column = np.searchsorted(start, region.boxes[lines, 0], side="right") - 1
    order = np.argsort(column, kind="stable")
    if (order == np.arange(len(order))).all():
        return rows
    cells = np.split(order, np.flatnonzero(np.diff(column[order])) + 1)
    if any(_goes_on(texts[lines[cell[0]]]) for cell in cells):
        return rows
    several = [cell for cell in cells if number[cell[-1]] > number[cell[0]]]
    sure = any(texts[one][:1].islower() for one in lines)  # a bracket alone may also be a row of units
    one = all(_is_one([texts[lines[one]] for one in cell], number[cell]) for cell in several)
    return [lines[order]] if sure and one else rows


def _is_one(texts: Sequence[str], rows: np.ndarray) -> bool:
    """Whether lines under each other are one cell: they go on, or are headings side by side under a common one."""
    further = [_goes_on(text) for text, row in zip(texts, rows, strict=True) if row > rows[0]]
    return len(rows) > len(np.unique(rows)) or sum(further) >= _GOES_ON * len(further)


def _goes_on(text: str) -> bool:
    return text[:1].islower() or text.startswith(("(", "[", "&"))

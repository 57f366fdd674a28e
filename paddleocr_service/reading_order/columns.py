"""Columns of text: a page is cut at its gutters, and what is left over is read row by row.

A gutter is a corridor without text between two columns of text. The tallest one goes first, as a heading across
columns ends the corridors under it. What lies above the corridor is read first, then its left side, its right side
and what lies below; each of the four is cut again in the same way. It is the recursive X-Y cut (Nagy and Seth 1984;
Ha, Haralick and Phillips 1995) with corridors bounded by what crosses them (Breuel 2002, "Two algorithms for
geometric layout analysis") instead of cuts through the whole region.
"""

from __future__ import annotations

import numpy as np

from .bands import bands, headings_across, without_header_and_footer
from .corridors import corridors
from .gutters import cut
from .region import Region

_FEWEST = 6  # lines on a page with columns
_TABLE_ROWS = 2
_TABLE_CELLS = 2.5  # in a row of a table, on average
_LONGEST_CELL = 7.0  # line heights, the median; longer ones are cards or short columns
_TABLE_WIDTH = 0.6  # of the region


def regions(page: Region) -> list[Region]:
    """The regions of a page in reading order; inside a region rows are read across."""
    found: list[Region] = []
    waiting = [page]
    while waiting:
        region = waiting.pop()
        parts = _parts(region, headings_across(region) | _tables_across(region))
        if parts is None:
            found.append(region)
        else:
            waiting.extend(region.part(part) for part in reversed(parts) if part.any())
    return found


def _parts(region: Region, across: np.ndarray) -> tuple[np.ndarray, ...] | None:
    """The parts (masks) into which the tallest gutter cuts a region; None where it has none."""
    if len(region.index) < _FEWEST:
        return None
    for corridor in corridors(region, across):
        parts = cut(region, without_header_and_footer(region, corridor))
        if parts is not None:
            return parts
    return None


def _tables_across(region: Region) -> np.ndarray:
    """Mask (n,) of tables from side to side of a region, with white above and below; their corridors are no gutters.

    The halves of such a table would go with the columns above and below it where one of its corridors stands over
    a gutter.
    """
    across = np.zeros(len(region.index), dtype=bool)
    parts = bands(region, np.arange(len(across)))
    width = np.ptp(region.boxes[:, [0, 2]])
    for chosen in parts if len(parts) > 1 else []:
        part = region.part(chosen)
        rows = len(np.unique(part.row))
        if (
            rows >= _TABLE_ROWS
            and len(chosen) >= _TABLE_CELLS * rows
            and np.ptp(part.boxes[:, [0, 2]]) >= _TABLE_WIDTH * width
            and np.median(part.boxes[:, 2] - part.boxes[:, 0]) < _LONGEST_CELL * region.height
            and _parts(part, np.zeros(len(chosen), dtype=bool)) is None
        ):
            across[chosen] = True
    return across

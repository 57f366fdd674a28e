"""Corridors: strips without text, at least as tall as a few rows, with text on both sides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .region import Region

# All in heights of the region's median line.
_STEP = 0.3  # left edges as close as this are tried once
_INTRUDER = 0.5  # a line may reach this far into the column on its right: detectors pad their boxes
_SHARED = 2.5  # the height over which there is text on both sides
_NARROWEST = 4.0  # a side of a gutter; the prices of a receipt are narrower
_CELL = 4.0  # the mean line of a side that stands in line with the other: less is a table
IN_LINE = 0.2  # lines whose centres are as close as this stand on one row
TABLE = 0.8  # share of rows that stand on a row of the other side, from which both sides are one table


@dataclass(frozen=True)
class Corridor:
    """Masks (n,) of a region's lines above, left of and right of a corridor."""

    above: np.ndarray
    left: np.ndarray
    right: np.ndarray

    @property
    def parts(self) -> tuple[np.ndarray, ...]:
        """Above, left, right, below: each line in one of them."""
        return self.above, self.left, self.right, ~(self.above | self.left | self.right)


def corridors(region: Region, across: np.ndarray) -> Iterator[Corridor]:
    """The corridors that begin at the left edge of some line, the tallest first, each once.

    across: mask (n,) of lines that no corridor passes, wherever they stand. The lines that cross a corridor are its
    floors: the text between two of them is a storey, and each storey is a corridor of its own. All edges are tried at
    once: arrays of (edges, lines), the lines sorted from the top down, so that a storey is a run of a row.
    """
    order = np.argsort(region.centre, kind="stable")
    x0 = region.boxes[order, 0]
    edges = np.sort(x0)
    edges = edges[np.unique(edges // (_STEP * region.height), return_index=True)[1]][:, None]
    free = ~across[order]
    left = free & (x0 < edges) & (region.boxes[order, 2] < edges + _INTRUDER * region.height)
    right = free & (x0 >= edges)
    storeys = _Storeys(left, right)
    shared = _shared_height(region.boxes[order], storeys, region.height)
    shared[_is_table(region, order, storeys)] = -np.inf
    seen = set()
    for number in np.argsort(-shared, kind="stable"):
        if shared[number] < _SHARED * region.height:
            return
        corridor = storeys.corridor(number, order)
        parting = corridor.left.tobytes(), corridor.right.tobytes()
        if parting not in seen:
            seen.add(parting)
            yield corridor


class _Storeys:
    """The runs of rows of ``left`` and ``right`` (edges, lines) between two lines that are neither."""

    def __init__(self, left: np.ndarray, right: np.ndarray) -> None:
        self.left, self.right = left, right
        floor = ~left & ~right
        floor[:, 0] = True
        self.starts = np.flatnonzero(floor)

    def reduce(self, ufunc: np.ufunc, values: np.ndarray) -> np.ndarray:
        """One value for each storey, of values (edges, lines)."""
        return ufunc.reduceat(values.ravel(), self.starts)

    def count(self, mask: np.ndarray) -> np.ndarray:
        return self.reduce(np.add, mask.astype(np.int32))

    def corridor(self, number: int, order: np.ndarray) -> Corridor:
        edge, first = divmod(int(self.starts[number]), len(order))
        following = self.starts[number + 1] if number + 1 < len(self.starts) else self.left.size
        storey = slice(first, first + int(following) - int(self.starts[number]))
        above, left, right = np.zeros((3, len(order)), dtype=bool)
        left[order[storey]], right[order[storey]] = self.left[edge, storey], self.right[edge, storey]
        above[order[: first + 1]] = True
        return Corridor(above & ~left & ~right, left, right)


def _shared_height(boxes: np.ndarray, storeys: _Storeys, height: float) -> np.ndarray:
    """For each storey the height over which both sides have text; -inf where a side is empty or too narrow."""
    ranges = []
    for side in (storeys.left, storeys.right):
        x0, y0 = (storeys.reduce(np.minimum, np.where(side, boxes[:, column], np.inf)) for column in (0, 1))
        x1, y1 = (storeys.reduce(np.maximum, np.where(side, boxes[:, column], -np.inf)) for column in (2, 3))
        ranges.append((np.where(x1 - x0 >= _NARROWEST * height, y0, np.inf), y1))
    (top, bottom), (other_top, other_bottom) = ranges
    return np.minimum(bottom, other_bottom) - np.maximum(top, other_top)


def _is_table(region: Region, order: np.ndarray, storeys: _Storeys) -> np.ndarray:
    """Mask of storeys whose sides are surely one table: rows run across, and the lines are no longer than cells.

    It only saves time, a good half of it on a page of tables: the gutter test refuses them too.
    """
    position = np.empty(len(order) + 1, dtype=int)
    position[order], position[-1] = np.arange(len(order)), -1
    neighbour = position[region.right[order]]
    linked = neighbour >= 0
    centre = region.centre[order]
    level = linked & (np.abs(centre - centre[neighbour]) <= IN_LINE * region.height)
    ends, lengths = [], []
    width = region.boxes[order, 2] - region.boxes[order, 0]
    for side in (storeys.left, storeys.right):
        count = storeys.count(side)
        ends.append(count - storeys.count(side & side[:, neighbour] & linked))
        lengths.append(storeys.reduce(np.add, np.where(side, width, 0)) / np.maximum(count, 1))
    across = storeys.count(storeys.left & storeys.right[:, neighbour] & level)
    return (across >= TABLE * np.minimum(*ends)) & (np.minimum(*lengths) < _CELL * region.height)

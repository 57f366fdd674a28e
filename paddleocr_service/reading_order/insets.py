"""Insets: large type that text flows around, such as a pull quote across two columns or a logo in a paragraph.

An inset is in no row of the text beside it. Its edges are crossed by lines of the text above or below it, which show
that the text beside it belongs to their column; a headline is as wide as its column, and no line crosses its edges.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..arrays import Floats, Integers, Mask
from .region import Region

# In line heights of the region.
_LARGE = 1.3  # height of its lines, median
_MIN_LARGE = 1.2  # of each line: detectors differ
_GAP = 1.3  # between two of its lines
_MIN_HEIGHT = 2.2
_NEAR = 6.0  # to the lines above and below it
_ROW = 0.5  # further than the nearest of them
_CROSSING = 2.0  # of a line that crosses an edge, on both sides of it
_TOLERANCE = 1.0
_MIN_BESIDE = 2  # lines


class Inset(NamedTuple):
    """lines: positions, from top to bottom. beside: the line of text (a position) before or after which it is read."""

    lines: Integers
    beside: int
    is_first: bool


def find_insets(region: Region) -> Iterator[Inset]:
    """Yield the insets of a page."""
    height = region.boxes[:, 3] - region.boxes[:, 1]
    for lines in _groups(region, np.flatnonzero(height >= _MIN_LARGE * region.height)):
        small = height < _LARGE * region.height
        small[lines] = False
        box = np.r_[region.boxes[lines, :2].min(axis=0), region.boxes[lines, 2:].max(axis=0)]
        if box[3] - box[1] < _MIN_HEIGHT * region.height or np.median(height[lines]) < _LARGE * region.height:
            continue
        above, below = _next_to(region, small, box, above=True), _next_to(region, small, box, above=False)
        for side in (0, 2):
            beside = _beside(region, small, box, side)
            beside = beside[_in_column(region, beside, _crossing(region, above | below, box[side]))]
            if len(beside) >= _MIN_BESIDE:
                is_first = not len(_crossing(region, above, box[side]))
                beside = beside[np.argsort(region.centres[beside], kind="stable")]
                yield Inset(lines, int(beside[0 if is_first else -1]), is_first)
                break


def _groups(region: Region, large: Integers) -> Iterator[Integers]:
    """Yield lines below each other, from top to bottom."""
    groups: list[list[int]] = []
    for line in large[np.argsort(region.boxes[large, 1], kind="stable")]:
        x0, y0, x1, _ = region.boxes[line]
        for group in groups:
            left, _, right, bottom = region.boxes[group[-1]]
            if y0 - bottom <= _GAP * region.height and min(x1, right) - max(x0, left) >= region.height:
                group.append(line)
                break
        else:
            groups.append([line])
    yield from map(np.array, groups)


def _next_to(region: Region, small: Mask, box: Floats, *, above: bool) -> Mask:
    """Return a mask of the row nearest to a box, above or below it."""
    distance = box[1] - region.centres if above else region.centres - box[3]
    overlaps = (region.boxes[:, 0] < box[2]) & (region.boxes[:, 2] > box[0])
    distance = np.where(small & overlaps & (distance > 0), distance, np.inf)
    row: Mask = distance <= min(distance.min() + _ROW * region.height, _NEAR * region.height)
    return row


def _crossing(region: Region, lines: Mask, edge: float) -> Integers:
    reach = _CROSSING * region.height
    crossing = lines & (region.boxes[:, 0] < edge - reach) & (region.boxes[:, 2] > edge + reach)
    return np.flatnonzero(crossing)


def _beside(region: Region, small: Mask, box: Floats, side: int) -> Integers:
    """The lines (positions) at the height of a box, on its left (``side`` 0) or right (2)."""
    level = small & (region.centres > box[1]) & (region.centres < box[3])
    half = _TOLERANCE / 2 * region.height
    outside = region.boxes[:, 2] <= box[0] + half if side == 0 else region.boxes[:, 0] >= box[2] - half
    return np.flatnonzero(level & outside)


def _in_column(region: Region, lines: Integers, crossing: Integers) -> Mask:
    """Return which lines are in the range of x of one of the crossing lines."""
    tolerance = _TOLERANCE * region.height
    x0, x1 = region.boxes[lines, 0][:, None], region.boxes[lines, 2][:, None]
    inside = (x0 >= region.boxes[crossing, 0] - tolerance) & (x1 <= region.boxes[crossing, 2] + tolerance)
    found: Mask = inside.any(axis=1)
    return found

"""A part of a page and its visual rows: lines side by side, from left to right.

Each line is linked to its nearest neighbour on the right that overlaps it vertically; a row is a chain of links. Links
between neighbours follow the rows of a curled receipt, where a fixed range of y would reach into the next row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Boxes, Floats, Integers, Mask

_MIN_OVERLAP = 0.5  # share of the lower line's height; with less overlap, a line belongs to the row above or below
_MAX_HEIGHT_RATIO = 2.5  # a logo beside three lines of text is in none of their rows
_CHUNK = 256  # boxes compared with all others at once; in one piece, thousands of lines take hundreds of MB
_VERTICAL_DISTANCE_WEIGHT = 10.0  # one pixel of vertical distance counts as this many pixels of horizontal distance


@dataclass(frozen=True)
class Region:
    """Some lines of a page.

    index: (n,) position of each line on the page.
    boxes: (n, 4) of x0, y0, x1, y1.
    right: (n,) position in this region of each line's neighbour on the right, or -1.
    row: (n,) row number of each line; rows are numbered from top to bottom.
    height: height of the median line.
    """

    index: Integers
    boxes: Boxes
    right: Integers
    row: Integers
    height: float

    @classmethod
    def of_page(cls, boxes: Boxes) -> Region:
        """Create the region of a whole page: boxes (n, 4), n > 0."""
        right = _right_neighbours(boxes)
        return cls(np.arange(len(boxes)), boxes, right, _row_numbers(boxes, right), _median_height(boxes))

    def part(self, selection: Mask | Integers) -> Region:
        """Return the region of the lines in a mask (n,) or at some positions."""
        chosen = np.flatnonzero(selection) if selection.dtype == bool else selection
        boxes = self.boxes[chosen]
        position = np.full(len(self.index) + 1, -1)  # the last item is for -1: no neighbour
        position[chosen] = np.arange(len(chosen))
        return Region(self.index[chosen], boxes, position[self.right[chosen]], self.row[chosen], _median_height(boxes))

    @property
    def centres(self) -> Floats:
        """Vertical centres of the lines, (n,)."""
        return (self.boxes[:, 1] + self.boxes[:, 3]) / 2

    @property
    def widths(self) -> Floats:
        return self.boxes[:, 2] - self.boxes[:, 0]

    def rows(self) -> list[Integers]:
        """Return the positions of the lines of each row, from top to bottom and from left to right."""
        order = np.lexsort((self.boxes[:, 0], self.row))
        return np.split(order, np.flatnonzero(np.diff(self.row[order])) + 1)


def column_spans(boxes: Boxes) -> tuple[Floats, Floats]:
    """Return x0 and x1, each (columns,), of the ranges of x that boxes (n, 4) cover, from left to right; n > 0."""
    boxes = boxes[np.argsort(boxes[:, 0], kind="stable")]
    reach = np.maximum.accumulate(boxes[:, 2])
    starts = np.flatnonzero(boxes[1:, 0] > reach[:-1]) + 1
    return boxes[np.r_[0, starts], 0], reach[np.r_[starts - 1, len(boxes) - 1]]


def _median_height(boxes: Boxes) -> float:
    return max(float(np.median(boxes[:, 3] - boxes[:, 1])), 1e-6) if len(boxes) else 0.0


def _right_neighbours(boxes: Boxes) -> Integers:
    """Return for each box the index of its neighbour on the right in its row, or -1: (n,). Neighbours are unique."""
    count = len(boxes)
    nearest, neighbour_of = np.full(count, -1), np.full(count, -1)
    closest = np.full(count, np.inf)
    for chunk in np.array_split(np.arange(count), count // _CHUNK + 1):
        distance = _distance_to_right(boxes[chunk], boxes)
        nearest[chunk] = distance.argmin(axis=1)
        nearer = distance.min(axis=0) < closest
        neighbour_of[nearer] = chunk[distance.argmin(axis=0)[nearer]]
        closest = np.minimum(closest, distance.min(axis=0))
    return np.where(neighbour_of[nearest] == np.arange(count), nearest, -1)


def _distance_to_right(boxes: Boxes, others: Boxes) -> Floats:
    """Return how far to the right of each box each other box is, (boxes, others); inf if not in the same row."""
    x0, y0, x1, y1 = boxes.T[:, :, None]
    other_x0, other_y0, other_x1, other_y1 = others.T
    overlap = np.minimum(y1, other_y1) - np.maximum(y0, other_y0)
    lower, higher = np.minimum(y1 - y0, other_y1 - other_y0), np.maximum(y1 - y0, other_y1 - other_y0)
    beside = (overlap >= _MIN_OVERLAP * lower) & (higher <= _MAX_HEIGHT_RATIO * lower)
    # Padded boxes of neighbours may overlap, but by less than half a line height, and never beyond a centre.
    centre, other_centre = (x0 + x1) / 2, (other_x0 + other_x1) / 2
    beside &= (other_centre > centre) & (other_x0 >= centre) & (other_centre >= x1 - lower / 2)
    vertical_distance = np.abs(y0 + y1 - other_y0 - other_y1) / 2
    return np.where(beside, other_x0 - x1 + _VERTICAL_DISTANCE_WEIGHT * vertical_distance, np.inf)


def _row_numbers(boxes: Boxes, right: Integers) -> Integers:
    """Return the row number (n,) of each box. Rows are chains of neighbours, numbered by their mean centre."""
    row = np.full(len(boxes), -1)
    for number, box in enumerate(np.setdiff1d(np.arange(len(boxes)), right)):
        while box >= 0:
            row[box] = number
            box = right[box]
    centre = np.bincount(row, weights=(boxes[:, 1] + boxes[:, 3]) / 2) / np.bincount(row)
    rank = np.empty(len(centre), dtype=int)
    rank[np.argsort(centre, kind="stable")] = np.arange(len(centre))
    return rank.take(row)

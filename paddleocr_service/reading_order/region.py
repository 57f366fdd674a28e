"""A part of a page, and its visual rows: the lines that stand beside each other, from left to right.

A line is linked with its nearest neighbour to the right that it overlaps in height; a row is a chain of links. Links
between neighbours follow a curled receipt, where a fixed band of pixels would run into the next row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_OVERLAP = 0.5  # of the lower line's height: less is the row above or below
_HEIGHT_RATIO = 2.5  # a logo beside three lines of text belongs to none of them
_AT_ONCE = 256  # boxes compared with all others at a time: thousands of lines must not take hundreds of megabytes
_OUT_OF_LINE = 10.0  # a neighbour that is one pixel lower counts as this many pixels further away


@dataclass(frozen=True)
class Region:
    """Some lines of a page.

    index: (n,) of the lines on the page. boxes: (n, 4) of x0, y0, x1, y1. right: (n,) position of each line's
    neighbour on the right in this region, or -1. row: (n,) number of the line's row; rows of a page are numbered from
    the top down. height: of the median line.
    """

    index: np.ndarray
    boxes: np.ndarray
    right: np.ndarray
    row: np.ndarray
    height: float

    @classmethod
    def of(cls, boxes: np.ndarray) -> Region:
        """The whole page: boxes (n, 4), n > 0."""
        right = _right_neighbours(boxes)
        row = _row_numbers(boxes, right)
        return cls(np.arange(len(boxes)), boxes, right, row, _median_height(boxes))

    def part(self, chosen: np.ndarray) -> Region:
        """The lines of a mask (n,) or at some positions."""
        chosen = np.flatnonzero(chosen) if chosen.dtype == bool else chosen
        boxes = self.boxes[chosen]
        position = np.full(len(self.index) + 1, -1)  # the last is for -1: no neighbour
        position[chosen] = np.arange(len(chosen))
        return Region(self.index[chosen], boxes, position[self.right[chosen]], self.row[chosen], _median_height(boxes))

    @property
    def centre(self) -> np.ndarray:
        return (self.boxes[:, 1] + self.boxes[:, 3]) / 2

    def rows(self) -> list[np.ndarray]:
        """Positions of the lines by row, from the top down and from left to right."""
        order = np.lexsort((self.boxes[:, 0], self.row))
        return np.split(order, np.flatnonzero(np.diff(self.row[order])) + 1)


def covered(boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """x0 and x1, each (columns,), of the strips of the width that boxes (n, 4) cover, from left to right; n > 0."""
    boxes = boxes[np.argsort(boxes[:, 0], kind="stable")]
    reach = np.maximum.accumulate(boxes[:, 2])
    begins = np.flatnonzero(boxes[1:, 0] > reach[:-1]) + 1
    return boxes[np.r_[0, begins], 0], reach[np.r_[begins - 1, len(boxes) - 1]]


def _median_height(boxes: np.ndarray) -> float:
    return max(float(np.median(boxes[:, 3] - boxes[:, 1])), 1e-6) if len(boxes) else 0.0


def _right_neighbours(boxes: np.ndarray) -> np.ndarray:
    """For each box the index of its neighbour on the right in its row, or -1: (n,). No two share a neighbour."""
    count = len(boxes)
    nearest, neighbour_of = np.full(count, -1), np.full(count, -1)
    closest = np.full(count, np.inf)
    for some in np.array_split(np.arange(count), count // _AT_ONCE + 1):
        distance = _distance(boxes[some], boxes)
        nearest[some] = distance.argmin(axis=1)
        nearer = distance.min(axis=0) < closest
        neighbour_of[nearer] = some[distance.argmin(axis=0)[nearer]]
        closest = np.minimum(closest, distance.min(axis=0))
    return np.where(neighbour_of[nearest] == np.arange(count), nearest, -1)


def _distance(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """How far to the right of each box each other box is, (boxes, others); inf where not in the same row."""
    x0, y0, x1, y1 = boxes.T[:, :, None]
    other_x0, other_y0, other_x1, other_y1 = others.T
    overlap = np.minimum(y1, other_y1) - np.maximum(y0, other_y0)
    lower, higher = np.minimum(y1 - y0, other_y1 - other_y0), np.maximum(y1 - y0, other_y1 - other_y0)
    beside = (overlap >= _OVERLAP * lower) & (higher <= _HEIGHT_RATIO * lower)
    # Padded boxes of neighbours may overlap, by less than half a line and never beyond a middle.
    middle, other_middle = (x0 + x1) / 2, (other_x0 + other_x1) / 2
    beside &= (other_middle > middle) & (other_x0 >= middle) & (other_middle >= x1 - lower / 2)
    out_of_line = np.abs(y0 + y1 - other_y0 - other_y1) / 2
    return np.where(beside, other_x0 - x1 + _OUT_OF_LINE * out_of_line, np.inf)


def _row_numbers(boxes: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The row (n,) of each box: chains of neighbours, numbered by the mean height at which their boxes stand."""
    row = np.full(len(boxes), -1)
    for number, box in enumerate(np.setdiff1d(np.arange(len(boxes)), right)):
        while box >= 0:
            row[box] = number
            box = right[box]
    centre = np.bincount(row, weights=(boxes[:, 1] + boxes[:, 3]) / 2) / np.bincount(row)
    rank = np.empty(len(centre), dtype=int)
    rank[np.argsort(centre, kind="stable")] = np.arange(len(centre))
    return rank[row]

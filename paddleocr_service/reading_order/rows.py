"""Visual rows: the lines that stand beside each other, from left to right.

A line is linked with its nearest neighbour to the right that it overlaps in height; a row is a chain of links. Links
between neighbours follow a curled receipt, where a fixed band of pixels would run into the next row.
"""

from __future__ import annotations

import numpy as np

_OVERLAP = 0.5  # of the lower line's height: less is the row above or below
_OUT_OF_LINE = 10.0  # a neighbour that is one pixel lower counts as this many pixels further away
_HEIGHT_RATIO = 2.5  # a logo beside three lines of text belongs to none of them


def row_numbers(boxes: np.ndarray) -> np.ndarray:
    """The row (n,) of each box (n, 4); the numbers go from the topmost row down."""
    count = len(boxes)
    right = _right_neighbours(boxes)
    row = np.full(count, -1)
    starts = np.setdiff1d(np.arange(count), right[right >= 0])
    for number, box in enumerate(starts):
        while box >= 0 and row[box] < 0:
            row[box] = number
            box = right[box]
    return _from_the_top(boxes, row)


def rows_of(boxes: np.ndarray) -> list[np.ndarray]:
    """Rows of box indices from the top down, each from left to right."""
    numbers = row_numbers(boxes)
    order = np.lexsort((boxes[:, 0], numbers))
    return np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1) if len(order) else []


def _right_neighbours(boxes: np.ndarray) -> np.ndarray:
    """For each box the index of its neighbour on the right in its row, or -1: (n,). No two share a neighbour."""
    x0, y0, x1, y1 = boxes.T
    height = y1 - y0
    overlap = np.minimum(y1[:, None], y1) - np.maximum(y0[:, None], y0)
    lower = np.minimum(height[:, None], height)
    higher = np.maximum(height[:, None], height)
    middle = (x0 + x1) / 2
    beside = (overlap >= _OVERLAP * lower) & (higher <= _HEIGHT_RATIO * lower)
    beside &= (x0 >= middle[:, None]) & (middle >= x1[:, None] - lower / 2)
    centre = (y0 + y1) / 2
    gap = np.where(beside, x0 - x1[:, None] + _OUT_OF_LINE * np.abs(centre - centre[:, None]), np.inf)
    nearest = gap.argmin(axis=1) if len(boxes) else np.zeros(0, dtype=int)
    mutual = np.isfinite(gap[np.arange(len(boxes)), nearest]) & (gap.argmin(axis=0)[nearest] == np.arange(len(boxes)))
    return np.where(mutual, nearest, -1)


def _from_the_top(boxes: np.ndarray, row: np.ndarray) -> np.ndarray:
    centre = (boxes[:, 1] + boxes[:, 3]) / 2
    size = np.bincount(row)
    heights = np.bincount(row, weights=centre) / np.maximum(size, 1)
    rank = np.empty(len(heights), dtype=int)
    rank[np.argsort(heights, kind="stable")] = np.arange(len(heights))
    return rank[row]

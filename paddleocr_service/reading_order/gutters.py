"""Is a corridor a gutter between columns of text, or does it run between the columns of a table?

The two look the same, yet a table is read row by row. A corridor is a gutter only if both sides are running text, whose
lines are long and mostly fill their column; or if both sides are wide and the rows on the left do not line up with the
rows on the right, as a table beside a column of text, or a sidebar.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# All in heights of the region's median line, unless said otherwise.
_GUTTER = 0.3  # detectors pad their boxes: a gutter of one line height on paper keeps about this much
_INTRUDERS = 0.15  # share of rows that may reach into it
_SHARED = 2.5  # height over which there is text on both sides
_FULL = 0.7  # a full line, of the widest lines of its column
_RUNNING = 5.5  # length of a line times share of full lines: some 14 characters always, 28 in every second row
_LEADING = 2.2  # from row to row: running text is not set wider
_WIDE = 7.0  # a column of anything; the amounts beside the items of a receipt are narrower
_IN_LINE = 0.2  # centres as close as this stand on one row
_TABLE = 0.8  # share of rows that stand on a row of the other side, from which both sides are one table
_RUNNING_ROWS, _WIDE_ROWS = 3, 5  # on each side


def is_gutter(
    boxes: np.ndarray, rows: np.ndarray, left: np.ndarray, right: np.ndarray, edge: float, height: float
) -> bool:
    """Whether the boxes (n, 4) of the masks ``left`` and ``right`` (n,) are columns to be read one after the other.

    rows: number of each box's visual row (n,). edge: where the right side begins. height: of the median line.
    """
    if not left.any() or not right.any():
        return False
    top = max(boxes[left, 1].min(), boxes[right, 1].min())
    bottom = min(boxes[left, 3].max(), boxes[right, 3].max())
    if bottom - top < _SHARED * height:
        return False
    centre = (boxes[:, 1] + boxes[:, 3]) / 2
    shared = (centre > top) & (centre < bottom)
    ours, theirs = (_Side.of(boxes[side & shared], rows[side & shared]) for side in (left, right))
    sparser = min(len(ours.centre), len(theirs.centre))
    if sparser < _RUNNING_ROWS or (ours.end > edge - _GUTTER * height).mean() > _INTRUDERS:
        return False
    if ours.is_running(height) and theirs.is_running(height):
        return True
    return sparser >= _WIDE_ROWS and ours.is_wide(height) and theirs.is_wide(height) and not ours.is_in_line(theirs, height)


@dataclass(frozen=True)
class _Side:
    """The rows on one side of a corridor: centres from the top down; extents, right ends, widest boxes: each (rows,)."""

    centre: np.ndarray
    extent: np.ndarray
    end: np.ndarray
    widest: np.ndarray

    @classmethod
    def of(cls, boxes: np.ndarray, rows: np.ndarray) -> _Side:
        x0, y0, x1, y1 = boxes.T
        numbers, row = np.unique(rows, return_inverse=True)
        start, end, widest = np.full((3, len(numbers)), -np.inf)
        np.maximum.at(start, row, -x0)
        np.maximum.at(end, row, x1)
        np.maximum.at(widest, row, x1 - x0)
        centre = np.bincount(row, weights=(y0 + y1) / 2) / np.maximum(np.bincount(row), 1)
        return cls(np.sort(centre), end + start, end, widest)

    def is_running(self, height: float) -> bool:
        """Running text: rows follow closely, lines are long or mostly fill their column."""
        length = np.median(self.widest) / height
        full = (self.widest >= _FULL * np.quantile(self.widest, 0.9)).mean()
        close = np.median(np.diff(self.centre)) <= _LEADING * height
        return bool(close and length >= _WIDE and length * full >= _RUNNING)

    def is_wide(self, height: float) -> bool:
        return bool(np.median(self.extent) >= _WIDE * height)

    def is_in_line(self, other: _Side, height: float) -> bool:
        """Most rows of the sparser side stand on a row of the other side."""
        few, many = sorted((self.centre, other.centre), key=len)
        distance = np.abs(few[:, None] - many).min(axis=1)
        return bool((distance <= _IN_LINE * height).mean() >= _TABLE)

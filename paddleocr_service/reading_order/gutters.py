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
_ENOUGH = 40.0  # length of all full lines together, for running text to be told from a few long cells
_PIECE = 0.5  # a wider space than this parts two pieces of text
_MARGINAL = 2.0  # a number in the margin is shorter
_LEADING = 2.2  # from row to row: running text is not set wider
_WIDE = 7.0  # a column of anything; the amounts beside the items of a receipt are narrower
_BESIDE_RUNNING = 4.0  # a column of anything beside running text
_IN_LINE = 0.2  # centres as close as this stand on one row
_TABLE = 0.8  # share of rows that stand on a row of the other side, from which both sides are one table
_RUNNING_ROWS, _WIDE_ROWS = 3, 5  # on each side


def is_gutter(
    boxes: np.ndarray, rows: np.ndarray, left: np.ndarray, right: np.ndarray, height: float
) -> bool:
    """Whether the boxes (n, 4) of the masks ``left`` and ``right`` (n,) are columns to be read one after the other.

    rows: number of each box's visual row (n,). height: of the median line.
    """
    top = max(boxes[left, 1].min(), boxes[right, 1].min())
    bottom = min(boxes[left, 3].max(), boxes[right, 3].max())
    centre = (boxes[:, 1] + boxes[:, 3]) / 2
    shared = (centre > top) & (centre < bottom)
    left, right = left & shared, right & shared
    if bottom - top < _SHARED * height or not left.any() or not right.any():
        return False
    ours = _Side.of(boxes[left], rows[left], height)
    mirrored = boxes * [-1, 1, -1, 1]
    theirs = _Side.of(mirrored[right], rows[right], height)
    if np.mean(theirs.length < _MARGINAL * height) > _TABLE:  # numbers of the lines on the right
        text = right & (boxes[:, 2] - boxes[:, 0] >= _MARGINAL * height)
        theirs = _Side.of(mirrored[text], rows[text], height) if text.any() else theirs
    edge = boxes[right, 0].min()
    if (ours.end > edge - _GUTTER * height).mean() > _INTRUDERS:
        return False
    running = ours.is_running(height), theirs.is_running(height)
    if all(running):
        return True
    narrowest = min(ours.width, theirs.width) / height
    wide = narrowest >= (_WIDE if not any(running) else _BESIDE_RUNNING)
    return wide and min(len(ours.end), len(theirs.end)) >= _WIDE_ROWS and not ours.is_in_line(theirs, height)


@dataclass(frozen=True)
class _Side:
    """The rows on one side of a corridor, each (rows,).

    centre, end, length: of the piece of text next to the corridor. width: median extent of the rows.
    """

    centre: np.ndarray
    end: np.ndarray
    length: np.ndarray
    width: float

    @classmethod
    def of(cls, boxes: np.ndarray, rows: np.ndarray, height: float) -> _Side:
        """The side left of a corridor; for the right one mirror the boxes (x0 and x1 change sign and not place)."""
        start, end = boxes[:, [0, 2]].min(axis=1), boxes[:, [0, 2]].max(axis=1)
        order = np.lexsort((end, rows))
        start, end, rows, centre = start[order], end[order], rows[order], boxes[order][:, [1, 3]].mean(axis=1)
        begins = np.r_[True, (np.diff(rows) > 0) | (start[1:] - end[:-1] > _PIECE * height)]
        first = np.flatnonzero(begins)
        rows, start, end = rows[first], np.minimum.reduceat(start, first), np.maximum.reduceat(end, first)
        last = np.flatnonzero(np.diff(rows, append=rows[-1] + 1))
        extent = end[last] - np.minimum.reduceat(start, np.r_[0, last[:-1] + 1])
        return cls(centre[first[last]], end[last], (end - start)[last], float(np.median(extent)))

    def is_running(self, height: float) -> bool:
        """Running text: rows follow closely, lines are long or mostly fill their column."""
        if len(self.length) < _RUNNING_ROWS:
            return False
        length = self.length / height
        full = length >= _FULL * np.quantile(length, 0.9)
        close = np.median(np.diff(np.sort(self.centre))) <= _LEADING * height
        long = np.median(length) >= _WIDE and np.median(length) * full.mean() >= _RUNNING
        return bool(close and long and length[full].sum() >= _ENOUGH)

    def is_in_line(self, other: _Side, height: float) -> bool:
        """Most rows of the sparser side stand on a row of the other side."""
        few, many = sorted((self.centre, other.centre), key=len)
        distance = np.abs(few[:, None] - many).min(axis=1)
        return bool((distance <= _IN_LINE * height).mean() >= _TABLE)

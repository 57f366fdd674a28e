"""Is a corridor a gutter between columns of text, or does it run between the columns of a table?

The two look the same, yet a table is read row by row. A corridor is a gutter only if both sides are running text,
whose lines are long and mostly fill their column; or if both sides are wide and the rows on the left do not line up
with the rows on the right, as a table beside a column of text, or a sidebar. Where terms on the left stand beside
their explanations on the right, each term is read before its explanation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .corridors import IN_LINE, TABLE, Corridor
from .region import Region

# All in heights of the region's median line, unless said otherwise.
_GUTTER = 0.3  # detectors pad their boxes: a gutter of one line height on paper keeps about this much
_INTRUDERS = 0.15  # share of rows that may reach into it
_FULL = 0.7  # a full line, of the widest lines of its column
_RUNNING = 5.5  # length of a line times share of full lines: some 14 characters always, 28 in every second row
_ENOUGH = 40.0  # length of all full lines together, for running text to be told from a few long cells
_PIECE = 0.5  # a wider space than this parts two pieces of text
_MARGINAL = 2.0  # a number in the margin is shorter
_LEADING = 2.2  # from row to row: running text is not set wider
_WIDE = 7.0  # a column of anything; the amounts beside the items of a receipt are narrower
_BESIDE_RUNNING = 4.0  # a column of anything beside running text
_TERM = 0.6  # width of the terms, of their explanations
_NEXT_TERM = 1.3  # step between two terms, of the step between the rows of one
_CLOSEST = 0.8  # step between the rows of one term
_FEWEST_TERMS = 3
_RUNNING_ROWS, _WIDE_ROWS = 3, 5  # on each side


def cut(region: Region, corridor: Corridor) -> tuple[np.ndarray, ...] | None:
    """The parts (masks) into which a corridor cuts a region, in reading order; None where rows are read across it."""
    left, right = _shared(region, corridor)
    if not left.any() or not right.any():
        return None
    height = region.height
    ours, theirs = _Side.of(region, left), _Side.of(region, right, mirrored=True)
    if np.mean(theirs.length < _MARGINAL * height) > TABLE:  # numbers of the lines on the right
        text = right & (region.boxes[:, 2] - region.boxes[:, 0] >= _MARGINAL * height)
        theirs = _Side.of(region, text, mirrored=True) if text.any() else theirs
    if (ours.end > region.boxes[right, 0].min() - _GUTTER * height).mean() > _INTRUDERS:
        return None
    running = ours.is_running(height), theirs.is_running(height)
    wide = min(ours.width, theirs.width) >= (_BESIDE_RUNNING if any(running) else _WIDE) * height
    enough = min(len(ours.end), len(theirs.end)) >= _WIDE_ROWS
    apart = wide and enough and not ours.is_in_line(theirs, height)
    terms = _terms(ours, theirs, height) if apart and running[1] else None
    if terms is not None:
        return _sections(region, corridor, terms)
    return corridor.parts if apart or all(running) else None


def _terms(ours: _Side, theirs: _Side, height: float) -> np.ndarray | None:
    """The y above the terms on the left whose explanations begin beside them on the right; None if it is no such list.

    A term may run over several rows, which then need not be in line with those of its explanation.
    """
    if ours.width > _TERM * theirs.width:
        return None
    step = np.diff(ours.centre)
    begins = np.r_[True, step > _NEXT_TERM * max(step.min(), _CLOSEST * height)]
    terms = ours.centre[begins]
    beside = np.abs(terms[:, None] - theirs.centre).min(axis=1) <= IN_LINE * height
    return terms - height / 2 if len(terms) >= _FEWEST_TERMS and beside.mean() >= TABLE else None


def _sections(region: Region, corridor: Corridor, starts: np.ndarray) -> tuple[np.ndarray, ...]:
    """What is above, then each term with its explanation, then what is below."""
    above, left, right, below = corridor.parts
    number = np.searchsorted(starts, region.centre) - 1
    parts = [above | ((left | right) & (number < 0))]
    for one in range(len(starts)):
        parts += [left & (number == one), right & (number == one)]
    return (*parts, below)


def _shared(region: Region, corridor: Corridor) -> tuple[np.ndarray, np.ndarray]:
    """The lines of the left and the right side (masks) at the heights at which both have text."""
    if not corridor.left.any() or not corridor.right.any():
        return corridor.left, corridor.right
    y0, y1, centre = region.boxes[:, 1], region.boxes[:, 3], region.centre
    top = max(y0[corridor.left].min(), y0[corridor.right].min())
    bottom = min(y1[corridor.left].max(), y1[corridor.right].max())
    both = (centre > top) & (centre < bottom)
    return corridor.left & both, corridor.right & both


@dataclass(frozen=True)
class _Side:
    """The rows on one side of a corridor, each (rows,).

    centre, end, length: of the piece of text next to the corridor, from the top down. width: median extent of the rows.
    """

    centre: np.ndarray
    end: np.ndarray
    length: np.ndarray
    width: float

    @classmethod
    def of(cls, region: Region, side: np.ndarray, mirrored: bool = False) -> _Side:
        """The lines of a mask. The corridor is on their right, or on their left where ``mirrored``."""
        boxes, rows = region.boxes[side], region.row[side]
        start, end = (-boxes[:, 2], -boxes[:, 0]) if mirrored else (boxes[:, 0], boxes[:, 2])
        order = np.lexsort((end, rows))
        start, end, rows, centre = start[order], end[order], rows[order], boxes[order][:, [1, 3]].mean(axis=1)
        begins = np.r_[True, (np.diff(rows) > 0) | (start[1:] - end[:-1] > _PIECE * region.height)]
        first = np.flatnonzero(begins)
        rows, start, end = rows[first], np.minimum.reduceat(start, first), np.maximum.reduceat(end, first)
        last = np.flatnonzero(np.diff(rows, append=rows[-1] + 1))
        extent = end[last] - np.minimum.reduceat(start, np.r_[0, last[:-1] + 1])
        by_height = last[np.argsort(centre[first[last]], kind="stable")]
        return cls(centre[first[by_height]], end[by_height], (end - start)[by_height], float(np.median(extent)))

    def is_running(self, height: float) -> bool:
        """Running text: rows follow closely, lines are long or mostly fill their column."""
        if len(self.length) < _RUNNING_ROWS:
            return False
        length = self.length / height
        full = length >= _FULL * np.quantile(length, 0.9)
        close = np.median(np.diff(self.centre)) <= _LEADING * height
        long = np.median(length) >= _WIDE and np.median(length) * full.mean() >= _RUNNING
        return bool(close and long and length[full].sum() >= _ENOUGH)

    def is_in_line(self, other: _Side, height: float) -> bool:
        """Most rows of the sparser side stand on a row of the other side."""
        few, many = sorted((self.centre, other.centre), key=len)
        distance = np.abs(few[:, None] - many).min(axis=1)
        return bool((distance <= IN_LINE * height).mean() >= TABLE)

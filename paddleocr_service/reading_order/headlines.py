"""Headlines that are shorter than the columns below them.

Such a headline is over its first column alone, but it ends the columns above it as if it were as wide as all. It
belongs to the next column as well if that begins level with the first one, and nothing is beside the headline and a
white band above it.
"""

from dataclasses import replace

import numpy as np

from ..arrays import Boxes, Integers, Mask
from .region import Region, column_spans

# In line heights of the page.
_LARGE = 1.25  # height of a headline
_SAME_SIZE = 1.3  # ratio of the heights of its rows
_ROW_GAP = 1.0  # between two of its rows
_BAND = 1.0  # white above it
_REACH = 8.0  # below it, in which its columns are found
_NEAR = 3.0  # between it and its text
_LEVEL = 0.4  # difference between the tops of columns that begin together
_PADDING = 0.2  # of a detector's box, on each side


def widen_headlines(page: Region) -> Region:
    """Return a page whose headlines extend to the right edge of the last column that begins below them."""
    boxes = page.boxes.copy()
    for rows in _headlines(page):
        end = _last_edge(page, rows)
        if end is not None:
            boxes[rows, 2] = np.maximum(boxes[rows, 2], end)
    return replace(page, boxes=boxes)


def _headlines(page: Region) -> list[Integers]:
    """Return the rows (positions) of each headline, from top to bottom."""
    height = page.boxes[:, 3] - page.boxes[:, 1]
    large = np.flatnonzero(height >= _LARGE * page.height)
    groups: list[list[int]] = []
    for line in large[np.argsort(page.boxes[large, 1], kind="stable")]:
        x0, y0, x1, _ = page.boxes[line]
        for group in groups:
            left, _, right, bottom = page.boxes[group[-1]]
            similar = max(height[line], height[group[-1]]) <= _SAME_SIZE * min(height[line], height[group[-1]])
            if similar and y0 - bottom <= _ROW_GAP * page.height and min(x1, right) > max(x0, left):
                group.append(line)
                break
        else:
            groups.append([line])
    return [np.array(group) for group in groups]


def _last_edge(page: Region, rows: Integers) -> float | None:
    """Return the right edge of the last column below a headline; None if only one column begins there."""
    top, bottom = page.boxes[rows, 1].min(), page.boxes[rows, 3].max()
    others = np.ones(len(page.index), dtype=bool)
    others[rows] = False
    below = others & (page.centres > bottom) & (page.boxes[:, 1] <= bottom + _REACH * page.height)
    if not below.any():
        return None
    padding = np.array([_PADDING, 0, -_PADDING, 0]) * page.height
    start, end = column_spans(page.boxes[below] + padding)
    own = int(np.searchsorted(start, page.boxes[rows, 0].min() + page.height, side="right")) - 1
    if own < 0 or abs(page.boxes[rows, 0].min() - start[own]) > page.height:
        return None
    beside = others & (page.centres > top - _BAND * page.height) & (page.centres <= bottom)
    first = _top(page.boxes, below, start[own], end[own])
    middle = np.r_[-np.inf, (end[:-1] + start[1:]) / 2, np.inf]

    def is_below(column: int) -> bool:
        """Return whether a column begins level with the first one, below white as high as the headline and a band."""
        is_level = abs(_top(page.boxes, below, start[column], end[column]) - first) <= _LEVEL * page.height
        return bool(is_level) and not _in_column(page.boxes, beside, middle[column], middle[column + 1]).any()

    if first - bottom > _NEAR * page.height or not is_below(own):
        return None
    if own > 0 and is_below(own - 1):  # it is centred above both
        return None
    last = own
    while last + 1 < len(start) and is_below(last + 1):
        last += 1
    return float(end[last]) if last > own else None


def _top(boxes: Boxes, lines: Mask, x0: float, x1: float) -> float:
    return float(boxes[_in_column(boxes, lines, x0, x1), 1].min(initial=np.inf))


def _in_column(boxes: Boxes, lines: Mask, x0: float, x1: float) -> Mask:
    inside: Mask = lines & (boxes[:, 0] < x1) & (boxes[:, 2] > x0)
    return inside

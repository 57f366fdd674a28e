"""Sections: parts of a page below each other, each with columns of its own, such as the stories of a newspaper.

A headline over several columns, or several headlines side by side, below a white band from side to side, begin a
section. All columns above it end there, also those beside the headline, which a gutter further to the side would join
with the columns below them.
"""

import numpy as np

from ..arrays import Integers, Mask
from .bands import split_at_bands
from .region import Region, column_spans

# In line heights of the region.
_BAND = 1.0  # height of the white band
_HEADLINE = 1.25  # height of the headline
_SIDE_BY_SIDE = 1.6  # of the largest of several; headings of sections are smaller, and may be level by chance
_REACH = 8.0  # above and below a headline, in which it has columns
_PADDING = 0.3  # of a detector's box, on each side
_MIN_SHARED = 2.0  # width of a headline above a column


def split_at_headline(region: Region) -> tuple[Mask, Mask] | None:
    """Return masks (n,) of what is above the first headline that begins a section, and of the rest."""
    groups = split_at_bands(region, np.arange(len(region.index)), _BAND)
    tops = np.array([region.boxes[group, 1].min() for group in groups])
    for top in tops[1:]:
        above = region.boxes[:, 1] < top
        first = _first_row(region, ~above, top)
        if _are_stories(region, first) or any(_begins_section(region, line, above) for line in first):
            return above, ~above
    return None


def _are_stories(region: Region, first: Integers) -> bool:
    """Return whether there are several headlines side by side."""
    boxes = region.boxes[first]
    if len(boxes) < 2 or np.max(boxes[:, 3] - boxes[:, 1]) < _SIDE_BY_SIDE * region.height:  # noqa: PLR2004
        return False
    padding = np.array([_PADDING, 0, -_PADDING, 0]) * region.height
    return len(column_spans(boxes + padding)[0]) > 1


def _first_row(region: Region, below: Mask, top: float) -> Integers:
    """The lines (positions) of large type that begin a group at ``top``."""
    height = region.boxes[:, 3] - region.boxes[:, 1]
    first = below & (region.boxes[:, 1] <= top + height / 2) & (height >= _HEADLINE * region.height)
    return np.flatnonzero(first)


def _begins_section(region: Region, line: int, above: Mask) -> bool:
    """Return whether a line is above several columns, and below several."""
    _, y0, _, y1 = region.boxes[line]
    reach = _REACH * region.height
    before = above & (region.boxes[:, 3] >= y0 - reach)
    after = ~above & (region.centres > y1) & (region.boxes[:, 1] <= y1 + reach)
    return all(_columns_of(region, line, near) > 1 for near in (before, after))


def _columns_of(region: Region, line: int, near: Mask) -> int:
    """The number of columns of lines (a mask) that a line shares a range of x with."""
    if not near.any():
        return 0
    start, end = column_spans(region.boxes[near])
    x0, _, x1, _ = region.boxes[line]
    shared = np.minimum(end, x1) - np.maximum(start, x0)
    return int(np.sum(shared >= _MIN_SHARED * region.height))

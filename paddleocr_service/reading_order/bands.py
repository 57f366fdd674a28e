"""White bands: strips without text that run across a region, and what they set apart from its columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .corridors import Corridor
from .region import Region

# All in heights of the region's median line, unless said otherwise.
_BLANK_LINE = 0.8
_HEADER_ROWS = 2
_SHORT = 0.7  # the width of a heading, of its column
_MASTHEAD_BAND = 2.0
_MASTHEAD = 0.2  # its height, of the columns under it
_TOP = 0.33  # and where fewer lines stand side by side: the first card of an organisation's chart
_FEWER = 0.5  # of the lines side by side under it
_SIDEBAR = 0.67  # its width, of the column beside it
_ACROSS = 1.3  # the width of a heading across columns, of the widest line above and below it
_ACROSS_BAND = 0.4
_MEASURE = 1.0  # lines that begin and end as near to the ends of their column as this go on with it


def bands(region: Region, chosen: np.ndarray, white: float = _BLANK_LINE) -> list[np.ndarray]:
    """The chosen lines (positions) from the top down, parted by bands at least as high as ``white``."""
    boxes = region.boxes
    order = chosen[np.argsort(boxes[chosen, 1], kind="stable")]
    gaps = boxes[order[1:], 1] - np.maximum.accumulate(boxes[order, 3])[:-1]
    return np.split(order, np.flatnonzero(gaps >= white * region.height) + 1)


def headings_across(region: Region) -> np.ndarray:
    """Mask (n,) of headings between bands with lines side by side, all of which they surpass in width.

    Such a heading parts all columns, even those that it is too short to reach.
    """
    width = region.boxes[:, 2] - region.boxes[:, 0]
    parts = bands(region, np.arange(len(width)), _ACROSS_BAND)
    single = [len(part) == _row_count(region, part) for part in parts]
    across = np.zeros(len(width), dtype=bool)
    for number, part in enumerate(parts):
        beside = [*range(max(number - 1, 0), number), *range(number + 1, min(number + 2, len(parts)))]
        if single[number] and len(part) <= _HEADER_ROWS and not all(single[one] for one in beside):
            across[part] = width[part].max() >= _ACROSS * max(width[parts[one]].max() for one in beside)
    return across


def without_header_and_footer(region: Region, corridor: Corridor) -> Corridor:
    """The corridor without what white bands set apart from its columns; it may leave a side empty.

    That is a page header, a masthead or a footer; or what stands under a sidebar on the right: a sidebar belongs to
    what it stands beside, so it is read before the text that goes on below.
    """
    parts = bands(region, np.flatnonzero(corridor.left | corridor.right))
    first = _header_length(region, corridor, parts)
    last = len(parts) - _header_length(region, corridor, parts[first:][::-1])
    if _extent(region, corridor.right) < _SIDEBAR * _extent(region, corridor.left):
        while last > first + 1 and not corridor.right[parts[last - 1]].any():
            last -= 1
    body, above = np.zeros_like(corridor.left), corridor.above.copy()
    body[np.concatenate(parts[first:last])] = True
    for part in parts[:first]:
        above[part] = True
    return Corridor(above, corridor.left & body, corridor.right & body)


def _header_length(region: Region, corridor: Corridor, parts: Sequence[np.ndarray]) -> int:
    """How many of the parts from the page's edge on are no part of the columns: some of a row or two, or a masthead.

    parts: from the top down for a header, from the bottom up for a footer.
    """
    tops = np.array([region.boxes[part, 1].min() for part in parts])
    bottoms = np.array([region.boxes[part, 3].max() for part in parts])
    reach = np.cumsum(bottoms - tops)
    pieces = np.array([len(part) / _row_count(region, part) for part in parts])
    length, small = 0, True
    for number, part in enumerate(parts[:-1]):
        white = max(tops[number + 1] - bottoms[number], tops[number] - bottoms[number + 1])
        far = white >= _MASTHEAD_BAND * region.height
        small = small and _is_small(region, corridor, part, far)
        top = pieces[number] <= _FEWER * np.median(pieces[number + 1 :])
        large = reach[number] > (_TOP if top else _MASTHEAD) * reach[-1]
        if small or (far and not large and not _goes_on(region, corridor, part, top)):
            length = number + 1
    return length


def _is_small(region: Region, corridor: Corridor, part: np.ndarray, far: bool) -> bool:
    """A row or two that are neither the end of the left column nor the heading of the right one."""
    if _row_count(region, part) > _HEADER_ROWS:
        return False
    beside = part[corridor.right[part]]
    if not len(beside):
        return _extent(region, part) < _SHORT * _extent(region, corridor.left)
    return far or not _is_set_in(region, beside, corridor)


def _goes_on(region: Region, corridor: Corridor, part: np.ndarray, top: bool) -> bool:
    """Whether a part fills the same column or columns as the rest, or is of the left one alone and no top."""
    for side in (corridor.left, corridor.right):
        chosen = part[side[part]]
        if len(chosen) and np.abs(_ends(region, chosen) - _ends(region, side)).max() > _MEASURE * region.height:
            return not top and not corridor.right[part].any()
    return True


def _is_set_in(region: Region, beside: np.ndarray, corridor: Corridor) -> bool:
    """Whether lines begin where the right column begins, or stand in the middle of it, as its heading does."""
    starts = abs(_ends(region, beside)[0] - _ends(region, corridor.right)[0]) <= _MEASURE * region.height
    return starts or _is_centred(region, beside, corridor.right)


def _is_centred(region: Region, part: np.ndarray, column: np.ndarray) -> bool:
    return bool(abs(_ends(region, part).mean() - _ends(region, column).mean()) <= _MEASURE / 2 * region.height)


def _ends(region: Region, chosen: np.ndarray) -> np.ndarray:
    """x0 and x1 of the chosen lines together."""
    return np.array([region.boxes[chosen, 0].min(), region.boxes[chosen, 2].max()])


def _extent(region: Region, chosen: np.ndarray) -> float:
    return float(np.ptp(_ends(region, chosen)))


def _row_count(region: Region, part: np.ndarray) -> int:
    return len(np.unique(region.row[part]))

"""Columns of text: a page is cut at its gutters, and what is left over is read row by row.

A gutter is a corridor without text, at least as tall as a few rows, with text on both sides. The tallest one goes
first, as a heading across columns ends the corridors under it. What lies above the corridor is read first, then its
left side, its right side and what lies below; each of the four is cut again in the same way. It is the recursive X-Y
cut (Nagy and Seth 1984; Ha, Haralick and Phillips 1995) with corridors bounded by what crosses them (Breuel 2002, "Two
geometric algorithms for layout analysis") instead of cuts through the whole region.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .gutters import is_gutter
from .rows import row_numbers

# All in heights of the region's median line, unless said otherwise.
_STEP = 0.3  # left edges as close as this are tried once
_SHARED = 2.5  # height over which there is text on both sides
_INTRUDER = 0.5  # a line may reach this far into the column on its right: detectors pad their boxes
_BAND = 0.8  # white band of a blank line: it sets a page header, a footer or what follows a sidebar apart
_HEADER_ROWS = 2
_MASTHEAD_BAND = 2.0
_MASTHEAD = 0.2  # its height, of the columns under it
_ACROSS = 1.3  # the width of a heading across columns, of the median line
_ACROSS_BAND = 0.4  # the white above and below it
_SIDEBAR = 0.67  # its width, of the column beside it
_SHORT = 0.7  # the width of a heading, of its column


@dataclass(frozen=True)
class _Corridor:
    """Masks (n,) of the boxes above, left of and right of a corridor."""

    above: np.ndarray
    left: np.ndarray
    right: np.ndarray

    @property
    def parts(self) -> tuple[np.ndarray, ...]:
        """Above, left, right, below: each box in one of them."""
        return self.above, self.left, self.right, ~(self.above | self.left | self.right)


def regions(boxes: np.ndarray) -> list[np.ndarray]:
    """Indices of ``boxes`` (n, 4) by region, the regions in reading order; inside a region rows are read across."""
    rows = row_numbers(boxes)
    found: list[np.ndarray] = []
    waiting = [np.arange(len(boxes))]
    while waiting:
        region = waiting.pop()
        gutter = _tallest_gutter(boxes[region], rows[region])
        if gutter is None:
            found.append(region)
        else:
            waiting.extend(region[part] for part in reversed(gutter.parts) if part.any())
    return found


def _tallest_gutter(boxes: np.ndarray, rows: np.ndarray) -> _Corridor | None:
    height = float(np.median(boxes[:, 3] - boxes[:, 1])) if len(boxes) else 0.0
    headings = _headings_across(boxes, rows, height)
    corridors = sorted(_corridors(boxes, headings, height), key=lambda each: -each[0])
    seen = set()
    for _, corridor in corridors:
        parting = corridor.left.tobytes(), corridor.right.tobytes()
        if parting in seen:
            continue
        seen.add(parting)
        corridor = _without_header_and_footer(boxes, rows, corridor, height)
        if corridor.left.any() and corridor.right.any() and is_gutter(boxes, rows, corridor.left, corridor.right, height):
            return corridor
    return None


def _headings_across(boxes: np.ndarray, rows: np.ndarray, height: float) -> np.ndarray:
    """Mask (n,) of headings that are wider than a column, with white from side to side above and below, then columns.

    Such a heading parts all columns, even those that it is too short to reach. What is no heading: wide rows that
    follow one another, as the text under a sidebar.
    """
    width = boxes[:, 2] - boxes[:, 0]
    least = _ACROSS * np.median(width)
    bands = _bands(boxes, np.arange(len(boxes)), _ACROSS_BAND * height)
    wide = [len(band) <= _HEADER_ROWS and width[band].max() >= least for band in bands]
    across = np.zeros(len(boxes), dtype=bool)
    for before, number in enumerate(range(1, len(bands) - 1)):
        columns_follow = len(bands[number + 1]) > len(np.unique(rows[bands[number + 1]]))
        across[bands[number]] = wide[number] and not wide[before] and columns_follow
    return across


def _corridors(boxes: np.ndarray, headings: np.ndarray, height: float) -> Iterator[tuple[float, _Corridor]]:
    """Corridors that begin at the left edge of some box, each with the height it shares with text on both sides.

    The boxes that cross a corridor are its floors: the text between two of them is a storey of it.
    """
    x0, y0, x1, y1 = boxes.T
    centre = (y0 + y1) / 2
    for edge in _thinned(np.sort(x0), _STEP * height):
        left, right = ~headings & (x0 < edge) & (x1 < edge + _INTRUDER * height), ~headings & (x0 >= edge)
        crossing = ~left & ~right
        storey = np.searchsorted(np.sort(centre[crossing]), centre)
        top, bottom = _shared_range(storey, y0, y1, left, right)
        for level in np.flatnonzero(bottom - top >= _SHARED * height):
            inside = (storey == level) & ~crossing
            yield bottom[level] - top[level], _Corridor(storey < level, inside & left, inside & right)


def _thinned(values: np.ndarray, step: float) -> np.ndarray:
    """The least of each run of sorted values that lie in the same bin of width ``step``."""
    return values[np.unique(values // max(step, 1e-9), return_index=True)[1]]


def _shared_range(
    storey: np.ndarray, y0: np.ndarray, y1: np.ndarray, left: np.ndarray, right: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """For each storey the y range (top, bottom) in which both sides have text; bottom < top where there is none."""
    top = np.full(storey.max() + 1, -np.inf)
    bottom = -top
    for side in (left, right):
        first, last = np.full(len(top), np.inf), np.full(len(top), -np.inf)
        np.minimum.at(first, storey[side], y0[side])
        np.maximum.at(last, storey[side], y1[side])
        top, bottom = np.maximum(top, first), np.minimum(bottom, last)
    return top, bottom


def _without_header_and_footer(boxes: np.ndarray, rows: np.ndarray, corridor: _Corridor, height: float) -> _Corridor:
    """The corridor without what white bands set apart from its columns.

    That is a page header, a masthead or a footer; or what stands under a sidebar on the right: a sidebar belongs to
    what it stands beside, so it is read before the text that goes on below.
    """
    bands = _bands(boxes, np.flatnonzero(corridor.left | corridor.right), _BAND * height)
    first = _header_bands(boxes, rows, corridor, bands, height)
    upside_down = boxes[:, [0, 3, 2, 1]] * [1, -1, 1, -1]
    last = len(bands) - _header_bands(upside_down, rows, corridor, bands[:first - 1 if first else None:-1], height)
    if _width(boxes[corridor.right]) < _SIDEBAR * _width(boxes[corridor.left]):
        while last > first + 1 and not corridor.right[bands[last - 1]].any():
            last -= 1
    body, above = np.zeros_like(corridor.left), corridor.above.copy()
    body[np.concatenate(bands[first:last])] = True
    above[np.concatenate(bands[:first]).astype(int) if first else []] = True
    return _Corridor(above, corridor.left & body, corridor.right & body)


def _bands(boxes: np.ndarray, chosen: np.ndarray, white: float) -> list[np.ndarray]:
    """The chosen boxes from the top down, parted where a band at least as high as ``white`` runs across all of them."""
    order = chosen[np.argsort(boxes[chosen, 1], kind="stable")]
    gaps = boxes[order[1:], 1] - np.maximum.accumulate(boxes[order, 3])[:-1]
    return np.split(order, np.flatnonzero(gaps >= white) + 1)


def _header_bands(
    boxes: np.ndarray, rows: np.ndarray, corridor: _Corridor, bands: list[np.ndarray], height: float
) -> int:
    """How many of the first bands are no part of the columns: some of a row or two, or a masthead with white below."""
    width = _width(boxes[corridor.left])
    reach = np.cumsum([np.ptp(boxes[band][:, [1, 3]]) for band in bands])
    count, small = 0, True
    for number, (band, following) in enumerate(zip(bands, bands[1:], strict=False), start=1):
        beside = corridor.right[band].any()
        column_goes_on = not beside and _width(boxes[band]) >= _SHORT * width
        small = small and len(np.unique(rows[band])) <= _HEADER_ROWS and not column_goes_on
        white = boxes[following, 1].min() - boxes[band, 3].max()
        masthead = beside and white >= _MASTHEAD_BAND * height and reach[number - 1] <= _MASTHEAD * reach[-1]
        if small or masthead:
            count = number
    return count


def _width(boxes: np.ndarray) -> float:
    return float(boxes[:, 2].max() - boxes[:, 0].min()) if len(boxes) else 0.0

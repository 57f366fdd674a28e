"""Decide whether a strip is a gutter between columns of text, or the space between columns of a table.

The two look the same, but a table must be read row by row. A strip is a gutter only in these cases:
- Both sides are running text: their lines are long and mostly fill their column.
- Both sides are wide, and the rows on the left do not match the rows on the right. Examples are a table beside a column
  of text, and a sidebar.
- One side is in much larger type, as a logo beside an address at the top of a letter, and has fewer rows.

If there are terms on the left and their explanations on the right, each term is read before its explanation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Floats, Mask
from .gutter_candidates import ROW_TOLERANCE, TABLE_SHARE, GutterCandidate
from .region import Region, column_spans


@dataclass(frozen=True)
class _Limits:
    """In line heights of the region, unless noted."""

    gutter_width: float = 0.3  # what padded boxes leave of a gutter that is one line height wide on paper
    max_intruders: float = 0.15  # share of rows that may reach into the gutter
    full_line: float = 0.7  # length of a full line, relative to the longest lines of its column
    min_running_length: float = 5.5  # median length times share of full lines: 14 characters, or 28 if half are full
    min_full_length: float = 40.0  # total of all full lines; a few long cells have less
    max_word_space: float = 0.5  # a wider space separates two pieces of text
    max_margin_number: float = 2.0  # a number in the margin is shorter
    max_value_width: float = 4.0  # of a price or another value beside its label, median
    min_values: int = 3
    max_leading: float = 2.2  # distance between two rows of running text
    min_width: float = 7.0  # of a column; the amounts beside the items of a receipt are narrower
    min_width_beside_text: float = 4.0  # of the wider lines of a column beside running text
    max_term_width: float = 0.6  # share of the width of the explanations
    next_term: float = 1.3  # distance to the next term, relative to the distance between the rows of a term
    min_leading: float = 0.8  # distance between the rows of a term
    min_terms: int = 3
    max_term_rows: int = 8  # a column of text with a pull quote has more
    logo_size: float = 1.6  # height of its lines, relative to those beside it
    max_rows_above_logo: int = 2
    min_running_rows: int = 3  # on each side
    min_wide_rows: int = 5  # on each side


_LIMITS = _Limits()


def split_at_gutter(region: Region, candidate: GutterCandidate) -> tuple[Mask, ...] | None:
    """Return the parts (masks) of a region in reading order; None if the strip is not a gutter."""
    left, right = _lines_at_shared_height(region, candidate)
    if not left.any() or not right.any():
        return None
    height = region.height
    if _are_values(region, left, right):
        return None
    left_side, right_side = _Side.of(region, left), _Side.of(region, right, mirrored=True)
    if np.mean(right_side.length < _LIMITS.max_margin_number * height) > TABLE_SHARE:
        # The pieces next to the strip are the line numbers of the text on the right.
        text = right & (region.widths >= _LIMITS.max_margin_number * height)
        right_side = _Side.of(region, text, mirrored=True) if text.any() else right_side
    gutter_start = np.quantile(region.boxes[right, 0], 0.1) - _LIMITS.gutter_width * height
    if (left_side.end > gutter_start).mean() > _LIMITS.max_intruders:
        return None
    running = left_side.is_running_text(height), right_side.is_running_text(height)
    if any(running):
        wide = min(left_side.upper_width, right_side.upper_width) >= _LIMITS.min_width_beside_text * height
    else:
        wide = min(left_side.width, right_side.width) >= _LIMITS.min_width * height
    independent = (
        wide
        and min(len(left_side.end), len(right_side.end)) >= _LIMITS.min_wide_rows
        and not left_side.matches_rows_of(right_side, height)
    )
    terms = _find_terms(left_side, right_side, height) if independent and running[1] else None
    if terms is not None:
        return _split_at_terms(region, candidate, terms)
    if independent or all(running):
        return candidate.parts
    at_top = len(np.unique(region.row[candidate.above])) <= _LIMITS.max_rows_above_logo
    return candidate.parts if at_top and _is_logo_beside_text(region, left, right) else None


def _are_values(region: Region, left: Mask, right: Mask) -> bool:
    """Return whether the column next to the strip, on its right, has the values of lines on its left, such as prices.

    Columns further to the right do not count: they may be beside both.
    """
    start, end = column_spans(region.boxes[right])
    values = right & (region.boxes[:, 0] <= end[0])
    if len(start) < 2 or np.median(region.widths[values]) >= _LIMITS.max_value_width * region.height:  # noqa: PLR2004
        return False
    distance = np.abs(region.centres[values][:, None] - region.centres[left]).min(axis=1)
    return bool(
        values.sum() >= _LIMITS.min_values and np.mean(distance <= ROW_TOLERANCE * region.height) >= TABLE_SHARE
    )


def _is_logo_beside_text(region: Region, left: Mask, right: Mask) -> bool:
    """Return whether most of the height of one side is type that is much larger than that of more rows beside it."""
    for logo, text in ((left, right), (right, left)):
        heights, others = (region.boxes[side, 3] - region.boxes[side, 1] for side in (logo, text))
        large = heights >= _LIMITS.logo_size * np.median(others)
        more = len(np.unique(region.row[text])) > len(np.unique(region.row[logo]))
        if more and heights[large].sum() > heights.sum() / 2:
            return True
    return False


def _find_terms(left: _Side, right: _Side, height: float) -> Floats | None:
    """Return the y above each term on the left; None unless explanations begin beside the terms on the right.

    The rows of a term need not match those of its explanation.
    """
    if left.width > _LIMITS.max_term_width * right.width:
        return None
    step = np.diff(left.centre)
    starts = np.r_[True, step > _LIMITS.next_term * max(step.min(), _LIMITS.min_leading * height)]
    terms = left.centre[starts]
    beside = np.abs(terms[:, None] - right.centre).min(axis=1) <= ROW_TOLERANCE * height
    short = np.diff(np.flatnonzero(np.r_[starts, True])).max() <= _LIMITS.max_term_rows
    several = len(terms) >= _LIMITS.min_terms and beside.mean() >= TABLE_SHARE
    return terms - height / 2 if short and several else None


def _split_at_terms(region: Region, candidate: GutterCandidate, starts: Floats) -> tuple[Mask, ...]:
    """Return masks: what is above, then each term and its explanation, then what is below."""
    *parts, left, right, below = candidate.parts
    number = np.searchsorted(starts, region.centres) - 1
    parts[-1] = parts[-1] | ((left | right) & (number < 0))
    for term in range(len(starts)):
        parts += [left & (number == term), right & (number == term)]
    return (*parts, below)


def _lines_at_shared_height(region: Region, candidate: GutterCandidate) -> tuple[Mask, Mask]:
    """Return masks of the lines on the left and on the right, at the heights at which both sides have text."""
    if not candidate.left.any() or not candidate.right.any():
        return candidate.left, candidate.right
    y0, y1, centre = region.boxes[:, 1], region.boxes[:, 3], region.centres
    top = max(y0[candidate.left].min(), y0[candidate.right].min())
    bottom = min(y1[candidate.left].max(), y1[candidate.right].max())
    shared = (centre > top) & (centre < bottom)
    return candidate.left & shared, candidate.right & shared


@dataclass(frozen=True)
class _Side:
    """The rows on one side of a strip, from top to bottom; arrays are (rows,).

    centre, end, length: of the piece of text next to the strip; the end is the one at the strip.
    width, upper_width: median and upper quartile of the extents of the rows.
    """

    centre: Floats
    end: Floats
    length: Floats
    width: float
    upper_width: float

    @classmethod
    def of(cls, region: Region, side: Mask, mirrored: bool = False) -> _Side:
        """Create it from the lines of a mask. The strip is on their right, or on their left if ``mirrored``."""
        boxes, rows = region.boxes[side], region.row[side]
        start, end = (-boxes[:, 2], -boxes[:, 0]) if mirrored else (boxes[:, 0], boxes[:, 2])
        order = np.lexsort((end, rows))
        start, end, rows, centre = start[order], end[order], rows[order], boxes[order][:, [1, 3]].mean(axis=1)
        is_new_piece = (np.diff(rows) > 0) | (start[1:] - end[:-1] > _LIMITS.max_word_space * region.height)
        first = np.flatnonzero(np.r_[True, is_new_piece])
        rows, start, end = rows[first], np.minimum.reduceat(start, first), np.maximum.reduceat(end, first)
        last = np.flatnonzero(np.diff(rows, append=rows[-1] + 1))
        extent = end[last] - np.minimum.reduceat(start, np.r_[0, last[:-1] + 1])
        by_height = last[np.argsort(centre[first[last]], kind="stable")]
        median, upper = np.quantile(extent, (0.5, 0.75))
        return cls(centre[first[by_height]], end[by_height], (end - start)[by_height], float(median), float(upper))

    def is_running_text(self, height: float) -> bool:
        """Return whether rows are close together, and lines are long and mostly fill their column."""
        if len(self.length) < _LIMITS.min_running_rows:
            return False
        length = self.length / height
        full = length >= _LIMITS.full_line * np.quantile(length, 0.75)
        close = np.median(np.diff(self.centre)) <= _LIMITS.max_leading * height
        median = np.median(length)
        long = median >= _LIMITS.min_width and median * full.mean() >= _LIMITS.min_running_length
        return bool(close and long and length[full].sum() >= _LIMITS.min_full_length)

    def matches_rows_of(self, other: _Side, height: float) -> bool:
        """Return whether most rows of the side with fewer rows are level with a row of the other side."""
        few, many = sorted((self.centre, other.centre), key=len)
        distance = np.abs(few[:, None] - many).min(axis=1)
        return bool((distance <= ROW_TOLERANCE * height).mean() >= TABLE_SHARE)

"""Gutter candidates: vertical strips without text, at least a few rows tall, with text on both sides."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..arrays import AnyArray, Boxes, Floats, Integers, Mask
from .region import Region

# In line heights of the region.
_EDGE_STEP = 0.3  # left edges this close together are tried once
_OVERLAP = 0.5  # a line may reach this far into the column on its right: detectors pad their boxes
_MIN_SHARED_HEIGHT = 2.5  # height over which there is text on both sides
_MIN_SIDE_WIDTH = 4.0  # a column of prices on a receipt is narrower
_MIN_CELL_LENGTH = 4.0  # if the rows of both sides match, lines shorter than this on average are cells of a table
ROW_TOLERANCE = 0.2  # lines whose vertical centres are this close together are on one row
TABLE_SHARE = 0.8  # both sides are one table if this share of the rows matches a row of the other side


@dataclass(frozen=True)
class GutterCandidate:
    """Masks (n,) of a region's lines above, left of and right of a strip.

    title: masks of a title on the left and of the particulars on its right, which are above the columns.
    """

    above: Mask
    left: Mask
    right: Mask
    title: tuple[Mask, ...] = ()

    @property
    def parts(self) -> tuple[Mask, ...]:
        """Masks of the lines above, of the title, left, right and below. Each line is in exactly one of them."""
        parts = (self.above, *self.title, self.left, self.right)
        return (*parts, ~np.any(parts, axis=0))


def find_candidates(region: Region, across: Mask) -> Iterator[GutterCandidate]:
    """Yield the strips that begin at the left edge of a line, tallest first, without duplicates.

    The height of a strip does not end with the shorter column: a short list beside long columns is split off first.
    Strips of the same height are ordered by the height over which both sides have text.

    across: mask (n,) of lines that no strip passes, wherever they are. A line that crosses a strip ends it: the text
    between two crossing lines is a segment, and each segment is a separate strip. All edges are processed at once in
    arrays (edges, lines). The lines are sorted from top to bottom, so a segment is a contiguous part of an array's row.
    """
    order = np.argsort(region.centres, kind="stable")
    x0 = region.boxes[order, 0]
    edges = np.sort(x0)
    edges = edges[np.unique(edges // (_EDGE_STEP * region.height), return_index=True)[1]][:, None]
    free = ~across[order]
    left = free & (x0 < edges) & (region.boxes[order, 2] < edges + _OVERLAP * region.height)
    right = free & (x0 >= edges)
    segments = _Segments(left, right)
    shared, extent = _heights(region.boxes[order], segments, region.height)
    shared[_is_table(region, order, segments)] = -np.inf
    usable = np.flatnonzero(shared >= _MIN_SHARED_HEIGHT * region.height)
    seen = set()
    for number in usable[np.lexsort((-shared[usable], -extent[usable]))]:
        candidate = segments.candidate(number, order)
        key = candidate.left.tobytes(), candidate.right.tobytes()
        if key not in seen:
            seen.add(key)
            yield candidate


class _Segments:
    """Runs of lines of ``left`` and ``right`` (edges, lines) between two crossing lines, which are in neither."""

    def __init__(self, left: Mask, right: Mask) -> None:
        self.left, self.right = left, right
        crossing = ~left & ~right
        crossing[:, 0] = True
        self.starts = np.flatnonzero(crossing)

    def reduce(self, ufunc: np.ufunc, values: AnyArray) -> Floats:
        """Return one value per segment, from values (edges, lines)."""
        reduced: Floats = ufunc.reduceat(values.ravel(), self.starts)
        return reduced

    def count(self, mask: Mask) -> Floats:
        return self.reduce(np.add, mask.astype(np.int32))

    def candidate(self, number: int, order: Integers) -> GutterCandidate:
        edge, first = divmod(int(self.starts[number]), len(order))
        next_start = self.starts[number + 1] if number + 1 < len(self.starts) else self.left.size
        segment = slice(first, first + int(next_start) - int(self.starts[number]))
        above, left, right = np.zeros((3, len(order)), dtype=bool)
        left[order[segment]], right[order[segment]] = self.left[edge, segment], self.right[edge, segment]
        above[order[: first + 1]] = True
        return GutterCandidate(above & ~left & ~right, left, right)


def _heights(boxes: Boxes, segments: _Segments, height: float) -> tuple[Floats, Floats]:
    """Return for each segment the height over which both sides have text, and that over which at least one side has.

    Both are -inf if a side is empty or too narrow.
    """
    ranges = []
    for side in (segments.left, segments.right):
        x0, y0 = (segments.reduce(np.minimum, np.where(side, boxes[:, column], np.inf)) for column in (0, 1))
        x1, y1 = (segments.reduce(np.maximum, np.where(side, boxes[:, column], -np.inf)) for column in (2, 3))
        ranges.append((np.where(x1 - x0 >= _MIN_SIDE_WIDTH * height, y0, np.inf), y1))
    (top, bottom), (other_top, other_bottom) = ranges
    shared: Floats = np.minimum(bottom, other_bottom) - np.maximum(top, other_top)
    extent: Floats = np.maximum(bottom, other_bottom) - np.minimum(top, other_top)
    return shared, extent


def _is_table(region: Region, order: Integers, segments: _Segments) -> Mask:
    """Return a mask of segments whose sides are certainly one table: rows cross the strip, lines are as short as cells.

    This only saves time (more than half of it on a page of tables); ``split_at_gutter`` rejects these segments as well.
    """
    position = np.empty(len(order) + 1, dtype=int)
    position[order], position[-1] = np.arange(len(order)), -1
    neighbour = position[region.right[order]]
    linked = neighbour >= 0
    centre = region.centres[order]
    level = linked & (np.abs(centre - centre[neighbour]) <= ROW_TOLERANCE * region.height)
    row_ends, lengths = [], []
    width = region.widths[order]
    for side in (segments.left, segments.right):
        count = segments.count(side)
        row_ends.append(count - segments.count(side & side[:, neighbour] & linked))
        lengths.append(segments.reduce(np.add, np.where(side, width, 0)) / np.maximum(count, 1))
    crossing_rows = segments.count(segments.left & segments.right[:, neighbour] & level)
    rows_match: Mask = crossing_rows >= TABLE_SHARE * np.minimum(*row_ends)
    short_lines: Mask = np.minimum(*lengths) < _MIN_CELL_LENGTH * region.height
    return rows_match & short_lines

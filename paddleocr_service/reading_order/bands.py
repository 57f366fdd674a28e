"""White bands: horizontal strips without text that separate headings, page headers and footers from columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Floats, Integers, Mask
from .gutter_candidates import GutterCandidate
from .region import Region


@dataclass(frozen=True)
class _Limits:
    """In line heights of the region, unless noted."""

    blank_line: float = 0.8  # height of a band
    header_rows: int = 2  # maximum for page headers, page footers and headings
    header_width: float = 0.7  # a header above the left column only is narrower than this share of the column
    masthead_band: float = 2.0  # height of the band below a masthead
    masthead_height: float = 0.2  # maximum, as a share of the total height
    top_height: float = 0.33  # the same for a top group, such as the first card of an organisation chart
    top_lines: float = 0.5  # a top group has at most this share of the lines per row of the groups below it
    sidebar_width: float = 0.67  # a sidebar is narrower than this share of the column beside it
    across_width: float = 1.3  # width of a heading across columns, relative to any line above and below it
    across_band: float = 0.4  # height of the bands around such a heading
    title_height: float = 1.25  # of a title beside particulars
    entry_space: float = 2.0  # between two entries of a row
    next_row: float = 1.5  # below a line
    min_indent: float = 4.0  # of a line that is not at the left edge of its column
    edge_tolerance: float = 1.0  # lines that start and end this close to the edges of a column belong to it


_LIMITS = _Limits()


def split_at_bands(region: Region, lines: Integers, min_height: float = _LIMITS.blank_line) -> list[Integers]:
    """Return groups of lines (positions) from top to bottom, separated by bands of at least ``min_height``."""
    boxes = region.boxes
    order = lines[np.argsort(boxes[lines, 1], kind="stable")]
    gaps = boxes[order[1:], 1] - np.maximum.accumulate(boxes[order, 3])[:-1]
    return np.split(order, np.flatnonzero(gaps >= min_height * region.height) + 1)


def headings_across(region: Region) -> Mask:
    """Return a mask (n,) of headings between bands that are wider than any of the lines side by side around them.

    Such a heading ends all columns, even those that it does not reach.
    """
    width = region.widths
    groups = split_at_bands(region, np.arange(len(width)), _LIMITS.across_band)
    single = [len(group) == _row_count(region, group) for group in groups]
    across = np.zeros(len(width), dtype=bool)
    for number, group in enumerate(groups):
        adjacent = [other for other in (number - 1, number + 1) if 0 <= other < len(groups)]
        if single[number] and len(group) <= _LIMITS.header_rows and not all(single[other] for other in adjacent):
            widest = max(width[groups[other]].max() for other in adjacent)
            wide = width[group].max() >= _LIMITS.across_width * widest
            across[group] = wide and not _is_right_of_column(region, group, groups[number + 1 :])
    return across


def _is_right_of_column(region: Region, heading: Integers, below: Sequence[Integers]) -> bool:
    """Return whether a heading begins where a column below it begins, but not the first one.

    It is the heading of that column and those on its right, unless it is centred. The columns on its left are read
    before.
    """
    if not below:
        return False
    edges, page = _edges(region, heading), _edges(region, np.arange(len(region.boxes)))
    start, tolerance = edges[0], _LIMITS.edge_tolerance * region.height
    is_centred = abs(edges.sum() - page.sum()) <= 2 * tolerance
    if start - page[0] < _LIMITS.min_indent * region.height or is_centred:
        return False
    return int((np.abs(region.boxes[below[0], 0] - start) <= tolerance).sum()) > 1


def without_header_and_footer(region: Region, candidate: GutterCandidate) -> GutterCandidate:
    """Return the strip without lines that bands separate from its columns; a side may become empty.

    These are page headers, mastheads and footers, and the text below a sidebar on the right: a sidebar belongs to the
    text beside it, so it is read before the text below.
    """
    groups = split_at_bands(region, np.flatnonzero(candidate.left | candidate.right))
    first = _header_length(region, candidate, groups)
    last = len(groups) - _header_length(region, candidate, groups[first:][::-1])
    if _extent(region, candidate.right) < _LIMITS.sidebar_width * _extent(region, candidate.left):
        while last > first + 1 and not candidate.right[groups[last - 1]].any():
            last -= 1
    body, above = np.zeros_like(candidate.left), candidate.above.copy()
    body[np.concatenate(groups[first:last])] = True
    for group in groups[:first]:
        above[group] = True
    rows = list(_particulars(region, candidate, body))
    if not rows:
        return GutterCandidate(above, candidate.left & body, candidate.right & body)
    title = np.zeros_like(body)
    title[np.concatenate(rows)] = True
    body &= ~title
    return GutterCandidate(
        above, candidate.left & body, candidate.right & body, (candidate.left & title, candidate.right & title)
    )


def _header_length(region: Region, candidate: GutterCandidate, groups: Sequence[Integers]) -> int:
    """Return how many groups do not belong to the columns: groups of one or two rows, or a masthead.

    groups: from top to bottom to find a header, from bottom to top to find a footer.
    """
    tops = np.array([region.boxes[group, 1].min() for group in groups])
    bottoms = np.array([region.boxes[group, 3].max() for group in groups])
    reach = np.cumsum(bottoms - tops)
    lines_per_row = np.array([len(group) / _row_count(region, group) for group in groups])
    length, small = 0, True
    for number, group in enumerate(groups[:-1]):
        if _is_in_each_column(region, candidate, group):
            break
        band = max(tops[number + 1] - bottoms[number], tops[number] - bottoms[number + 1])
        far = band >= _LIMITS.masthead_band * region.height
        small = small and _is_header(region, candidate, group, far)
        is_top = lines_per_row[number] <= _LIMITS.top_lines * np.median(lines_per_row[number + 1 :])
        large = reach[number] > (_LIMITS.top_height if is_top else _LIMITS.masthead_height) * reach[-1]
        if small or (far and not large and not _continues_columns(region, candidate, group, is_top)):
            length = number + 1
    return length


def _is_in_each_column(region: Region, candidate: GutterCandidate, group: Integers) -> bool:
    """Return whether a row has a line at the same place in both columns, away from their left edges.

    Such are the numbers of two pages on one sheet. A line at the left edges may be a page header.
    """
    sides = [group[side[group]] for side in (candidate.left, candidate.right)]
    if [len(side) for side in sides] != [1, 1]:
        return False
    columns = [_edges(region, side)[0] for side in (candidate.left, candidate.right)]
    indents = [region.boxes[line[0], 0] - start for line, start in zip(sides, columns, strict=True)]
    same = abs(indents[0] - indents[1]) <= _LIMITS.edge_tolerance * region.height
    return bool(same and min(indents) >= _LIMITS.min_indent * region.height)


def _particulars(region: Region, candidate: GutterCandidate, body: Mask) -> Iterator[Integers]:
    """Yield the first rows of the columns if they are a title or entries, and particulars at the right edge.

    Such are the date or the author of a report, beside its title. No band need separate them from the columns below.
    """
    for row in np.unique(region.row[body])[: _LIMITS.header_rows]:
        lines = np.flatnonzero(body & (region.row == row))
        left, right = lines[candidate.left[lines]], lines[candidate.right[lines]]
        if len(right) != 1 or not _is_at_right_edge(region, right[0], body & candidate.right):
            return
        if _is_in_each_column(region, candidate, lines):
            return
        tall = region.boxes[left, 3] - region.boxes[left, 1] >= _LIMITS.title_height * region.height
        x0, x1 = np.sort(region.boxes[left, 0]), np.sort(region.boxes[left, 2])
        entries = x0[1:] - x1[:-1] >= _LIMITS.entry_space * region.height
        if not (tall.any() or entries.any()):
            return
        yield lines


def _is_at_right_edge(region: Region, line: int, column: Mask) -> bool:
    """Return whether a line is short, ends at the right edge of a column, and no line begins below its left edge."""
    x0, _, x1, y1 = region.boxes[line]
    edges = _edges(region, column)
    tolerance = _LIMITS.edge_tolerance * region.height
    near = column & (region.centres > y1) & (region.boxes[:, 1] <= y1 + _LIMITS.next_row * region.height)
    begins = near & (np.abs(region.boxes[:, 0] - x0) <= tolerance)
    short = x0 >= edges[0] + _LIMITS.min_indent * region.height
    return bool(short and x1 >= edges[1] - tolerance and not begins.any())


def _is_header(region: Region, candidate: GutterCandidate, group: Integers, far: bool) -> bool:
    """Return whether one or two rows are neither the end of the left column nor the heading of the right one."""
    if _row_count(region, group) > _LIMITS.header_rows:
        return False
    on_right = group[candidate.right[group]]
    if not len(on_right):
        return _extent(region, group) < _LIMITS.header_width * _extent(region, candidate.left)
    return far or not _is_aligned(region, on_right, candidate.right)


def _continues_columns(region: Region, candidate: GutterCandidate, group: Integers, is_top: bool) -> bool:
    """Return whether a group has the same edges as the columns that contain it.

    A group in the left column only may have other edges, unless it is a top group.
    """
    for side in (candidate.left, candidate.right):
        lines = group[side[group]]
        tolerance = _LIMITS.edge_tolerance * region.height
        if len(lines) and np.abs(_edges(region, lines) - _edges(region, side)).max() > tolerance:
            return not is_top and not candidate.right[group].any()
    return True


def _is_aligned(region: Region, lines: Integers, column: Mask) -> bool:
    """Return whether lines begin at the left edge of a column or are centred in it, like its heading."""
    tolerance = _LIMITS.edge_tolerance * region.height
    edges, column_edges = _edges(region, lines), _edges(region, column)
    return bool(
        abs(edges[0] - column_edges[0]) <= tolerance or abs(edges.mean() - column_edges.mean()) <= tolerance / 2
    )


def _edges(region: Region, lines: Mask | Integers) -> Floats:
    """Return the smallest x0 and the largest x1 of the lines (a mask or positions)."""
    return np.array([region.boxes[lines, 0].min(), region.boxes[lines, 2].max()])


def _extent(region: Region, lines: Mask | Integers) -> float:
    return float(np.ptp(_edges(region, lines)))


def _row_count(region: Region, lines: Integers) -> int:
    return len(np.unique(region.row[lines]))

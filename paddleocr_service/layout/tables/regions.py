"""Where the tables of a page are: frames of rules, and rows whose segments stand in columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median
from typing import NamedTuple

from .cells import Box, join
from .headers import with_header
from .prose import is_prose, without_prose
from .rows import Item, Row, is_number, rows_of
from .rules import Rules, frames

#: All lengths are multiples of the usual height of a line.
_TOUCH, _SAME_EDGE, _MAX_STEP, _HEADER, _FOOTER = 0.3, 0.4, 2.2, 6.0, 4.0
#: Spaces wider than this divide segments while tables are searched.
_SPACE = 1.0
#: In a row of a table, all segments but one are narrower than this share of the text, or numbers.
_MAX_SEGMENT = 0.3
#: At most this many rows of one segment (a heading, wrapped text) between rows of a table.
_MAX_SINGLE_ROWS, _MAX_SINGLE = 2, 0.6
#: Labels beside a frame: for this share of its rows, at most this share of its width away.
_MIN_LABELS, _MAX_LABEL = 0.5, 0.5
#: Signs of a table without a frame that are needed, of five.
#: This share of the text between the first and the last word of a frame has to be inside it.
_MIN_DENSITY = 0.8
_MIN_SIGNS, _MIN_NUMBERS = 3, 0.3


class Region(NamedTuple):
    """Where a table is. certain: it has rules or numbers; otherwise it may be a form, with labels and values."""

    box: Box
    certain: bool


def table_regions(items: Sequence[Item], rules: Rules, height: float, in_order: bool = False) -> list[Region]:
    """Regions of the tables of a page, which do not overlap.

    height: the usual one of a line. in_order: the items are in reading order, so that a table is inside one column of
    the page, and most of its items follow each other.
    """
    if len(items) < 4:
        return []
    framed = [box for box in _framed(rules, height) if _holds_table(box, items, in_order)]
    rest = [item for item in items if not any(_is_inside(item, box) for box in framed)]
    regions: list[Region] = []
    aligned = list(_aligned(rest, rules, height))
    if in_order:
        aligned = [region for region in aligned if _holds_table(region.box, items, in_order)]
        rest = [item for item in rest if not any(_is_inside(item, region.box) for region in aligned)]
        for column in _columns(rest, height):
            aligned += _aligned(column, rules, height)
    whole = [with_header(_with_labels(box, items), items, rules, height, framed=True) for box in framed]
    for region in [*(Region(box, True) for box in whole), *aligned]:
        touching = [other for other in regions if _overlap(region.box, other.box)]
        members = [region, *touching]
        joined = Region(join([member.box for member in members]), any(member.certain for member in members))
        regions = [other for other in regions if other not in touching] + [joined]
    return sorted(regions, key=lambda region: region.box[1])


def _holds_table(box: Box, items: Sequence[Item], in_order: bool) -> bool:
    inside = [at for at, item in enumerate(items) if _is_inside(item, box)]
    return len(inside) >= 3 and (not in_order or len(inside) >= _MIN_DENSITY * (inside[-1] + 1 - inside[0]))


def _columns(items: Sequence[Item], height: float) -> list[list[Item]]:
    """Items in reading order, divided where the text goes on higher up: at the top of another column of the page."""
    columns: list[list[Item]] = []
    for item in items:
        if columns and item.y1 > columns[-1][-1].y0 - height:
            columns[-1].append(item)
        else:
            columns.append([item])
    return columns


def _framed(rules: Rules, height: float) -> Iterator[Box]:
    """Boxes of rules that touch and form at least two rows and columns."""
    if not rules.vertical:
        return
    for box, members in frames(rules, _TOUCH * height):
        across = len(_distinct([rule.y0 for rule in members.horizontal], _SAME_EDGE * height))
        down = _distinct([rule.x0 for rule in members.vertical], _SAME_EDGE * height)
        inner = sum(box[0] + _SAME_EDGE * height < x < box[2] - _SAME_EDGE * height for x in down)
        if across + inner >= 4 and across >= 2 and inner >= 1:
            yield box


def _distinct(positions: Sequence[float], tolerance: float) -> list[float]:
    found: list[float] = []
    for position in sorted(positions):
        if not found or position - found[-1] > tolerance:
            found.append(position)
    return found


def _aligned(items: Sequence[Item], rules: Rules, height: float) -> Iterator[Region]:
    """Regions of consecutive rows whose segments stand in columns."""
    if not items:
        return
    rows = rows_of(items, rules.vertical, _SPACE)
    width = max(item.x1 for item in items) - min(item.x0 for item in items)
    for group in _groups(rows, width, height):
        table = without_prose(group, height)
        box = join([row.box for row in table]) if table else None
        region = _region(table, box, rules, height) if box else None
        if region:
            whole = with_header(_with_rules(region.box, rules, height), items, rules, height, framed=False)
            yield Region(whole, region.certain)


def _groups(rows: Sequence[Row], width: float, height: float) -> Iterator[list[Row]]:
    group: list[Row] = []
    single: list[Row] = []
    for row in rows:
        before = (single or group or [row])[-1]
        if group and row.y0 - before.y1 > _MAX_STEP * height:
            yield group
            group, single = [], []
        if _is_tabular(row, width):
            group, single = [*group, *single, row], []
        elif group:
            single.append(row)
            if len(single) > _MAX_SINGLE_ROWS or not _fits(row, group, height):
                yield group
                group, single = [], []
    if group:
        yield group


def _is_tabular(row: Row, width: float) -> bool:
    if len(row.segments) < 2:
        return False
    narrow = sum([part.x1 - part.x0 < _MAX_SEGMENT * width or is_number(part.text) for part in row.segments])
    return narrow >= len(row.segments) - 1


def _fits(row: Row, group: Sequence[Row], height: float) -> bool:
    """Whether a row has one segment and may belong to the table above it, the group."""
    if len(row.segments) != 1:
        return False
    part = row.segments[0]
    left = min([other.segments[0].x0 for other in group])
    right = max([segment.x1 for other in group for segment in other.segments])
    return part.x0 >= left - height and part.x1 - part.x0 < _MAX_SINGLE * (right - left)


def _region(group: Sequence[Row], box: Box, rules: Rules, height: float) -> Region | None:
    """The region of rows that have enough signs of a table, and are no list with page numbers."""
    several = [row for row in group if len(row.segments) > 1]
    cells = [part for row in group for part in row.segments]
    columns = median(len(row.segments) for row in several)
    if len(several) < 2 or (columns == 2 and _is_contents(several)):
        return None
    numbers = sum(is_number(part.text) for part in cells)
    starts = _aligned_share([part.x0 for row in several for part in row.segments], 0.5 * height)
    ends = _aligned_share([part.x1 for row in several for part in row.segments], 0.5 * height)
    wide = [
        rule
        for rule in rules.horizontal
        if box[1] - _HEADER * height < rule.y0 < box[3] + 2 * height
        and min(rule.x1, box[2]) - max(rule.x0, box[0]) > 0.5 * (box[2] - box[0])
    ]
    has_numbers, has_rules = numbers > _MIN_NUMBERS * len(cells), len(wide) >= 2
    signs = sum((len(several) >= 3, has_numbers, max(starts, ends) > 0.7, has_rules, columns >= 3))
    return Region(box, has_numbers or has_rules) if signs >= _MIN_SIGNS else None


def _is_contents(rows: Sequence[Row]) -> bool:
    """Whether rows end with page numbers: whole numbers that never fall."""
    ends = [row.segments[-1].text.strip(". ") for row in rows]
    numbers = [int(end) for end in ends if end.isdecimal() and len(end) < 5]
    return len(numbers) >= 0.8 * len(rows) >= 2 and numbers == sorted(numbers) and len(set(numbers)) > len(numbers) / 2


def _aligned_share(positions: Sequence[float], tolerance: float) -> float:
    """The share of positions that another one is close to."""
    ordered = sorted(positions)
    steps = [right - left <= tolerance for left, right in zip(ordered, ordered[1:], strict=False)]
    return sum(before or after for before, after in zip([False, *steps], [*steps, False], strict=True)) / len(ordered)


def _with_rules(box: Box, rules: Rules, height: float) -> Box:
    """The box extended to the rules above and below that are as wide as the table: they enclose its header."""
    width = box[2] - box[0]
    near = [
        rule
        for rule in rules.horizontal
        if box[1] - _HEADER * height < rule.y0 < box[3] + _FOOTER * height
        and 0.5 * width < rule.x1 - rule.x0 < 1.3 * width
        and rule.x0 < box[2]
        and rule.x1 > box[0]
    ]
    return join([box, *(rule[:4] for rule in near)])


def _with_labels(box: Box, items: Sequence[Item]) -> Box:
    """The box of a frame extended to the labels of its rows, which may stand left of it."""
    beside = [item for item in items if box[1] < item.middle < box[3]]
    labels = [item for item in beside if item.x1 < box[0] and item.x0 > box[0] - _MAX_LABEL * (box[2] - box[0])]
    inside = rows_of([item for item in beside if _is_inside(item, box)], ())
    labelled = rows_of(labels, ())
    prose = sum(is_prose(row.segments[-1].text) for row in labelled)
    if labelled and len(labelled) >= _MIN_LABELS * len(inside) and prose < 0.5 * len(labelled):
        return join([box, *(row.box for row in labelled)])
    return box


def _is_inside(item: Item, box: Box) -> bool:
    x = (item.x0 + item.x1) / 2
    margin = 0.2 * (item.y1 - item.y0)
    return box[0] - margin < x < box[2] + margin and box[1] - margin < item.middle < box[3] + margin


def _overlap(a: Box, b: Box) -> bool:
    return min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1])

"""Header rows above a table: a frame of stripes of colour often has its header on white."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .cells import Box, join
from .rows import Item, Row, is_number, rows_of
from .rules import Rules

# In multiples of the usual height of a line.
_STEP = 1.2  # between two rows, and to the frame
_EDGE = 0.5
_REACH = 8.0
_YEAR = re.compile(r"(1[89]|20)\d\d")
_FURTHER = 1  # rows above the last one with several headings, such as a heading over all columns


def with_header(box: Box, items: Sequence[Item], rules: Rules, height: float, *, framed: bool) -> Box:
    """The box of a table extended to the rows above it whose texts stand above its columns.

    One of the header rows has several texts; a single one may be the title of the table. The first column may have
    none. framed: rules enclose the box, so all of the header may be above it.
    """
    inside = rows_of([item for item in items if _is_below(item, box[1], box) and item.middle < box[3]], rules.vertical)
    several = [row for row in inside if len(row.segments) > 1]
    if len(several) < 2:  # noqa: PLR2004
        return box
    labels = min(row.segments[0].x0 for row in several), max(row.segments[0].x1 for row in several)
    values = [part.box for row in several for part in row.segments[1:]]
    above = [item for item in items if _is_below(item, box[1] - _REACH * height, box) and item.middle < box[1]]
    header: list[Row] = []
    top = box[1]
    for row in reversed(rows_of(above, ())):
        if top - row.y1 > _STEP * height or (not framed and len(row.segments) > 1):
            break
        if _has_numbers(row):
            return box  # the frame is around some rows of a larger table
        if not _is_header(row, labels, values, box[2], height):
            break
        header.append(row)
        top = row.y0
    begins_with_header = len(inside[0].segments) > 1 and not _has_numbers(inside[0])
    last = max((at for at, row in enumerate(header) if len(row.segments) > 1), default=-1 if begins_with_header else -2)
    return join([box, *(row.box for row in header[: last + 1 + _FURTHER])])


def _is_below(item: Item, y: float, box: Box) -> bool:
    return y < item.middle and box[0] < item.x1 and item.x0 < box[2]


def _has_numbers(row: Row) -> bool:
    numbers = sum(is_number(part.text) and not _YEAR.fullmatch(part.text.strip()) for part in row.segments)
    return numbers * 2 >= len(row.segments)


def _is_header(row: Row, labels: tuple[float, float], values: Sequence[Box], end: float, height: float) -> bool:
    """Whether each text of a row is above a column of values; the first of several may be above the labels.

    end: right edge of the frame.
    """
    first, *rest = row.segments
    has_label = bool(rest) and labels[0] - _EDGE * height <= first.x0 and first.x1 <= labels[1]
    parts = rest if has_label else [first, *rest]
    start = min(value[0] for value in values)
    if parts[0].x0 < start - _EDGE * height or parts[-1].x1 > end + _EDGE * height:
        return False
    return not rest or all(any(part.x0 < value[2] and part.x1 > value[0] for value in values) for part in parts)

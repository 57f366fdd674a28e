"""Text rows of a page, and the segments of a row: what stands together without a wide space."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from statistics import median

from ...polygons import bounds
from ...results import Line
from .cells import Box, join
from .rules import Rule

#: Items belong to one row if they share this part of the smaller height.
_MIN_OVERLAP = 0.55
#: A taller item (a heading, a brace) does not make a row taller.
_MAX_HEIGHT_RATIO = 1.6
#: Spaces wider than this times the height divide segments.
_MAX_SPACE = 0.75
_NUMBER = re.compile(r"^[^\w]*\d[\d.,\s%()/:±–—+*-]*$|^[-–—.…]+$|^n\.?/?a\.?$", re.IGNORECASE)


# Attributes of items, segments and rows are read very often: those of a named tuple take twice as long.
@dataclass(slots=True)
class Item:
    """A word, or a line without words. line: its position among the lines of the page."""

    x0: float
    y0: float
    x1: float
    y1: float
    text: str
    line: int

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2

    @property
    def box(self) -> Box:
        return self.x0, self.y0, self.x1, self.y1


@dataclass(slots=True)
class Segment:
    """Items that stand side by side in one row, from left to right. x0, x1: its ends."""

    items: tuple[Item, ...]
    x0: float
    x1: float

    @property
    def centre(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def text(self) -> str:
        items = self.items
        return items[0].text if len(items) == 1 else " ".join([item.text for item in items])

    @property
    def box(self) -> Box:
        return join([item.box for item in self.items])


def segment_of(items: Sequence[Item]) -> Segment:
    """The segment of items from left to right; at least one."""
    if len(items) == 1:
        return Segment((items[0],), items[0].x0, items[0].x1)
    return Segment(tuple(items), items[0].x0, max([item.x1 for item in items]))


@dataclass(slots=True)
class Row:
    """One line of text across a region. y0, y1: its height without items that are much taller than the others."""

    y0: float
    y1: float
    segments: tuple[Segment, ...]

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2

    @property
    def box(self) -> Box:
        return join([segment.box for segment in self.segments])


def items_of(lines: Sequence[Line]) -> list[Item]:
    """The words of lines that run from left to right, or the lines where words are not known."""
    items = []
    for position, line in enumerate(lines):
        polygon, text = line.polygon, line.text
        (x0, y0), (x1, y1), _, _ = polygon
        if not text or x1 - x0 < abs(y1 - y0):
            continue
        if line.words:
            items += [Item(*bounds(word.polygon), word.text, position) for word in line.words]
        else:
            items.append(Item(*bounds(polygon), text, position))
    return items


def usual_height(items: Sequence[Item]) -> float:
    return median([item.y1 - item.y0 for item in items])


def is_number(text: str) -> bool:
    """Whether the text of a cell is a number, or a sign that stands for one."""
    return bool(_NUMBER.match(text.strip()))


def rows_of(items: Sequence[Item], vertical: Sequence[Rule], space: float = _MAX_SPACE) -> list[Row]:
    """Rows from top to bottom. Vertical rules, and spaces wider than ``space`` times the height, divide segments."""
    open_rows: list[tuple[list[float], list[Item]]] = []
    for item in sorted(items, key=attrgetter("middle")):
        top, bottom = item.y0, item.y1
        for extent, members in open_rows[:-5:-1]:
            y0, y1 = extent
            if y1 <= top:  # as for most items: the row is above
                continue
            shared = (y1 if y1 < bottom else bottom) - (y0 if y0 > top else top)
            if shared > _MIN_OVERLAP * (y1 - y0) or shared > _MIN_OVERLAP * (bottom - top):
                if bottom - top < _MAX_HEIGHT_RATIO * (y1 - y0):
                    extent[:] = [min(y0, top), max(y1, bottom)]
                members.append(item)
                break
        else:
            open_rows.append(([top, bottom], [item]))
    open_rows.sort(key=lambda row: row[0][0])
    return [Row(y0, y1, _segments(members, vertical, space)) for (y0, y1), members in open_rows]


def _segments(items: list[Item], vertical: Sequence[Rule], space: float) -> tuple[Segment, ...]:
    if len(items) == 1:
        return (segment_of(items),)
    segments: list[list[Item]] = []
    for item in sorted(items, key=attrgetter("x0")):
        before = segments[-1][-1] if segments else None
        if before is None or _is_divided(before, item, vertical, space):
            segments.append([item])
        else:
            segments[-1].append(item)
    return tuple(map(segment_of, segments))


def _is_divided(left: Item, right: Item, vertical: Sequence[Rule], space: float) -> bool:
    if right.x0 - left.x1 > space * min(left.y1 - left.y0, right.y1 - right.y0):
        return True
    if not vertical:
        return False
    edge, middle = 0.1 * (right.y1 - right.y0), right.middle
    start, end = left.x1 - edge, right.x0 + edge
    return any(start <= x <= end and y0 < middle < y1 for x, y0, _, y1 in vertical)

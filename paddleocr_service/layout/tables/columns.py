"""Columns of a table: intervals of x, from the segments of its rows or from vertical rules."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from .cells import Box
from .rows import Item, Row, Segment, is_number, segment_of
from .rules import Rule

Interval = tuple[float, float]
#: A vertical rule that covers this part of the table's height divides columns.
_MIN_RULE = 0.6
#: The text divides a band between two rules into more columns if this share of its rows does.
_MIN_DIVIDED = 0.6
#: A segment that stands alone in its row and is wider than this share of the table says nothing about columns.
_MAX_ALONE = 0.4
#: Segments share a column if they overlap by this part of the narrower one.
_MIN_OVERLAP = 0.3
#: A space this many times as wide as usual in its row, and as this part of the height, may divide a segment.
_WIDE_SPACE, _WIDE_SPACE_HEIGHT = 1.6, 0.45


class Columns:
    """The columns of one table, from left to right.

    Either vertical rules divide the whole table, or the columns are where its segments stand.
    """

    def __init__(self, rows: Sequence[Row], vertical: Sequence[Rule], box: Box) -> None:
        inner = _dividers(vertical, box)
        bands = list(zip([box[0], *inner], [*inner, box[2]], strict=True))
        centres = [[segment.centre for segment in row.segments] for row in rows] if inner else []
        self.ruled = bool(inner) and not any(_divided(centres, band) for band in bands)
        if self.ruled:
            self.intervals = [band for band in bands if any(_count(row, band) for row in centres)]
        else:
            self.intervals = _fit(rows, box[2] - box[0])

    def __len__(self) -> int:
        return len(self.intervals)

    def span(self, segment: Segment) -> tuple[int, int]:
        """The first and last column that a segment covers."""
        x0, x1, tolerance = segment.x0, segment.x1, 0.05 * (segment.items[0].y1 - segment.items[0].y0)
        if self.ruled:
            tolerance *= 4
            if not any(x0 + tolerance < left < x1 - tolerance for left, _ in self.intervals):
                x0 = x1 = segment.centre
                tolerance = 0
        covered = [
            at
            for at, (left, right) in enumerate(self.intervals)
            if left <= x1 and x0 <= right and min(right, x1) - max(left, x0) >= tolerance
        ]
        if not covered:
            covered = [min(range(len(self)), key=lambda at: self._distance(at, segment.centre))]
        return covered[0], covered[-1]

    def divide(self, segments: Sequence[Segment]) -> list[Segment]:
        """Divide segments whose items stand in different columns: numbers, or text with a wide space between."""
        if self.ruled:
            return list(segments)
        pairs = [pair for segment in segments for pair in zip(segment.items, segment.items[1:], strict=False)]
        usual = median(right.x0 - left.x1 for left, right in pairs) if pairs else 0.0
        divided = []
        for segment in segments:
            if len(segment.items) == 1:
                divided.append(segment)
                continue
            part = [segment.items[0]]
            for item in segment.items[1:]:
                if self._divides(part[-1], item, usual):
                    divided.append(segment_of(part))
                    part = []
                part.append(item)
            divided.append(segment_of(part))
        return divided

    def _divides(self, left: Item, right: Item, usual: float) -> bool:
        before, after = self._column_of(left), self._column_of(right)
        if before is None or after is None or before == after:
            return False
        if is_number(left.text) and is_number(right.text):
            return True
        space = right.x0 - left.x1
        return space > _WIDE_SPACE * usual and space > _WIDE_SPACE_HEIGHT * (right.y1 - right.y0)

    def _column_of(self, item: Item) -> int | None:
        """The column of an item, None if it touches several or none."""
        touched = [at for at, (left, right) in enumerate(self.intervals) if min(right, item.x1) > max(left, item.x0)]
        return touched[0] if len(touched) == 1 else None

    def _distance(self, at: int, x: float) -> float:
        left, right = self.intervals[at]
        return max(left - x, x - right)


def _dividers(vertical: Sequence[Rule], box: Box) -> list[float]:
    """The x of vertical rules inside a box that cover most of its height."""
    margin = 0.01 * (box[2] - box[0])
    covered: list[list[float]] = []
    for rule in vertical:
        if not box[0] + margin < rule.x0 < box[2] - margin:
            continue
        length = min(rule.y1, box[3]) - max(rule.y0, box[1])
        if covered and rule.x0 - covered[-1][0] <= margin:
            covered[-1][1] += length
        else:
            covered.append([rule.x0, length])
    return [x for x, length in covered if length > _MIN_RULE * (box[3] - box[1])]


def _count(centres: Sequence[float], band: Interval) -> int:
    """How many segments have their centre in a band."""
    left, right = band
    return len([centre for centre in centres if left < centre < right])


def _divided(centres: Sequence[Sequence[float]], band: Interval) -> bool:
    """Whether the text divides a band between two rules into columns. centres: of the segments of each row."""
    counts = [_count(row, band) for row in centres]
    used = [count for count in counts if count]
    return bool(used) and sum(count > 1 for count in used) >= _MIN_DIVIDED * len(used)


def _fit(rows: Sequence[Row], width: float) -> list[Interval]:
    """Columns from segments, the narrowest first. A segment across several columns changes none of them."""
    beside = [segment for row in rows for segment in row.segments if len(row.segments) > 1]
    alone = [row.segments[0] for row in rows if len(row.segments) == 1]
    columns: list[Interval] = []
    for segment in [
        *sorted(beside, key=lambda segment: segment.x1 - segment.x0),
        *(segment for segment in alone if segment.x1 - segment.x0 < _MAX_ALONE * width),
    ]:
        touched = _touched(columns, segment)
        if not touched:
            columns.append((segment.x0, segment.x1))
        elif len(touched) == 1:
            at = touched[0]
            wider = min(columns[at][0], segment.x0), max(columns[at][1], segment.x1)
            others = [column for other, column in enumerate(columns) if other != at]
            if not any(
                left < wider[1] and wider[0] < right and min(right, wider[1]) > max(left, wider[0])
                for left, right in others
            ):
                columns[at] = wider
    return sorted(columns)


def _touched(columns: Sequence[Interval], segment: Segment) -> list[int]:
    """The columns that a segment overlaps."""
    x0, x1, first = segment.x0, segment.x1, segment.items[0]
    most = min(x1 - x0, first.y1 - first.y0)
    return [
        at
        for at, (left, right) in enumerate(columns)
        if left < x1 and x0 < right and min(right, x1) - max(left, x0) > _MIN_OVERLAP * min(right - left, most)
    ]

"""Split tables that are side by side in one region: each table is read by its own rows, one table after the other.

They differ from the columns of a single table in one of two ways. A heading row that repeats itself (``Part Table Part
Table``) belongs to a long list that was wrapped to fit the page. And between two tables of many columns there is a gap
from top to bottom that is clearly wider than any other gap between columns.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from ..arrays import Integers, Mask
from .region import Region, column_spans

_MIN_SHARED_ROWS = 3  # rows with cells on both sides
_MIN_HEADINGS = 2  # of a wrapped list; a single repeated heading may belong to two columns of one table
_MIN_COLUMNS = 4  # on each side of a gap; fewer are a group of columns of one table
_MIN_FULL_ROWS = 5
_GAP_RATIO = 2.5  # width of the gap, relative to the widest gap between other columns
_MIN_GAP = 0.5  # line heights; detectors pad their boxes
_MAX_LEADING = 1.35  # distance between two rows of a table, relative to the usual distance
_PADDING = 0.5  # line heights by which a cell may reach into the gap


def split_side_by_side_tables(region: Region, texts: Sequence[str]) -> Iterator[Region]:
    """Yield the tables side by side and what is above and below them, or the whole region. texts: (n,) of its lines."""
    parts = _split_wrapped_list(region, texts) or _split_at_gap(region)
    if parts is None:
        yield region
        return
    for part in parts:
        positions = np.flatnonzero(part)
        if len(positions):
            yield from split_side_by_side_tables(region.part(positions), [texts[one] for one in positions])


def _split_wrapped_list(region: Region, texts: Sequence[str]) -> tuple[Mask, ...] | None:
    """Return masks (above, left, right, below) of a list whose headings repeat.

    If rows have one cell more than there are headings, they begin with a label, and it is one table.
    """
    rows = region.rows()
    for number, row in enumerate(rows[:-_MIN_SHARED_ROWS]):
        period = _period([texts[one] for one in row])
        if period:
            same_length = [other for other in rows[number:] if len(other) == len(row)]
            start, end = column_spans(region.boxes[np.concatenate(same_length)])
            column = np.searchsorted(start, region.boxes[row[period], 0], side="right") - 1
            parts = _split_between(region, rows[number:], end[column - 1], start[column]) if column else None
            if parts is not None and np.median(np.unique(region.row[parts[1]], return_counts=True)[1]) <= period:
                return parts
    return None


def _period(headings: Sequence[str]) -> int:
    """Return the number of headings after which they repeat; 0 if they do not."""
    words = ["".join(filter(str.isalnum, text)).casefold() for text in headings]
    for period in range(_MIN_HEADINGS, len(words) // 2 + 1):
        repeats = len(words) % period == 0 and words == words[:period] * (len(words) // period)
        if repeats and len(set(words)) == period and not any(word.isdigit() or not word for word in words):
            return period
    return 0


def _split_at_gap(region: Region) -> tuple[Mask, ...] | None:
    """Return masks (above, left, right, below) of two tables with a wide gap between them."""
    rows = region.rows()
    full = [row for row in rows if len(row) >= 2 * _MIN_COLUMNS]
    if len(full) < _MIN_FULL_ROWS:
        return None
    start, end = column_spans(region.boxes[np.concatenate(full)])
    gap = start[1:] - end[:-1]
    inner = gap[_MIN_COLUMNS - 1 : len(gap) - _MIN_COLUMNS + 1]
    if not len(inner):
        return None
    widest = _MIN_COLUMNS - 1 + int(inner.argmax())
    others = np.delete(gap, [0, widest])  # the first gap is left out: it depends on the length of the row labels
    if gap[widest] < max(_GAP_RATIO * others.max(), _MIN_GAP * region.height):
        return None
    return _split_between(region, rows, end[widest], start[widest + 1])


def _split_between(region: Region, rows: Sequence[Integers], end: float, start: float) -> tuple[Mask, ...] | None:
    """Return masks (above, left, right, below) of two tables with a gap from x ``end`` to ``start`` between them.

    rows: rows that may belong to the tables; the first sufficient run of rows with cells on both sides does. A line
    across the gap is a title or a note of both tables, and is above or below them. None if there are too few rows.
    """
    x0, x1 = region.boxes[:, 0], region.boxes[:, 2]
    right = x0 + x1 > end + start
    padding = _PADDING * region.height
    across = (x0 < end - padding) & (x1 > start + padding)
    rows_across = np.flatnonzero([across[row].any() for row in rows])
    for run in np.split(np.arange(len(rows)), rows_across):
        shared = [one for one in run if not across[rows[one]].any() and len(np.unique(right[rows[one]])) == 2]
        if len(shared) >= _MIN_SHARED_ROWS:
            body = rows[shared[0] : _last_row(region, rows, shared, run[-1]) + 1]
            table = np.isin(region.row, region.row[np.concatenate(body)])
            number = region.row[table]
            return region.row < number.min(), table & ~right, table & right, region.row > number.max()
    return None


def _last_row(region: Region, rows: Sequence[Integers], shared: Sequence[int], end: int) -> int:
    """Return the last row of the taller table: below the last shared row, rows follow at the usual distance."""
    centre = np.array([region.centres[row].mean() for row in rows[shared[0] : end + 1]])
    length = shared[-1] - shared[0]
    step = np.diff(centre)
    follows = step[length:] <= _MAX_LEADING * np.median(step[:length])
    return shared[-1] + int(np.cumprod(follows).sum())

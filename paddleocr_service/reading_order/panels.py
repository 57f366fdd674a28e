"""Tables side by side in one region: each is read by its own rows, one after the other.

Two things tell them from the columns of one table. A row of headings that says the same twice (``Part Table Part
Table``) is over a list that was folded to fit the page. And between two tables of many columns there is a strip from
top to bottom that is clearly wider than any other between columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .region import Region, covered

_ROWS = 3  # with cells on both sides
_HEADINGS = 2  # of a folded list; one that is there twice may well be over two columns of one table
_COLUMNS = 4  # on each side of a strip; fewer are a group of columns
_STRIP_ROWS = 5
_WIDER = 2.5  # a strip, than the widest space between other columns
_STRIP = 0.5  # and in heights of the region's median line, of what detectors leave of it
_LEADING = 1.35  # a step that is this much longer than usual ends the taller one
_PADDED = 0.5  # heights by which a cell may reach into the strip


def side_by_side(region: Region, texts: Sequence[str]) -> Iterator[Region]:
    """The region, or its tables side by side with what is above and below; ``texts`` (n,) of its lines."""
    parts = _folded(region, texts) or _stripped(region)
    if parts is None:
        yield region
        return
    for part in parts:
        chosen = np.flatnonzero(part)
        if len(chosen):
            yield from side_by_side(region.part(chosen), [texts[one] for one in chosen])


def _folded(region: Region, texts: Sequence[str]) -> tuple[np.ndarray, ...] | None:
    """Above, left, right, below (masks) of a list whose headings are there more than once.

    Where rows have one cell more than there are headings, they have labels in front, and are the rows of one table.
    """
    rows = region.rows()
    for number, row in enumerate(rows[:-_ROWS]):
        period = _period([texts[one] for one in row])
        if period:
            start, end = covered(region.boxes[np.concatenate([one for one in rows[number:] if len(one) == len(row)])])
            second = np.searchsorted(start, region.boxes[row[period], 0], side="right") - 1
            parts = _parted(region, rows[number:], end[second - 1], start[second]) if second else None
            if parts is not None and np.median(np.unique(region.row[parts[1]], return_counts=True)[1]) <= period:
                return parts
    return None


def _period(headings: Sequence[str]) -> int:
    """After how many words of headings they begin anew: 0 where they do not."""
    words = ["".join(filter(str.isalnum, text)).casefold() for text in headings]
    for period in range(_HEADINGS, len(words) // 2 + 1):
        several = len(words) % period == 0 and words == words[:period] * (len(words) // period)
        if several and len(set(words)) == period and not any(word.isdigit() or not word for word in words):
            return period
    return 0


def _stripped(region: Region) -> tuple[np.ndarray, ...] | None:
    """Above, left, right, below (masks) of two tables with a strip between them."""
    rows = region.rows()
    full = [row for row in rows if len(row) >= 2 * _COLUMNS]
    if len(full) < _STRIP_ROWS:
        return None
    start, end = covered(region.boxes[np.concatenate(full)])
    gap = start[1:] - end[:-1]
    inner = gap[_COLUMNS - 1 : len(gap) - _COLUMNS + 1]
    if not len(inner):
        return None
    widest = _COLUMNS - 1 + int(inner.argmax())
    others = np.delete(gap, [0, widest])  # what white is beside the labels of the rows is up to their lengths
    if gap[widest] < max(_WIDER * others.max(), _STRIP * region.height):
        return None
    return _parted(region, rows, end[widest], start[widest + 1])


def _parted(region: Region, rows: Sequence[np.ndarray], end: float, start: float) -> tuple[np.ndarray, ...] | None:
    """Above, left, right, below (masks) of the first rows that go on on both sides; None where they are too few.

    rows: those that may belong to the tables. end, start: of the white between the two. A line from before the one to
    beyond the other is a title or a note of both tables, and stands above or below them.
    """
    x0, x1 = region.boxes[:, 0], region.boxes[:, 2]
    right = x0 + x1 > end + start
    reach = _PADDED * region.height
    across = (x0 < end - reach) & (x1 > start + reach)
    across_rows = np.flatnonzero([across[row].any() for row in rows])
    for run in np.split(np.arange(len(rows)), across_rows):
        shared = [one for one in run if not across[rows[one]].any() and len(np.unique(right[rows[one]])) == 2]
        if len(shared) >= _ROWS:
            body = rows[shared[0] : _last_row(region, rows, shared, run[-1]) + 1]
            table = np.isin(region.row, region.row[np.concatenate(body)])
            number = region.row[table]
            return region.row < number.min(), table & ~right, table & right, region.row > number.max()
    return None


def _last_row(region: Region, rows: Sequence[np.ndarray], shared: Sequence[int], end: int) -> int:
    """The last row of the taller table: beyond the last shared one rows follow as closely as before."""
    centre = np.array([region.centre[row].mean() for row in rows[shared[0] : end + 1]])
    length = shared[-1] - shared[0]
    step = np.diff(centre)
    further = step[length:] <= _LEADING * np.median(step[:length])
    return shared[-1] + int(np.cumprod(further).sum())

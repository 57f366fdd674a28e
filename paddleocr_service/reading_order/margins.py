"""Line numbers in the margin, as of transcripts, pleadings and bills: columns of their own, that interrupt no sentence.

Numbers count as such if they rise by one from line to line, or by five on every fifth, in a straight column on the left
of running text: long lines in one piece. The numbers of a table's rows have cells on their right, those of a list short
items, and both stay with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from .region import Region

_NUMBER = re.compile(r"\d{1,3}")
_FEWEST = {1: 8, 5: 4}  # numbers that rise by that
_MISSED = 3  # so many steps at once, where the detector overlooked numbers
_SAME_STEP = 0.35  # of a step from line to line, by which a number may be out of place
# In heights of the median line, unless said otherwise.
_STRAIGHT = 1.0  # numbers of one digit and of two are centred, or end at the same place
_LONG = 10.0  # a line of running text, the median
_ALONE = 0.8  # share of lines in one piece
_FULL, _FULL_LINES = 0.7, 0.4  # of the longest lines; share of lines that are as long


def line_numbers(region: Region, texts: Sequence[str]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Columns of line numbers: the numbers, and the lines beside them, both as positions (k,) in the region."""
    numbers = np.flatnonzero([_NUMBER.fullmatch(text) is not None for text in texts])
    if len(numbers) < min(_FEWEST.values()):
        return
    is_number = np.zeros(len(texts) + 1, dtype=bool)  # the last is for -1: no neighbour
    is_number[numbers] = True
    for column in _columns(region, numbers):
        values = np.array([int(texts[one]) for one in column])
        for run in _runs(values, region.centre[column]):
            found = column[run]
            beside = region.right[found]
            beside = beside[(beside >= 0) & ~is_number[beside]]
            if _is_running(region, beside, is_number):
                yield found, beside


def _columns(region: Region, numbers: np.ndarray) -> Iterator[np.ndarray]:
    """The numbers by column, each from the top down."""
    end = region.boxes[numbers, 2]
    order = np.argsort(end, kind="stable")
    for column in np.split(numbers[order], np.flatnonzero(np.diff(end[order]) > _STRAIGHT * region.height) + 1):
        yield column[np.argsort(region.centre[column], kind="stable")]


def _runs(values: np.ndarray, centre: np.ndarray) -> Iterator[slice]:
    """Where enough of the numbers (n,), at such heights, rise evenly; no number is in two runs."""
    rise, way = np.diff(values), np.diff(centre)
    start = 0
    while start < len(rise):
        step = 1 if rise[start] % 5 else 5
        lines = rise // step
        usual = way[start] / max(lines[start], 1)
        even = (rise % step == 0) & (lines > 0) & (lines <= _MISSED)
        even &= np.abs(way - usual * lines) <= _SAME_STEP * usual
        end = start + int(np.cumprod(even[start:]).sum())
        if end - start + 1 >= _FEWEST[step]:
            yield slice(start, end + 1)
            start = end + 1
        else:
            start = max(end, start + 1)


def _is_running(region: Region, beside: np.ndarray, is_number: np.ndarray) -> bool:
    """Whether the lines beside the numbers are long, mostly full, and have nothing but numbers on their right."""
    if not len(beside):
        return False
    further = region.right[beside]
    alone = (further < 0) | is_number[further]
    length = (region.boxes[beside, 2] - region.boxes[beside, 0]) / region.height
    full = length >= _FULL * np.quantile(length, 0.9)
    return bool(alone.mean() >= _ALONE and np.median(length) >= _LONG and full.mean() >= _FULL_LINES)

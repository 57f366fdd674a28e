"""Find columns of line numbers in the margin, as in transcripts, pleadings and bills.

A straight column of numbers contains line numbers if the numbers increase by one from line to line, or by five on every
fifth line, and if running text follows on the right: long lines in one piece. Row numbers of a table are followed by
cells, and numbers of a list by short items, so they stay with their rows.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from ..arrays import Floats, Integers, Mask
from .region import Region

_NUMBER = re.compile(r"\d{1,3}")
_MIN_NUMBERS = {1: 8, 5: 4}  # increment -> length of a run
_MAX_SKIPPED = 3  # increments between two neighbours; the detector may miss numbers
_STEP_TOLERANCE = 0.35  # deviation from the usual distance between lines, as a share of it
_COLUMN_TOLERANCE = 1.0  # line heights by which the right ends may differ; numbers may be centred
_MIN_LINE_LENGTH = 10.0  # line heights; median of the lines beside the numbers
_MIN_SINGLE_SHARE = 0.8  # share of lines in one piece
_FULL_LINE = 0.7  # length of a full line, relative to the longest lines
_MIN_FULL_SHARE = 0.4  # share of full lines


def find_line_numbers(region: Region, texts: Sequence[str]) -> Iterator[tuple[Integers, Integers]]:
    """Yield for each column of line numbers the numbers and the lines beside them, as positions (k,) in the region."""
    numbers = np.flatnonzero([_NUMBER.fullmatch(text) is not None for text in texts])
    if len(numbers) < min(_MIN_NUMBERS.values()):
        return
    is_number = np.zeros(len(texts) + 1, dtype=bool)  # the last item is for -1: no neighbour
    is_number[numbers] = True
    for column in _columns(region, numbers):
        values = np.array([int(texts[position]) for position in column])
        for run in _runs(values, region.centres[column]):
            found = column[run]
            beside = region.right[found]
            beside = beside[(beside >= 0) & ~is_number[beside]]
            if _is_running_text(region, beside, is_number):
                yield found, beside


def _columns(region: Region, numbers: Integers) -> Iterator[Integers]:
    """Yield the numbers of each column, from top to bottom."""
    end = region.boxes[numbers, 2]
    order = np.argsort(end, kind="stable")
    new_column = np.diff(end[order]) > _COLUMN_TOLERANCE * region.height
    for column in np.split(numbers[order], np.flatnonzero(new_column) + 1):
        yield column[np.argsort(region.centres[column], kind="stable")]


def _runs(values: Integers, centres: Floats) -> Iterator[slice]:
    """Yield runs of numbers (n,) with these vertical centres that increase evenly; the runs do not overlap."""
    increase, distance = np.diff(values), np.diff(centres)
    start = 0
    while start < len(increase):
        increment = 1 if increase[start] % 5 else 5
        steps = increase // increment
        usual = distance[start] / max(steps[start], 1)
        even = (increase % increment == 0) & (steps > 0) & (steps <= _MAX_SKIPPED)
        even &= np.abs(distance - usual * steps) <= _STEP_TOLERANCE * usual
        end = start + int(np.cumprod(even[start:]).sum())
        if end - start + 1 >= _MIN_NUMBERS[increment]:
            yield slice(start, end + 1)
            start = end + 1
        else:
            start = max(end, start + 1)


def _is_running_text(region: Region, beside: Integers, is_number: Mask) -> bool:
    """Return whether lines are long, mostly full, and have no neighbours on the right except numbers."""
    if not len(beside):
        return False
    further = region.right[beside]
    single = (further < 0) | is_number[further]
    length = region.widths[beside] / region.height
    full = length >= _FULL_LINE * np.quantile(length, 0.9)
    long = np.median(length) >= _MIN_LINE_LENGTH
    return bool(long and single.mean() >= _MIN_SINGLE_SHARE and full.mean() >= _MIN_FULL_SHARE)

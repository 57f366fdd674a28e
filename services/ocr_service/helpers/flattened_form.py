"""Finds the values of a form that were turned into normal content ("flattened").

Programs that do so write the values after all labels. Such a page looks like one with two columns, which are stored the
same way. It is a form if its last lines are short, if nearly all of them are beside or below a label, and if the
geometry of the page has no columns there.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from heapq import nlargest
from itertools import pairwise
from math import inf
from statistics import median

from paddleocr_service.reading_order import reading_order
from services.ocr_service.helpers.form_order import ALIGNED, CLOSE_ABOVE, MARKS
from services.ocr_service.helpers.text_layer import LayerLine

#: Minimum number of values, and the minimum share of them that are beside or below a label. A tick can be alone.
_MIN_VALUES, _MIN_SHARE = 2, 0.8
#: Maximum share of values that are in the same paragraph as the value above. In a list in columns most are.
_MAX_JOINED = 0.5
#: Number of places at which the values may start that are tried.
_MAX_JUMPS = 3
#: Maximum length of a value (median) in characters. Lines of prose in columns are longer.
_MAX_LENGTH = 25

Lines = Sequence[LayerLine]
Places = list[tuple[float, float]]


def values_at_end(lines: Lines, width: int, height: int) -> tuple[int, list[Lines]]:
    """The number of lines before the values, and the values, one line each. No values if the page is not a form."""
    for start in _largest_jumps(lines):
        labels, values = lines[:start], lines[start:]
        if median(len(value.line.text) for value in values) > _MAX_LENGTH or _are_paragraphs(values):
            continue
        beside, below, rows = _labelled(labels, values)
        enough = _MIN_SHARE * len(values)
        # Lines below each of several labels are in no column. Lines beside labels may be.
        is_form = rows > 1 and beside + below >= enough
        is_form = is_form and (below >= enough or _share_rows(labels, values, width, height))
        if is_form or (beside == len(values) and all(value.line.text in MARKS for value in values)):
            return start, [[value] for value in values]
    return len(lines), []


def _are_paragraphs(lines: Lines) -> bool:
    """Whether most lines are so close to the one above that MuPDF joins them."""
    joined = [before.block == line.block for before, line in pairwise(lines) if line.box[1] > sum(before.box[1::2]) / 2]
    return sum(joined) > _MAX_JOINED * len(joined)


def _largest_jumps(lines: Lines) -> list[int]:
    """Indices of lines that are above the line before, or left of it in the same row: the highest jumps."""
    last = len(lines) - _MIN_VALUES
    jumps = [
        (before.box[1] - line.box[3], index)
        for index, (before, line) in enumerate(pairwise(lines), 1)
        if line.box[1] < before.box[3] and line.upright and (index <= last or line.line.text in MARKS)
        if line.box[3] <= before.box[1] or line.box[2] <= before.box[0]
    ]
    return sorted(index for _, index in nlargest(_MAX_JUMPS, jumps))


def _labelled(labels: Lines, values: Lines) -> tuple[int, int, int]:
    """How many values are beside a label (on its right, or ticks), how many just below one, and in how many rows."""
    # Twice the height of the centre on the page, which needs no division.
    places = sorted((label.box[1] + label.box[3], label.box[0]) for label in labels)
    beside = below = 0
    rows = set()
    for value in values:
        left, top, _, bottom = value.box
        centre, height = top + bottom, bottom - top
        if value.line.text not in MARKS and not any(map(str.isalnum, value.line.text)):
            continue  # part of a formula
        row = _between(places, centre - height, centre + height)
        above = _between(places, centre - 2 * (1 + CLOSE_ABOVE) * height, centre - height)
        if row and (min(x for _, x in row) < left or value.line.text in MARKS):
            beside += 1
            rows.add(row[0])
        elif any(abs(x - left) <= ALIGNED * height for _, x in above):
            below += 1
            rows.add(above[0])
    return beside, below, len(rows)


def _between(places: Places, low: float, high: float) -> Places:
    return places[bisect(places, (low, -inf)) : bisect(places, (high, inf))]


def _share_rows(labels: Lines, values: Lines, width: int, height: int) -> bool:
    """Whether labels and values are parts of the same rows, and not of different columns."""
    blocks = reading_order([line.line for line in (*labels, *values)], width, height)
    polygons = {value.line.polygon for value in values}
    shared = 0
    for block in blocks:
        for row in block.rows:
            found = sum(line.polygon in polygons for line in row)
            shared += found if found < len(row) else 0
    return shared >= _MIN_SHARE * len(values)

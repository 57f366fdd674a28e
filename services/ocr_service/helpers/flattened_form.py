"""Finds the values of a form that were turned into normal content ("flattened").

Programs that do so write the values after all labels. Such a page looks like one with two columns, which are stored the
same way. It is a form if its last lines are short, if nearly all of them stand in the row of a label, and if the
geometry of the page has no columns there.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from heapq import nlargest
from itertools import pairwise
from statistics import median

from paddleocr_service.reading_order import reading_order
from services.ocr_service.helpers.text_layer import LayerLine

#: Minimum number of values, and the minimum share of them that stand beside a label.
_MIN_VALUES, _MIN_BESIDE = 3, 0.8
#: Number of places at which the values may start that are tried.
_MAX_JUMPS = 3
#: Maximum length of a value (median) in characters. Lines of prose in columns are longer.
_MAX_LENGTH = 25

Lines = Sequence[LayerLine]


def values_at_end(lines: Lines, width: int, height: int) -> tuple[int, list[Lines]]:
    """The number of lines before the values, and the values, one line each. No values if the page is not a form."""
    for start in _largest_jumps(lines):
        labels, values = lines[:start], lines[start:]
        if _are_values(labels, values) and _share_rows(labels, values, width, height):
            return start, [[value] for value in values]
    return len(lines), []


def _largest_jumps(lines: Lines) -> list[int]:
    """Indices of lines that are much higher on the page than the line before, in the order of the lines."""
    jumps = [
        (before.box[1] - line.box[3], index)
        for index, (before, line) in enumerate(pairwise(lines), 1)
        if line.box[3] <= before.box[1] and line.upright and index <= len(lines) - _MIN_VALUES
    ]
    return sorted(index for _, index in nlargest(_MAX_JUMPS, jumps))


def _are_values(labels: Lines, values: Lines) -> bool:
    """Whether these lines are short and in the rows of labels."""
    if median(len(value.line.text) for value in values) > _MAX_LENGTH:
        return False
    # Twice the height of the centre on the page, which needs no division.
    rows = sorted(label.box[1] + label.box[3] for label in labels)
    beside = 0
    for value in values:
        centre, height = value.box[1] + value.box[3], value.box[3] - value.box[1]
        beside += bisect(rows, centre + height) > bisect(rows, centre - height)
    return beside >= _MIN_BESIDE * len(values)


def _share_rows(labels: Lines, values: Lines, width: int, height: int) -> bool:
    """Whether labels and values are parts of the same rows, and not of different columns."""
    blocks = reading_order([line.line for line in (*labels, *values)], width, height)
    polygons = {value.line.polygon for value in values}
    shared = 0
    for block in blocks:
        for row in block.rows:
            found = sum(line.polygon in polygons for line in row)
            shared += found if found < len(row) else 0
    return shared >= _MIN_BESIDE * len(values)

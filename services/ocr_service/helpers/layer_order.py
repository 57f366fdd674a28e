"""Reading order and paragraphs of a text layer.

A born-digital page stores its text in the order in which it was written. That is the reading order more often than the
layout suggests: captions, side notes and tables are where the author put them. Only a layer that jumps around, or runs
across columns, is sorted by position. Values of a form are stored last and are put beside their labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from paddleocr_service.reading_order import reading_order
from paddleocr_service.results import PARAGRAPH, TABLE, Block
from services.ocr_service.helpers.flattened_form import values_at_end
from services.ocr_service.helpers.form_order import with_values
from services.ocr_service.helpers.page_transform import Box, join
from services.ocr_service.helpers.text_layer import LayerLine

#: Maximum share of steps from line to line that go back up, and that cross a gutter. Good pages stay below 0.1.
_MAX_BACK, _MAX_ACROSS = 0.2, 0.3
#: Always tolerated: for example a heading or a page number that was written last.
_TOLERATED = 5
#: Minimum ratio of length to height of a line in a column.
_MIN_ASPECT = 8.0
#: Minimum number of rows of a table.
_MIN_TABLE_ROWS = 3


def blocks_of(lines: Sequence[LayerLine], width: int, height: int) -> tuple[Block, ...]:
    """Paragraphs in reading order. width, height: pixels of the page.

    Lines of form fields are the last ones, and their blocks are negative.
    """
    printed = [line for line in lines if line.block >= 0]
    if is_scrambled([line.box for line in printed if line.upright]):
        return reading_order([line.line for line in lines], width, height)
    values: list[Sequence[LayerLine]] = [
        list(group) for _, group in groupby(lines[len(printed) :], key=lambda line: line.block)
    ]
    if not values:
        first, values = values_at_end(printed, width, height)
        printed = printed[:first]
    ordered = with_values(printed, values) if values else printed
    return tuple(_block(rows) for rows in _paragraphs(ordered))


def is_scrambled(boxes: Sequence[Box]) -> bool:
    """Whether upright lines, in the order of the layer, go back up or jump between columns too often."""
    back = across = 0
    for (ax0, ay0, ax1, ay1), (bx0, by0, bx1, by1) in pairwise(boxes):
        if by0 >= ay1 and bx0 < ax1:  # below it, as nearly all lines are
            continue
        height = min(ay1 - ay0, by1 - by0)
        if by0 + by1 < ay0 + ay1 - height:
            back += min(ax1, bx1) > max(ax0, bx0)
        elif bx0 >= ax1 and by0 + by1 <= ay0 + ay1 + height:
            across += min(ax1 - ax0, bx1 - bx0) >= _MIN_ASPECT * height
    return back > max(_TOLERATED, _MAX_BACK * len(boxes)) or across > max(_TOLERATED, _MAX_ACROSS * len(boxes))


def _paragraphs(lines: Sequence[LayerLine]) -> Iterator[list[list[LayerLine]]]:
    """Rows of lines, grouped by paragraph. A table row counts as one even if the layer has a paragraph per cell."""
    rows: list[list[LayerLine]] = []
    last = None
    for line in lines:
        if last and _is_beside(last.box, line.box):
            rows[-1].append(line)
        elif last and line.block != last.block:
            yield rows
            rows = [[line]]
        else:
            rows.append([line])
        last = line
    if rows:
        yield rows


def _is_beside(box: Box, following: Box) -> bool:
    if following[0] < box[2] and following[1] >= box[3]:  # below it, as nearly all lines are
        return False
    overlap = min(box[3], following[3]) - max(box[1], following[1])
    return following[0] >= box[2] - overlap and 2 * overlap >= min(box[3] - box[1], following[3] - following[1])


def _block(rows: Sequence[Sequence[LayerLine]]) -> Block:
    is_table = len(rows) >= _MIN_TABLE_ROWS and sum([len(row) > 1 for row in rows]) * 2 > len(rows)
    boxes = [line.box for row in rows for line in row]
    box = boxes[0] if len(boxes) == 1 else join(boxes)
    return Block(TABLE if is_table else PARAGRAPH, tuple([tuple([line.line for line in row]) for row in rows]), box)

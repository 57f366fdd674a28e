"""Blocks: paragraphs and tables, made of the rows of one region."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..results import Block, Line
from .columns import regions
from .geometry import upright_boxes
from .rows import rows_of

_LEADING = 1.35  # a step from row to row that is this much longer than usual begins a paragraph
_LETTER_SIZE = 1.6  # so does a change of letter size
_TABLE_ROWS = 3


def reading_order(lines: Sequence[Line], width: int, height: int) -> tuple[Block, ...]:
    """The lines of a page of ``width`` x ``height`` pixels, in blocks, in the order in which a person reads them.

    Each line comes out once, unchanged. The same lines give the same blocks, in whatever order they come in.
    """
    if not lines:
        return ()
    lines = sorted(lines, key=lambda line: (line.polygon, line.text))
    boxes, standing = upright_boxes(lines, width)
    level = np.flatnonzero(~standing)
    blocks = []
    for region in regions(boxes[level]):
        chosen = level[region]
        for rows in _blocks(boxes[chosen], rows_of(boxes[chosen])):
            blocks.append(_block(lines, [chosen[row] for row in rows]))
    blocks.extend(_block(lines, [[one]]) for one in np.flatnonzero(standing))
    return tuple(blocks)


def page_text(blocks: Sequence[Block]) -> str:
    """Rows on lines of their own, the lines of a row joined by a space, a blank line between blocks."""
    return "\n\n".join(block.text for block in blocks)


def _block(lines: Sequence[Line], rows: Sequence[Sequence[int]]) -> Block:
    found = tuple(tuple(lines[one] for one in row) for row in rows)
    points = [point for row in found for line in row for point in line.polygon]
    xs, ys = zip(*points, strict=True)
    several = sum(len(row) > 1 for row in found)
    is_table = len(found) >= _TABLE_ROWS and several * 2 > len(found)
    return Block("table" if is_table else "text", found, (min(xs), min(ys), max(xs), max(ys)))


def _blocks(boxes: np.ndarray, rows: list[np.ndarray]) -> Iterator[list[np.ndarray]]:
    """Runs of rows without a step or a change of size between them."""
    centre = np.array([boxes[row][:, [1, 3]].mean() for row in rows])
    size = np.array([np.median(boxes[row, 3] - boxes[row, 1]) for row in rows])
    step = np.diff(centre)
    usual = np.median(step) if len(step) else 0.0
    ratio = np.maximum(size[1:], size[:-1]) / np.minimum(size[1:], size[:-1])
    begins = (step > _LEADING * usual) | (ratio > _LETTER_SIZE)
    bounds = [0, *(np.flatnonzero(begins) + 1), len(rows)]
    for start, end in zip(bounds, bounds[1:], strict=False):
        yield rows[start:end]

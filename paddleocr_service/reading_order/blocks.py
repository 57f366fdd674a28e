"""Blocks: paragraphs and tables, made of the rows of one region."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..results import Block, Line
from .cells import joined
from .columns import regions
from .geometry import upright_boxes
from .margins import line_numbers
from .panels import side_by_side
from .region import Region

_LEADING = 1.35  # a step from row to row that is this much longer than usual begins a block
_LETTER_SIZE = 1.6  # so does a change of letter size
_INDENT = 0.8  # and a row that begins this many heights further in than the row before and the row after
_FULL = 0.8  # and ends in the last fifth of the column,
_CENTRED = 0.5  # unless its other end is as far in, within this many heights: then it is a row of a centred text
_TABLE_ROWS = 3


def reading_order(lines: Sequence[Line], width: int, height: int) -> tuple[Block, ...]:
    """The lines of a page of ``width`` x ``height`` pixels, in blocks, in the order in which a person reads them.

    Each line comes out once, unchanged. The same lines give the same blocks, in whatever order they come in.
    """
    if not lines:
        return ()
    lines = sorted(lines, key=lambda line: (line.polygon, line.text))
    boxes, standing = upright_boxes(lines, width)
    found = _with_margins(lines, boxes, np.flatnonzero(~standing))
    found += [[[one]] for one in np.flatnonzero(standing)]
    return tuple(_block(lines, rows) for rows in found)


def page_text(blocks: Sequence[Block]) -> str:
    """Rows on lines of their own, the lines of a row joined by a space, a blank line between blocks."""
    return "\n\n".join(block.text for block in blocks)


def _with_margins(lines: Sequence[Line], boxes: np.ndarray, level: np.ndarray) -> list[Sequence[np.ndarray]]:
    """The blocks of the lines at the positions ``level``, as rows of positions; line numbers go before their text."""
    if not len(level):
        return []
    page = Region.of(boxes[level])
    margins = [(level[some], level[beside]) for some, beside in line_numbers(page, [lines[one].text for one in level])]
    if margins:
        level = np.setdiff1d(level, np.concatenate([numbers for numbers, _ in margins]))
        page = Region.of(boxes[level])
    found = list(_level_blocks(lines, boxes, level, page))
    for numbers, beside in margins:
        place = next(at for at, rows in enumerate(found) if np.isin(np.concatenate(rows), beside).any())
        found.insert(place, list(numbers[:, None]))
    return found


def _level_blocks(
    lines: Sequence[Line], boxes: np.ndarray, level: np.ndarray, page: Region
) -> Iterator[list[np.ndarray]]:
    for region in regions(page):
        for part in side_by_side(region, [lines[one].text for one in level[region.index]]):
            chosen = level[part.index]
            alone = Region.of(boxes[chosen])  # a neighbour across a gutter is none any more
            texts = [lines[one].text for one in chosen]
            for rows in _blocks(alone):
                yield [chosen[row] for row in joined(alone, rows, texts)]


def _block(lines: Sequence[Line], rows: Sequence[Sequence[int]]) -> Block:
    found = tuple(tuple(lines[one] for one in row) for row in rows)
    xs, ys = zip(*(point for row in found for line in row for point in line.polygon), strict=True)
    several = sum(len(row) > 1 for row in found)
    is_table = len(found) >= _TABLE_ROWS and several * 2 > len(found)
    return Block("table" if is_table else "text", found, (min(xs), min(ys), max(xs), max(ys)))


def _blocks(region: Region) -> Iterator[list[np.ndarray]]:
    """Runs of rows without a wider step, a change of letter size or an indent between them."""
    rows, boxes = region.rows(), region.boxes
    centre = np.array([boxes[row][:, [1, 3]].mean() for row in rows])
    size = np.array([np.median(boxes[row, 3] - boxes[row, 1]) for row in rows])
    step = np.diff(centre)
    usual = np.median(step) if len(step) else 0.0
    ratio = np.maximum(size[1:], size[:-1]) / np.maximum(np.minimum(size[1:], size[:-1]), 1e-6)
    begins = (step > _LEADING * usual) | (ratio > _LETTER_SIZE) | _indented(region, rows)[1:]
    bounds = [0, *(np.flatnonzero(begins) + 1), len(rows)]
    for start, end in zip(bounds, bounds[1:], strict=False):
        yield rows[start:end]


def _indented(region: Region, rows: Sequence[np.ndarray]) -> np.ndarray:
    """Mask (rows,) of the first lines of paragraphs that begin with an indent."""
    start = np.array([region.boxes[row, 0].min() for row in rows])
    end = np.array([region.boxes[row, 2].max() for row in rows])
    least = start - _INDENT * region.height
    before, after = np.r_[-np.inf, start[:-1]], np.r_[start[1:], start[-2:-1], -np.inf][: len(start)]
    full = end >= start.min() + _FULL * (end.max() - start.min())
    centred = np.abs((start - start.min()) - (end.max() - end)) <= _CENTRED * region.height
    single = np.array([len(row) == 1 for row in rows])  # the row of a table may begin with an empty cell
    return (before <= least) & (after <= least) & full & ~centred & single

"""Blocks: paragraphs and tables, built from the rows of a region."""

from collections.abc import Iterator, Sequence

import numpy as np

from ..arrays import Boxes, Integers, Mask
from ..results import PARAGRAPH, SIDE_NOTE, TABLE, Block, Line
from .cells import join_cells
from .columns import split_into_regions
from .geometry import upright_boxes
from .headlines import widen_headlines
from .insets import find_insets
from .line_numbers import find_line_numbers
from .region import Region
from .side_by_side_tables import split_side_by_side_tables

_MAX_LEADING = 1.35  # distance between two rows of a block, relative to the usual distance
_MAX_SIZE_RATIO = 1.6  # ratio of the letter sizes of two rows of a block
_INDENT = 0.8  # line heights; indent of the first row of a paragraph, compared with the rows before and after
_FULL_ROW = 0.8  # share of the column's width; such a first row ends beyond it
_CENTRED_TOLERANCE = 0.5  # line heights; a row whose two margins differ by no more is centred, not indented
_MIN_TABLE_ROWS = 3


def reading_order(lines: Sequence[Line], width: int, height: int) -> tuple[Block, ...]:
    """Return the lines of a page of ``width`` x ``height`` pixels as blocks in reading order.

    Each line is returned once, unchanged. The result does not depend on the order of the input.
    """
    if not lines:
        return ()
    lines = sorted(lines, key=lambda line: (line.polygon, line.text))
    boxes, across = upright_boxes(lines, width)
    blocks, is_inset = _blocks_beside_notes(lines, boxes, np.flatnonzero(~across))
    blocks += [[position] for position in np.flatnonzero(across)[:, None]]
    return tuple(_create_block(lines, rows, bool(is_inset[rows[0][0]])) for rows in blocks)


def page_text(blocks: Sequence[Block]) -> str:
    """Return one text line per row, with the lines of a row joined by a space, and an empty line between blocks."""
    return "\n\n".join(block.row_text for block in blocks if block.rows)


def _blocks_beside_notes(lines: Sequence[Line], boxes: Boxes, level: Integers) -> tuple[list[list[Integers]], Mask]:
    """Return the blocks of the lines at the positions ``level``, as rows of positions, and a mask of the insets' lines.

    Line numbers are a separate block before their text, and insets before or after the block beside them.
    """
    is_inset = np.zeros(len(lines), dtype=bool)
    if not len(level):
        return [], is_inset
    page = Region.of_page(boxes[level])
    texts = [lines[position].text for position in level]
    margins = [(level[numbers], level[beside]) for numbers, beside in find_line_numbers(page, texts)]
    if margins:
        level = np.setdiff1d(level, np.concatenate([numbers for numbers, _ in margins]))
        page = Region.of_page(boxes[level])
    insets = [(level[inset.lines], level[[inset.beside]], inset.is_first) for inset in find_insets(page)]
    if insets:
        is_inset[np.concatenate([found for found, _, _ in insets])] = True
        level = level[~is_inset[level]]
        page = Region.of_page(boxes[level])
    blocks = list(_blocks_of_page(lines, boxes, level, page))
    for found, beside, is_first in [*insets, *((numbers, beside, True) for numbers, beside in margins)]:
        index = next(at for at, rows in enumerate(blocks) if np.isin(np.concatenate(rows), beside).any())
        blocks.insert(index if is_first else index + 1, list(found[:, None]))
    return blocks, is_inset


def _blocks_of_page(lines: Sequence[Line], boxes: Boxes, level: Integers, page: Region) -> Iterator[list[Integers]]:
    for region in split_into_regions(widen_headlines(page)):
        for part in split_side_by_side_tables(region, [lines[position].text for position in level[region.index]]):
            positions = level[part.index]
            alone = Region.of_page(boxes[positions])  # removes links to neighbours in other regions
            texts = [lines[position].text for position in positions]
            for rows in _split_into_blocks(alone):
                yield [positions[row] for row in join_cells(alone, rows, texts)]


def _create_block(lines: Sequence[Line], rows: Sequence[Integers], is_inset: bool) -> Block:
    block_rows = tuple(tuple(lines[position] for position in row) for row in rows)
    xs, ys = zip(*(point for row in block_rows for line in row for point in line.polygon), strict=True)
    kind = SIDE_NOTE if is_inset else TABLE if are_table(block_rows) else PARAGRAPH
    return Block(kind, block_rows, (min(xs), min(ys), max(xs), max(ys)))


def are_table(rows: Sequence[Sequence[Line]]) -> bool:
    """Return whether the rows of a block look like those of a table: most have several lines."""
    with_several_lines = sum(len(row) > 1 for row in rows)
    return len(rows) >= _MIN_TABLE_ROWS and with_several_lines * 2 > len(rows)


def _split_into_blocks(region: Region) -> Iterator[list[Integers]]:
    """Yield the rows of each block."""
    rows, boxes = region.rows(), region.boxes
    centre = np.array([boxes[row][:, [1, 3]].mean() for row in rows])
    size = np.array([np.median(boxes[row, 3] - boxes[row, 1]) for row in rows])
    step = np.diff(centre)
    usual = np.median(step) if len(step) else 0.0
    ratio = np.maximum(size[1:], size[:-1]) / np.maximum(np.minimum(size[1:], size[:-1]), 1e-6)
    is_new_block = (step > _MAX_LEADING * usual) | (ratio > _MAX_SIZE_RATIO) | _indented(region, rows)[1:]
    bounds = [0, *(np.flatnonzero(is_new_block) + 1), len(rows)]
    for start, end in zip(bounds, bounds[1:], strict=False):
        yield rows[start:end]


def _indented(region: Region, rows: Sequence[Integers]) -> Mask:
    """Return a mask (rows,) of the first lines of paragraphs that begin with an indent."""
    start = np.array([region.boxes[row, 0].min() for row in rows])
    end = np.array([region.boxes[row, 2].max() for row in rows])
    unindented = start - _INDENT * region.height
    before, after = np.r_[-np.inf, start[:-1]], np.r_[start[1:], start[-2:-1], -np.inf][: len(start)]
    full = end >= start.min() + _FULL_ROW * (end.max() - start.min())
    margin_difference = np.abs((start - start.min()) - (end.max() - end))
    centred = margin_difference <= _CENTRED_TOLERANCE * region.height
    single = np.array([len(row) == 1 for row in rows])  # a row of a table may begin with an empty cell
    indented: Mask = (before <= unindented) & (after <= unindented) & full & ~centred & single
    return indented

"""Joins the parts of tables that continue on the next page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from services.exports.result import Result
from services.exports.structure import Block, Table, blocks_of

#: Number and blocks of a page.
PageBlocks = tuple[int, list[Block]]


def joined_pages(result: Result, furniture: bool = False) -> Iterator[PageBlocks]:
    """The pages in order, with their blocks. A table that continues on the next pages is a block of its first page.

    So pages wait until the last table on them has ended.
    """
    waiting: list[PageBlocks] = []
    parts: list[Block] = []  # of the last table
    for page in result.pages():
        blocks = list(blocks_of(page, furniture))
        part = next((block for block in blocks if parts and _continues(block, parts[0])), None)
        if part:
            parts.append(part)
            blocks = [block for block in blocks if block is not part]
        last = next((block for block in reversed(blocks) if block.table and block.table.cells), None)
        if last or not part:
            yield from _complete(waiting, parts)
            waiting, parts = [], [last] if last else []
        waiting.append((page["page"], blocks))
    yield from _complete(waiting, parts)


def _continues(block: Block, first: Block) -> bool:
    """A part without cells has no columns."""
    return bool(block.continued and block.table and first.table and block.table.columns == first.table.columns)


def _complete(pages: Sequence[PageBlocks], parts: Sequence[Block]) -> Iterator[PageBlocks]:
    """The pages, with all parts of the table in place of its first one."""
    if len(parts) > 1:
        blocks = pages[0][1]
        place = next(index for index, block in enumerate(blocks) if block is parts[0])
        blocks[place] = replace(parts[0], table=_joined([part.table for part in parts if part.table]))
    yield from pages


def _joined(parts: Sequence[Table]) -> Table:
    """One table of all parts. Each may repeat the headings of the first one."""
    first, *others = parts
    headings = first.by_row()
    cells, rows = list(first.cells), first.rows
    for part in others:
        repeated = 0
        for row, other in zip(headings, part.by_row(), strict=False):
            # Rows whose cells span others are compared as they are, too.
            if not all(cell.is_header for cell in row) or [replace(cell, is_header=True) for cell in other] != row:
                break
            repeated += 1
        cells += [replace(cell, row=cell.row - repeated + rows) for cell in part.cells if cell.row >= repeated]
        rows += part.rows - repeated
    return Table(tuple(cells), rows, first.columns)

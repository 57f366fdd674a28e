"""Put tables among the blocks of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...polygons import bounds
from ...reading_order import are_table
from ...results import PARAGRAPH, TABLE, Block, Cell, Line
from .cells import Table, join


def with_tables(blocks: Sequence[Block], tables: Sequence[Table]) -> tuple[Block, ...]:
    """The blocks with each table as one block, where its first line was.

    tables: their lines are positions among the lines of the blocks, in order. The rows of a table block are the visual
    rows that its lines had before, so its text does not change. Other blocks keep the rest of their lines.
    """
    if not tables:
        return tuple(blocks)
    table_of = {line: at for at, table in enumerate(tables) for line in table.lines}
    rows: list[list[list[int]]] = [[] for _ in tables]
    result: list[Block | int] = []
    lines: list[Line] = []
    for block in blocks:
        kept: list[tuple[Line, ...]] = []
        for row in block.rows:
            owners = [table_of.get(len(lines) + place) for place in range(len(row))]
            for owner in dict.fromkeys(owners):
                members = [place for place, other in enumerate(owners) if other == owner]
                if owner is None:
                    kept.append(tuple(row[place] for place in members))
                    continue
                if not rows[owner]:
                    result += [_with_rows(block, kept), owner] if kept else [owner]
                    kept = []
                rows[owner].append([len(lines) + place for place in members])
            lines += row
        if len(kept) == len(block.rows):
            result.append(block)
        elif kept:
            result.append(_with_rows(block, kept))
    return tuple(_block(tables[part], rows[part], lines) if isinstance(part, int) else part for part in result)


def _with_rows(block: Block, rows: list[tuple[Line, ...]]) -> Block:
    """The block with the rest of its rows. What is left of a table may be a caption."""
    kind = PARAGRAPH if block.kind == TABLE and not are_table(rows) else block.kind
    box = join([bounds(line.polygon) for row in rows for line in row])
    return replace(block, kind=kind, rows=tuple(rows), bbox=box)


def _block(table: Table, rows: Sequence[Sequence[int]], lines: Sequence[Line]) -> Block:
    """rows: the positions of the lines of each visual row, among all lines."""
    order = {at: place for place, at in enumerate(at for row in rows for at in row)}
    cells = tuple([_with_lines(cell, tuple([order[at] for at in cell.lines])) for cell in table.cells])
    box = join([table.bbox, *(bounds(lines[at].polygon) for at in order)])
    return Block(TABLE, tuple(tuple(lines[at] for at in row) for row in rows), box, cells=cells)


def _with_lines(cell: Cell, lines: tuple[int, ...]) -> Cell:
    # Tables have many cells, and `replace` takes ten times as long.
    return Cell(
        cell.row, cell.column, cell.bbox, cell.text, cell.rowspan, cell.colspan, is_header=cell.is_header, lines=lines
    )

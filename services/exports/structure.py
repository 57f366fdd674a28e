"""The structure of a page as the formats use it: paragraphs, headings, lists, tables, and lines with their words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from services.exports.characters import clean, clean_line
from services.exports.result import Page

#: Kinds of blocks that repeat on each page of a document.
FURNITURE = frozenset({"page_header", "page_footer", "page_number"})
#: The kind of a block in results of versions that knew only paragraphs and tables.
_OLD_PARAGRAPH = "text"
MAX_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Cell:
    """row, column: of its first row and column, from 0. text: may have several lines."""

    row: int
    column: int
    text: str
    rowspan: int = 1
    colspan: int = 1
    is_header: bool = False

    @property
    def spans(self) -> bool:
        return self.rowspan > 1 or self.colspan > 1


@dataclass(frozen=True, slots=True)
class Table:
    """cells: by row, then by column. A cell that spans several places is listed once, at its first row and column."""

    cells: tuple[Cell, ...]
    rows: int
    columns: int

    @property
    def has_spans(self) -> bool:
        return any(cell.spans for cell in self.cells)

    def grid(self) -> list[list[str]]:
        """The text of each row and column; empty where no cell begins."""
        grid = [[""] * self.columns for _ in range(self.rows)]
        for cell in self.cells:
            grid[cell.row][cell.column] = cell.text
        return grid

    def by_row(self) -> list[list[Cell]]:
        """The cells that begin in each row. A place without a cell gets an empty one."""
        taken = {
            (row, column)
            for cell in self.cells
            for row in range(cell.row, cell.row + cell.rowspan)
            for column in range(cell.column, cell.column + cell.colspan)
        }
        empty = [
            Cell(row, column, "")
            for row in range(self.rows)
            for column in range(self.columns)
            if (row, column) not in taken
        ]
        rows: list[list[Cell]] = [[] for _ in range(self.rows)]
        for cell in sorted([*self.cells, *empty], key=lambda cell: (cell.row, cell.column)):
            rows[cell.row].append(cell)
        return rows


@dataclass(frozen=True, slots=True)
class Block:
    """kind: as in the result, with "paragraph" for the old "text". level: of a heading, 1 to 6. text, marker: clean.

    lines: indices into the lines of the page. table: of a block of the kind "table". continued: the table continues
    that of the page before.
    """

    kind: str
    text: str
    lines: tuple[int, ...]
    bbox: list[list[float]] | None = None
    level: int = 0
    marker: str = ""
    table: Table | None = None
    continued: bool = False


def blocks_of(page: Page, furniture: bool = True) -> Iterator[Block]:
    """The blocks of a page in reading order, without running headers and footers unless `furniture`."""
    blocks = page.get("blocks") or []
    if not blocks and page["text"]:
        yield Block("paragraph", clean(page["text"]), tuple(range(len(page["lines"]))))
    for block in blocks:
        if furniture or block["kind"] not in FURNITURE:
            yield _block(block, page)


def areas_of(page: Page) -> Iterator[Block]:
    """The blocks that have lines with text, and one more for lines that belong to no block."""
    rest = {index: None for index, line in enumerate(page["lines"]) if line["text"].strip()}
    for block in blocks_of(page):
        lines = tuple(index for index in block.lines if index in rest)
        for index in lines:
            rest.pop(index, None)
        if lines:
            yield replace(block, lines=lines)
    if rest:
        yield Block("paragraph", "", tuple(rest))


def _block(block: dict[str, Any], page: Page) -> Block:
    kind = "paragraph" if block["kind"] == _OLD_PARAGRAPH else block["kind"]
    level = 0
    if kind in ("title", "heading"):
        level = 1 if kind == "title" else min(MAX_LEVEL, max(1, block.get("level") or 2))
    return Block(
        kind=kind,
        text=clean(block.get("text") or ""),
        lines=tuple(index for index in block.get("lines") or () if index < len(page["lines"])),
        bbox=block.get("bbox"),
        level=level,
        marker=clean_line(block.get("marker") or ""),
        table=_table(block, page) if kind == "table" else None,
        continued=bool(block.get("continued")),
    )


def _table(block: dict[str, Any], page: Page) -> Table:
    if "cells" in block:
        cells = [_cell(cell) for cell in block["cells"]]
    else:  # a version that knew only rows of lines
        texts = [line["text"] for line in page["lines"]]
        cells = [
            Cell(row, column, clean(texts[index]))
            for row, indices in enumerate(block.get("rows") or [])
            for column, index in enumerate(indices)
        ]
    rows = max((cell.row + cell.rowspan for cell in cells), default=0)
    columns = max((cell.column + cell.colspan for cell in cells), default=0)
    return Table(tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))), rows, columns)


def _cell(cell: dict[str, Any]) -> Cell:
    return Cell(
        cell["row"],
        cell["column"],
        clean(cell["text"]),
        max(1, cell.get("rowspan", 1)),
        max(1, cell.get("colspan", 1)),
        bool(cell.get("is_header")),
    )

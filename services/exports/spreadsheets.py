"""What the formats for spreadsheets share: the tables of a result, and text that is no formula."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from services.exports.result import Result
from services.exports.structure import Table, blocks_of

#: What begins a formula, also as full-width characters. Spreadsheets skip white space before it.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
#: Numbers, amounts, percentages, dates, telephone numbers, and signs that stand alone: they only look like formulas.
_HARMLESS = re.compile(r"\s*[+\-]?[\s\d.,:/()%\u00a0\u202f'$€£¥₹]*")
_DASHES = re.compile(r"[+\-]+")


@dataclass(frozen=True, slots=True)
class NamedTable:
    """name: "page 2 table 1", where the table begins: unique in its document."""

    name: str
    table: Table


def tables_of(result: Result) -> Iterator[NamedTable]:
    """The tables of the document, in reading order. A table that continues on the next page is one table."""
    last: NamedTable | None = None
    for page in result.pages():
        blocks = [block for block in blocks_of(page) if block.table and block.table.cells]
        for number, block in enumerate(blocks, 1):
            assert block.table
            if last and block.continued and block.table.columns == last.table.columns:
                last = replace(last, table=_joined(last.table, block.table))
                continue
            if last:
                yield last
            last = NamedTable(f"page {page['page']} table {number}", block.table)
    if last:
        yield last


def _joined(table: Table, rest: Table) -> Table:
    """Both parts of a table as one. The second part may repeat the headings of the first one."""
    repeated = 0
    for row, other in zip(table.by_row(), rest.by_row(), strict=False):
        # Rows whose cells span others are compared as they are, too.
        if not all(cell.is_header for cell in row) or [replace(cell, is_header=True) for cell in other] != row:
            break
        repeated += 1
    kept = [replace(cell, row=cell.row - repeated + table.rows) for cell in rest.cells if cell.row >= repeated]
    return Table((*table.cells, *kept), table.rows + rest.rows - repeated, table.columns)


def neutralised(text: str) -> str:
    """Text that a spreadsheet shows and never evaluates: an apostrophe stands before what would be a formula."""
    if not _FORMULA.match(text) or _is_harmless(text):
        return text
    return f"'{text}"


def _is_harmless(text: str) -> bool:
    return bool(_DASHES.fullmatch(text.strip()) or _HARMLESS.fullmatch(text))

"""What the formats for spreadsheets share: the tables of a result, and text that is no formula."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.exports.joined_tables import joined_pages
from services.exports.result import Result
from services.exports.structure import Table

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
    for page, blocks in joined_pages(result):
        tables = [block.table for block in blocks if block.table and block.table.cells]
        for number, table in enumerate(tables, 1):
            yield NamedTable(f"page {page} table {number}", table)


def neutralised(text: str) -> str:
    """Text that a spreadsheet shows and never evaluates: an apostrophe stands before what would be a formula."""
    if not _FORMULA.match(text) or _is_harmless(text):
        return text
    return f"'{text}"


def _is_harmless(text: str) -> bool:
    return bool(_DASHES.fullmatch(text.strip()) or _HARMLESS.fullmatch(text))

"""Tables as comma-separated values (RFC 4180). A cell that spans others is followed by empty cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from services.exports.result import Result
from services.exports.spreadsheets import NamedTable, neutralised, tables_of
from services.exports.structure import Table
from services.exports.zip_stream import zip_stream


def tables(result: Result) -> Sequence[NamedTable]:
    return list(tables_of(result))


def export(result: Result) -> Iterator[bytes]:
    """All tables in one file, with an empty row between them."""
    return export_tables(tables(result))


def export_tables(named: Sequence[NamedTable]) -> Iterator[bytes]:
    for index, each in enumerate(named):
        yield (b"\r\n" if index else b"") + _csv(each.table)


def export_zip(named: Sequence[NamedTable]) -> Iterator[bytes]:
    """Each table in a file of its own."""
    return zip_stream((f"{each.name.replace(' ', '-')}.csv", iter([_csv(each.table)])) for each in named)


def _csv(table: Table) -> bytes:
    text = io.StringIO()
    # All cells are quoted, so that a program that splits at semicolons cannot find a formula inside a cell.
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([neutralised(cell) for cell in row] for row in table.grid())
    return text.getvalue().encode()

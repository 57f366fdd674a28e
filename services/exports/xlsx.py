"""Tables as a spreadsheet (Office Open XML, ECMA-376), one sheet each. All cells are text, never formulas."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from services.exports.result import Result
from services.exports.spreadsheets import NamedTable, neutralised, tables_of
from services.exports.structure import Cell, Table
from services.exports.zip_stream import zip_stream

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
#: Characters of a cell, a limit of Excel.
_MAX_TEXT = 32_767
_EMPTY = NamedTable("no tables", Table((), 0, 0))


def export(result: Result) -> Iterator[bytes]:
    sheets = list(tables_of(result)) or [_EMPTY]
    files = [
        ("[Content_Types].xml", _content_types(len(sheets))),
        ("_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])),
        ("xl/workbook.xml", _workbook(sheets)),
        ("xl/_rels/workbook.xml.rels", _relations([("worksheet", f"worksheets/{_file(n)}") for n in _numbers(sheets)])),
        *((f"xl/worksheets/{_file(n)}", _sheet(sheets[n - 1].table)) for n in _numbers(sheets)),
    ]
    return zip_stream((name, [(_XML + text).encode()]) for name, text in files)


def _numbers(sheets: list[NamedTable]) -> range:
    return range(1, len(sheets) + 1)


def _file(number: int) -> str:
    return f"sheet{number}.xml"


def _content_types(count: int) -> str:
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/{_file(n)}" ContentType="{_CONTENT}.worksheet+xml"/>'
        for n in range(1, count + 1)
    )
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_CONTENT}.sheet.main+xml"/>{sheets}</Types>'
    )


def _relations(targets: list[tuple[str, str]]) -> str:
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{_DOCUMENT}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{relations}</Relationships>'


def _workbook(sheets: list[NamedTable]) -> str:
    entries = "".join(
        f'<sheet name="{escape(sheet.name)}" sheetId="{number}" r:id="rId{number}"/>'
        for number, sheet in enumerate(sheets, 1)
    )
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>{entries}</sheets></workbook>'


def _sheet(table: Table) -> str:
    rows = "".join(
        f'<row r="{number}">{"".join(_cell(cell) for cell in cells if cell.text)}</row>'
        for number, cells in enumerate(table.by_row(), 1)
    )
    merged = [f'<mergeCell ref="{_range(cell)}"/>' for cell in table.cells if cell.spans]
    merges = f'<mergeCells count="{len(merged)}">{"".join(merged)}</mergeCells>' if merged else ""
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData>{merges}</worksheet>'


def _cell(cell: Cell) -> str:
    text = escape(neutralised(cell.text)[:_MAX_TEXT])
    return f'<c r="{_address(cell.row, cell.column)}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _range(cell: Cell) -> str:
    last = _address(cell.row + cell.rowspan - 1, cell.column + cell.colspan - 1)
    return f"{_address(cell.row, cell.column)}:{last}"


def _address(row: int, column: int) -> str:
    """From 0: (1, 27) is AB2."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"

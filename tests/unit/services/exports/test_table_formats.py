"""CSV and XLSX, read by the csv module, openpyxl and pandas."""

import csv
import io
import zipfile

import openpyxl
import pytest

from services.exports.formats import BY_NAME, render
from services.exports.result import Result
from services.exports.spreadsheets import neutralised
from services.exports.xlsx import _address
from tests.support.results import block, cell, document, exported, page, paragraphs, table

ROWS = [["Name", "Price"], ['Tea, "green"', "-3.50"], ["a\nb", ""]]
SPANS = block(
    "table",
    "",
    (),
    cells=[cell(0, 0, "both", colspan=2), cell(1, 0, "tall", rowspan=2), cell(1, 1, "x"), cell(2, 1, "y")],
)


def with_tables(*tables):
    return document(paragraphs("text"), page([], [*tables], number=2))


def rendered(name, result):
    return render(Result.of(result), BY_NAME[name])


def rows_of(content):
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def test_one_table_is_a_csv_file():
    found = rendered("csv", with_tables(table(ROWS)))
    assert (found.content_type, found.extension) == ("text/csv; charset=utf-8", "csv")
    assert rows_of(b"".join(found.parts)) == ROWS


def test_several_tables_are_a_zip():
    found = rendered("csv", with_tables(table(ROWS), SPANS))
    assert (found.content_type, found.extension) == ("application/zip", "zip")
    with zipfile.ZipFile(io.BytesIO(b"".join(found.parts))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["page-2-table-1.csv", "page-2-table-2.csv"]
        assert rows_of(archive.read("page-2-table-2.csv")) == [["both", ""], ["tall", "x"], ["", "y"]]


def test_a_document_without_tables_has_empty_files():
    assert exported("csv", document(paragraphs("text"))) == b""
    book = openpyxl.load_workbook(io.BytesIO(exported("xlsx", document())))
    assert [list(sheet.rows) for sheet in book] == [[]]


def test_xlsx_has_a_sheet_for_each_table():
    book = openpyxl.load_workbook(io.BytesIO(exported("xlsx", with_tables(table(ROWS), SPANS))))
    assert book.sheetnames == ["page 2 table 1", "page 2 table 2"]
    first, second = book
    assert [[cell.value or "" for cell in row] for row in first.rows] == ROWS
    assert sorted(map(str, second.merged_cells.ranges)) == ["A1:B1", "A2:A3"]
    assert [second[name].value for name in ("A1", "A2", "B2", "B3")] == ["both", "tall", "x", "y"]


@pytest.mark.parametrize(("column", "address"), [(0, "A1"), (25, "Z1"), (26, "AA1"), (701, "ZZ1"), (702, "AAA1")])
def test_addresses(column, address):
    assert _address(0, column) == address


@pytest.mark.parametrize(
    "text",
    [
        *('=HYPERLINK("http://x","y")', "=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", " =1+1", "\t=1", "＝1+1"),
        *("-cmd", "+A1", "-1e5+A1"),
    ],
)
def test_formulas_are_neutralised(text):
    assert neutralised(text) == "'" + text
    book = openpyxl.load_workbook(io.BytesIO(exported("xlsx", with_tables(table([["h"], [text]])))))
    found = book.worksheets[0]["A2"]
    assert found.data_type == "s" and found.value.startswith("'")


@pytest.mark.parametrize("text", ["", "a=b", "-3.50", "+49 89 123", "-", "--", "-1,234.5 €", "(-5)", "-12 %", "1-2"])
def test_other_text_is_unchanged(text):
    assert neutralised(text) == text

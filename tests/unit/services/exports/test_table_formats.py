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


MORE = [["Milk", "2"], ["Oil", "9"]]


@pytest.mark.parametrize("headings", [[], [ROWS[0]]])
def test_a_table_that_continues_on_the_next_pages_is_one_table(headings):
    parts = [table(ROWS), *(table([*headings, *MORE], is_header=bool(headings), continued=True) for _ in range(2))]
    result = document(*(page([], [part], number=number) for number, part in enumerate(parts, 1)))
    found = rendered("csv", result)
    assert found.extension == "csv"
    assert rows_of(b"".join(found.parts)) == [*ROWS, *MORE, *MORE]
    sheet = openpyxl.load_workbook(io.BytesIO(exported("xlsx", result)))
    assert sheet.sheetnames == ["page 1 table 1"] and sheet.active.max_row == 7


def test_cells_that_span_others_continue_at_their_place():
    spans = {**SPANS, "continued": True}
    result = document(page([], [table(ROWS)], number=1), page([], [spans], number=2))
    assert rows_of(exported("csv", result))[3:] == [["both", ""], ["tall", "x"], ["", "y"]]
    sheet = openpyxl.load_workbook(io.BytesIO(exported("xlsx", result))).active
    assert {str(merged) for merged in sheet.merged_cells.ranges} == {"A4:B4", "A5:A6"}


def test_a_table_does_not_continue_one_with_other_columns_or_on_a_page_of_its_own():
    three = table([["a", "b", "c"]], is_header=False, continued=True)
    result = document(page([], [table(ROWS)], number=1), page([], [three], number=2))
    assert rendered("csv", result).extension == "zip"
    alone = b"".join(render(Result.of(result).page(2), BY_NAME["csv"]).parts)
    assert rows_of(alone) == [["a", "b", "c"]]

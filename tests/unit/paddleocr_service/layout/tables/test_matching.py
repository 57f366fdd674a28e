"""Text and predicted cells. One line of text is 10 pixels high."""

import pytest

from paddleocr_service.layout.tables.matching import match
from paddleocr_service.layout.tables.rows import Item
from paddleocr_service.layout.tables.structure_model import PredictedCell

BOX = (0.0, 0.0, 300.0, 60.0)


def item(text, x, y, line=0):
    return Item(x, y, x + 6 * len(text), y + 10, text, line)


def predicted(x, y, rowspan=1, colspan=1, header=False):
    return PredictedCell((x, y, x + 60, y + 10), header, rowspan, colspan)


def test_each_word_goes_to_the_cell_that_it_overlaps():
    rows = [[predicted(0, 0, header=True), predicted(100, 0, header=True)], [predicted(0, 20), predicted(100, 20)]]
    items = [item("Name", 2, 1, 0), item("Sum", 99, 0, 1), item("Ada", 1, 21, 2), item("Byron", 24, 21, 2),
             item("12", 103, 19, 3)]  # fmt: skip
    table = match(rows, items, BOX)
    assert [cell.text for cell in table.cells] == ["Name", "Sum", "Ada Byron", "12"]
    assert [cell.is_header for cell in table.cells] == [True, True, False, False]
    assert table.cells[2].lines == (2,)


def test_spans_fill_the_grid():
    rows = [[predicted(0, 0, rowspan=2), predicted(100, 0, colspan=2)], [predicted(100, 20), predicted(200, 20)]]
    items = [item("Group", 0, 5), item("Years", 120, 0), item("2019", 100, 20), item("2020", 200, 20)]
    table = match(rows, items, BOX)
    assert [(cell.row, cell.column) for cell in table.cells] == [(0, 0), (0, 1), (1, 1), (1, 2)]
    assert (table.row_count, table.column_count) == (2, 3)


def test_a_number_in_brackets_below_a_number_shares_its_cell():
    rows = [[predicted(0, 0), predicted(100, 0)], [predicted(0, 20), predicted(100, 20)]]
    items = [item("Men", 0, 0), item("Women", 100, 0), item("38507", 0, 16), item("(24.0)", 0, 27),
             item("160744", 100, 16), item("(62.0)", 100, 27)]  # fmt: skip
    assert match(rows, items, BOX).cells[2].text == "38507 (24.0)"


@pytest.mark.parametrize(
    "items",
    [
        pytest.param([item("A", 0, 0), item("B", 100, 0), item("1", 0, 20), item("2", 0, 31)], id="numbers-below"),
        pytest.param([item("A", 0, 0), item("B", 40, 0), item("C", 0, 20), item("D", 100, 20)], id="wide-space"),
        pytest.param([item("A", 0, 0), item("B", 100, 0), item("C", 600, 200), item("D", 0, 20)], id="beside"),
        pytest.param([item("A", 0, 0)], id="most-cells-empty"),
        pytest.param([], id="no-text"),
    ],
)
def test_a_prediction_that_does_not_match_the_text_is_rejected(items):
    rows = [[predicted(0, 0), predicted(100, 0)], [predicted(0, 20), predicted(100, 20)]]
    assert match(rows, items, BOX) is None


def test_a_prediction_of_one_row_is_rejected():
    assert match([[predicted(0, 0), predicted(100, 0)]], [item("A", 0, 0), item("B", 100, 0)], BOX) is None

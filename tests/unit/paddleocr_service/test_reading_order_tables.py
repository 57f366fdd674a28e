"""The reading order of tables, forms and line numbers."""

import random

import pytest

from paddleocr_service.reading_order import reading_order
from tests.support.synthetic_page import SyntheticPage, line_at, read_page


@pytest.fixture
def page() -> SyntheticPage:
    return SyntheticPage(random.Random(0))


def test_fields_of_a_form_are_read_row_by_row(page: SyntheticPage) -> None:
    for row in range(10):
        page.line(0, row * 3, 9)
        page.line(12, row * 3, 9)
    assert read_page(page) == page.texts


def test_long_entries_side_by_side_on_a_receipt_are_read_row_by_row(page: SyntheticPage) -> None:
    for row in range(4):
        page.line(0, row * 1.2, 8)
        page.line(14, row * 1.2, 9.5)
    assert read_page(page) == page.texts


def test_repeated_headings_above_rows_with_labels_are_one_table(page: SyntheticPage) -> None:
    for column, heading in enumerate(("Units", "Value", "Units", "Value")):
        page.line(12 + column * 6, 0, 4, text=heading)
    page.table(1.5, [11, 6, 6, 6, 6], 12)
    assert read_page(page) == page.texts


def test_groups_of_columns_are_one_table(page: SyntheticPage) -> None:
    for row in range(20):
        for x, width in ((0, 9), (14, 3), (18, 3), (22, 3), (30, 3), (34, 3), (38, 3)):
            page.line(x, row * 1.3, width)
    assert read_page(page) == page.texts


def test_line_numbers_are_a_block_before_their_text_even_if_some_are_missing() -> None:
    rows = [line_at(100, row * 26, 500 if row % 3 else 440, text=f"row {row}") for row in range(30)]
    numbers = [line_at(40 if row < 9 else 30, row * 26, 10 if row < 9 else 20, text=str(row + 1)) for row in range(30)]
    del numbers[7], numbers[0]
    blocks = reading_order([line_at(100, -80, 300, text="heading"), *rows, *numbers], 700, 900)
    assert [block.text for block in blocks] == ["heading", "\n".join(one.text for one in numbers), blocks[2].text]
    assert list(blocks[2].lines) == rows


def test_numbers_that_do_not_increase_stay_with_their_lines() -> None:
    rng = random.Random(0)
    rows = [(line_at(30, row * 26, 20, text=str(rng.randint(1, 99))), line_at(100, row * 26, 500)) for row in range(30)]
    blocks = reading_order([one for row in rows for one in row], 700, 900)
    assert [row for block in blocks for row in block.rows] == rows


def block_text(*cells: tuple[float, float, str]) -> str:
    (block,) = reading_order([line_at(x, y, 9 * len(text), text=text) for x, y, text in cells], 900, 300)
    return block.text


def test_cell_of_several_lines_is_read_in_one_piece() -> None:
    description = ((0, 0, "Fee for the"), (0, 26, "establishment of"), (0, 52, "a new account"), (300, 26, "25.00"))
    assert block_text(*description) == "Fee for the establishment of a new account 25.00"
    headings = ((0, 0, "Site"), (100, 0, "Total flow"), (250, 0, "Low flow"), (400, 0, "Estimated from both"))
    second_row = ((100, 26, "reduction (%)"), (250, 26, "reduction (%)"), (400, 26, "Total"), (500, 26, "Low"))
    expected = "Site Total flow reduction (%) Low flow reduction (%) Estimated from both Total Low"
    assert block_text(*headings, *second_row) == expected


@pytest.mark.parametrize(
    "cells",
    [
        ("Fee", "Paid", "Interest", "Open"),
        ("Name", "the name of the file", "Type", "the kind of the file"),
        ("name", "of the file", "type", "of the file"),
        ("PRICE", "AMOUNT", "(RM)", "(RM)"),
        ("Bread", "2.00", "1.00", "0.50"),
    ],
)
def test_cells_of_one_line_are_read_row_by_row(cells: tuple[str, str, str, str]) -> None:
    positions = ((0, 0), (300, 0), (0, 26), (300, 26))
    text = block_text(*((*position, cell) for position, cell in zip(positions, cells, strict=True)))
    assert text == f"{cells[0]} {cells[1]}\n{cells[2]} {cells[3]}"

"""The reading order of pages whose order is known."""

import random
from collections.abc import Callable

import pytest

from paddleocr_service.reading_order import page_text, reading_order
from paddleocr_service.results import Block, Line
from tests.support import layouts
from tests.support.layouts import Page

LAYOUTS = [
    layouts.one_column,
    layouts.text_columns,
    layouts.headings_across_columns,
    layouts.figures_in_columns,
    layouts.plain_table,
    layouts.table_between_columns,
    layouts.table_beside_text,
    layouts.sidebar,
    layouts.receipt,
    layouts.numbered_lines,
    layouts.transcript,
    layouts.numbered_rows,
    layouts.terms_and_explanations,
    layouts.letter,
    layouts.cards,
    layouts.folded_list,
    layouts.tables_beside_each_other,
]


def line(x: float, y: float, width: float, height: float = 20, text: str = "") -> Line:
    corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    return Line(text or f"{x:g},{y:g}", 0.9, corners)


def texts(blocks: tuple[Block, ...]) -> list[str]:
    return [one.text for block in blocks for one in block.lines]


def read(page: Page, **photograph: float) -> list[str]:
    return texts(reading_order(page.photographed(**photograph), 3000, 4000))


@pytest.mark.parametrize("make", LAYOUTS, ids=lambda make: make.__name__)
def test_lines_come_in_the_order_in_which_they_were_set(make: Callable[[random.Random], Page]) -> None:
    for seed in range(10):
        rng = random.Random(seed)
        page = make(rng)
        assert read(page, skew=rng.uniform(-3, 3)) == page.texts, f"seed {seed}"


@pytest.mark.parametrize("make", LAYOUTS, ids=lambda make: make.__name__)
def test_boxes_that_are_not_quite_as_skewed_as_their_page_do_no_harm(make: Callable[[random.Random], Page]) -> None:
    for seed in range(5):
        rng = random.Random(seed)
        page = make(rng)
        assert read(page, skew=rng.choice([-5, -2, 2, 5]), wobble=1.0) == page.texts, f"seed {seed}"


@pytest.mark.parametrize("make", LAYOUTS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("scale", [9, 90])
def test_the_resolution_makes_no_difference(make: Callable[[random.Random], Page], scale: float) -> None:
    page = make(random.Random(3))
    assert read(page, scale=scale) == page.texts


@pytest.mark.parametrize("gutter", [1, 1.5, 2, 3, 4])
@pytest.mark.parametrize("count", [2, 3, 4])
def test_gutters_of_one_to_four_line_heights_part_columns(count: int, gutter: float) -> None:
    page = Page(random.Random(count))
    page.columns(15, gutter, [25] * count)
    assert read(page, skew=1) == page.texts


def test_nothing_comes_of_nothing() -> None:
    assert reading_order([], 100, 100) == ()
    assert page_text(()) == ""


def test_each_line_comes_out_once_and_unchanged() -> None:
    lines = layouts.headings_across_columns(random.Random(1)).photographed()
    found = [one for block in reading_order(lines, 3000, 4000) for one in block.lines]
    assert sorted(map(id, found)) == sorted(map(id, lines))


def test_the_order_in_which_the_lines_come_makes_no_difference() -> None:
    lines = [line(0, 0, 50, 20, "one"), line(0, 0, 50, 20, "two")]
    lines += layouts.table_beside_text(random.Random(1)).photographed()
    assert reading_order(lines, 3000, 4000) == reading_order(lines[::-1], 3000, 4000)


def test_a_page_header_is_read_before_the_columns_and_a_footer_after_them() -> None:
    page = Page(random.Random(0))
    page.line(0, 0, 9)
    page.line(38, 0, 2)
    page.columns(18, 4, [20, 20], y=3)
    page.line(0, 32, 5)
    page.line(36, 32, 4)
    assert read(page) == page.texts


def test_headings_of_two_columns_at_one_height_stay_with_their_columns() -> None:
    page = Page(random.Random(0))
    for x in (0, 20):
        page.line(x, 0, 8)
        page.prose(x, 2.2, 18, 20)
    assert read(page) == page.texts


def test_a_masthead_of_many_rows_is_read_before_the_columns_under_it() -> None:
    page = Page(random.Random(0))
    for row in range(4):
        page.line(0, row * 1.2, 12)
        page.line(28, row * 1.2, 8)
    page.columns(18, 4, [40, 40], y=8)
    assert read(page) == page.texts


def test_columns_that_begin_with_a_few_rows_above_their_pictures_are_no_masthead() -> None:
    page = Page(random.Random(0))
    for x in (0, 21):
        page.prose(x, 0, 18, 5)
        page.prose(x, 16, 18, 30)
    assert read(page) == page.texts


def test_a_heading_that_ends_before_the_last_column_parts_it_too() -> None:
    page = Page(random.Random(0))
    below = page.columns(12, 2, [12, 12, 12])
    page.line(0, below + 0.5, 25)
    page.columns(12, 2, [12, 12, 12], y=below + 2)
    assert read(page) == page.texts


def test_a_title_in_the_middle_is_read_first_though_it_begins_right_of_the_first_column() -> None:
    page = Page(random.Random(0))
    page.line(15.5, 0, 26, 1.5)
    page.columns(12, 3, [20, 20, 14, 14], y=2.6)
    assert read(page) == page.texts


def test_lines_that_reach_into_the_gutter_and_lines_in_pieces_break_no_column() -> None:
    page = Page(random.Random(0))
    for x in (0, 16.2):
        for row in range(30):
            if row % 3:
                for piece in (0, 5.2, 10.4):
                    page.line(x + piece, row * 1.2, 4.6)
            else:
                page.line(x, row * 1.2, 15.8 if row % 9 == 0 else 15)
    assert read(page) == page.texts


def test_the_fields_of_a_form_far_apart_are_read_row_by_row() -> None:
    page = Page(random.Random(0))
    for row in range(10):
        page.line(0, row * 3, 9)
        page.line(12, row * 3, 9)
    assert read(page) == page.texts


def test_a_few_long_entries_side_by_side_on_a_receipt_are_read_row_by_row() -> None:
    page = Page(random.Random(0))
    for row in range(4):
        page.line(0, row * 1.2, 8)
        page.line(14, row * 1.2, 9.5)
    assert read(page) == page.texts


def test_headings_that_are_there_twice_over_rows_with_labels_are_those_of_one_table() -> None:
    page = Page(random.Random(0))
    for column, heading in enumerate(("Units", "Value", "Units", "Value")):
        page.line(12 + column * 6, 0, 4, text=heading)
    page.table(1.5, [11, 6, 6, 6, 6], 12)
    assert read(page) == page.texts


def test_groups_of_columns_are_those_of_one_table() -> None:
    page = Page(random.Random(0))
    for row in range(20):
        for x, width in ((0, 9), (14, 3), (18, 3), (22, 3), (30, 3), (34, 3), (38, 3)):
            page.line(x, row * 1.3, width)
    assert read(page) == page.texts


def test_line_numbers_are_a_block_before_their_text_though_some_were_overlooked() -> None:
    rows = [line(100, row * 26, 500 if row % 3 else 440, text=f"row {row}") for row in range(30)]
    numbers = [line(40 if row < 9 else 30, row * 26, 10 if row < 9 else 20, text=str(row + 1)) for row in range(30)]
    del numbers[7], numbers[0]
    blocks = reading_order([line(100, -80, 300, text="heading"), *rows, *numbers], 700, 900)
    assert [block.text for block in blocks] == ["heading", "\n".join(one.text for one in numbers), blocks[2].text]
    assert list(blocks[2].lines) == rows


def test_numbers_that_do_not_rise_from_line_to_line_stay_with_their_lines() -> None:
    rng = random.Random(0)
    rows = [(line(30, row * 26, 20, text=str(rng.randint(1, 99))), line(100, row * 26, 500)) for row in range(30)]
    blocks = reading_order([one for row in rows for one in row], 700, 900)
    assert [row for block in blocks for row in block.rows] == rows


def block_of(*cells: tuple[float, float, str]) -> str:
    (block,) = reading_order([line(x, y, 9 * len(text), text=text) for x, y, text in cells], 900, 300)
    return block.text


def test_a_cell_of_several_lines_is_read_whole() -> None:
    description = ((0, 0, "Fee for the"), (0, 26, "establishment of"), (0, 52, "a new account"), (300, 26, "25.00"))
    assert block_of(*description) == "Fee for the establishment of a new account 25.00"
    headings = ((0, 0, "Site"), (100, 0, "Total flow"), (250, 0, "Low flow"), (400, 0, "Estimated from both"))
    further = ((100, 26, "reduction (%)"), (250, 26, "reduction (%)"), (400, 26, "Total"), (500, 26, "Low"))
    words = "Site Total flow reduction (%) Low flow reduction (%) Estimated from both Total Low"
    assert block_of(*headings, *further) == words


@pytest.mark.parametrize(
    "rows",
    [
        ("Fee", "Paid", "Interest", "Open"),
        ("Name", "the name of the file", "Type", "the kind of the file"),
        ("name", "of the file", "type", "of the file"),
        ("PRICE", "AMOUNT", "(RM)", "(RM)"),
        ("Bread", "2.00", "1.00", "0.50"),
    ],
)
def test_rows_whose_lines_do_not_go_on_below_are_read_across(rows: tuple[str, str, str, str]) -> None:
    places = ((0, 0), (300, 0), (0, 26), (300, 26))
    across = block_of(*((*place, text) for place, text in zip(places, rows, strict=True)))
    assert across == f"{rows[0]} {rows[1]}\n{rows[2]} {rows[3]}"


def test_a_sidebar_is_read_before_the_text_that_goes_on_below_it() -> None:
    page = Page(random.Random(0))
    page.prose(0, 0, 36, 20)
    for row in range(20):
        page.line(39, 0.3 + row * 1.1, 8)
    page.prose(0, 28, 36, 8)
    assert read(page) == page.texts


def test_a_logo_beside_text_belongs_to_no_row_of_it() -> None:
    lines = [line(0, 0, 90, 100, "LOGO")] + [line(150, y, 300) for y in (0, 27, 54, 81)]
    rows = [row for block in reading_order(lines, 500, 200) for row in block.rows]
    assert all(len(row) == 1 for row in rows)


def test_the_two_halves_of_a_receipts_line_stand_on_one_row_though_the_paper_is_curled() -> None:
    halves = [(line(0, y, 120), line(300, y + 7, 60)) for y in range(0, 300, 26)]
    blocks = reading_order([one for pair in halves for one in pair], 400, 400)
    assert [row for block in blocks for row in block.rows] == halves


def test_a_box_that_leans_into_the_row_above_stays_in_its_own_row() -> None:
    upper, lower = line(720, 1233, 197, 14), line(720, 1247, 97, 16)
    upper_value, leaning = line(975, 1232, 33, 20), line(971, 1240, 40, 28)
    (block,) = reading_order([upper, lower, upper_value, leaning], 1200, 1400)
    assert block.rows == ((upper, upper_value), (lower, leaning))


def test_a_line_of_white_parts_two_blocks_and_so_does_a_change_of_letter_size() -> None:
    heading = [line(0, 0, 200, 40)]
    paragraphs = [[line(0, y, 400) for y in (45, 71, 97)], [line(0, y, 400) for y in (150, 176, 202)]]
    blocks = reading_order([*heading, *paragraphs[0], *paragraphs[1]], 500, 300)
    assert [list(block.lines) for block in blocks] == [heading, *paragraphs]


def test_an_indent_begins_a_paragraph_but_a_shorter_row_of_centred_text_does_not() -> None:
    indented = [line(40 if y == 78 else 0, y, 360 if y == 78 else 400) for y in range(0, 156, 26)]
    assert [len(block.lines) for block in reading_order(indented, 500, 300)] == [3, 3]
    centred = [line(60 if y == 78 else 0, y, 280 if y == 78 else 400) for y in range(0, 156, 26)]
    assert [len(block.lines) for block in reading_order(centred, 500, 300)] == [6]


def test_rows_of_several_lines_make_a_table_and_its_box_holds_them_all() -> None:
    cells = [line(x, y, 60) for y in range(0, 130, 26) for x in (0, 150, 300)]
    (table,) = reading_order(cells, 400, 200)
    assert (table.kind, table.bbox, len(table.rows)) == ("table", (0, 0, 360, 124), 5)
    (text,) = reading_order([line(0, y, 300) for y in range(0, 130, 26)], 400, 200)
    assert text.kind == "text"


def test_text_has_a_row_on_each_line_and_a_blank_line_between_blocks() -> None:
    lines = [line(0, 0, 100, text="Tea"), line(200, 0, 50, text="1.20"), line(0, 26, 100, text="Sum")]
    blocks = reading_order([*lines, line(0, 120, 200, text="Thank you")], 300, 200)
    assert page_text(blocks) == "Tea 1.20\nSum\n\nThank you"


def test_arabic_is_read_from_the_right_column_to_the_left_one_and_a_row_from_its_right_end() -> None:
    page = Page(random.Random(0))
    for x in (22, 0):
        page.prose(x, 0, 19, 20)
    page.table(30, [5, 5, 5], 0)
    for x in (33, 13, 0):
        page.line(x, 32, 4)
    page.texts = [f"سطر رقم {number}" for number in range(len(page.texts))]
    assert read(page) == page.texts


def test_vertical_writing_is_read_from_the_right_to_the_left() -> None:
    columns = [line(x, 0, 20, 400, "縦書きの行") for x in range(500, 0, -30)]
    assert [one for block in reading_order(columns[::-1], 600, 400) for one in block.lines] == columns


def test_a_stamp_standing_upright_in_the_gutter_comes_last_and_parts_nothing() -> None:
    page = Page(random.Random(0))
    page.columns(18, 3, [20, 20])
    stamp = line(23.8 * 30, 200, 20, 500, "arXiv:1234.5678")
    assert texts(reading_order([*page.photographed(), stamp], 2000, 2000)) == [*page.texts, stamp.text]


@pytest.mark.parametrize(
    "lines",
    [
        [line(0, 0, 0, 0)],
        [line(0, 0, 0, 0), line(0, 0, 0, 0)] * 5,
        [line(5, 5, 100)] * 12,
        [line(0, 0, 1000, 1000), *(line(x, y, 90) for x in range(0, 900, 100) for y in range(0, 900, 30))],
    ],
    ids=["a point", "points", "one box many times", "a box around all others"],
)
def test_odd_boxes_lose_no_line(lines: list[Line]) -> None:
    assert len(texts(reading_order(lines, 1000, 1000))) == len(lines)


def test_two_thousand_lines_are_put_in_order() -> None:
    page = Page(random.Random(0))
    page.columns(25, 2, [500] * 4)
    assert read(page, scale=12) == page.texts

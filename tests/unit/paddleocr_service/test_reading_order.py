"""The reading order of pages whose order is known, and properties that hold for any page."""

import random
from collections.abc import Callable

import pytest

from paddleocr_service.reading_order import page_text, reading_order
from paddleocr_service.results import Line
from tests.support import layouts
from tests.support.synthetic_page import SyntheticPage, line_at, read_page, texts_of

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
    layouts.wrapped_list,
    layouts.tables_side_by_side,
]
CreatePage = Callable[[random.Random], SyntheticPage]


@pytest.mark.parametrize("create", LAYOUTS, ids=lambda create: create.__name__)
def test_layout_is_read_in_order(create: CreatePage) -> None:
    for seed in range(10):
        rng = random.Random(seed)
        page = create(rng)
        assert read_page(page, skew=rng.uniform(-3, 3)) == page.texts, f"seed {seed}"


@pytest.mark.parametrize("create", LAYOUTS, ids=lambda create: create.__name__)
def test_lines_may_differ_from_the_skew_of_the_page(create: CreatePage) -> None:
    for seed in range(5):
        rng = random.Random(seed)
        page = create(rng)
        assert read_page(page, skew=rng.choice([-5, -2, 2, 5]), skew_error=1.0) == page.texts, f"seed {seed}"


@pytest.mark.parametrize("create", LAYOUTS, ids=lambda create: create.__name__)
@pytest.mark.parametrize("scale", [9, 90])
def test_order_does_not_depend_on_the_resolution(create: CreatePage, scale: float) -> None:
    page = create(random.Random(3))
    assert read_page(page, scale=scale) == page.texts


def test_no_lines_give_no_blocks() -> None:
    assert reading_order([], 100, 100) == ()
    assert page_text(()) == ""


def test_each_line_is_returned_once_and_unchanged() -> None:
    lines = layouts.headings_across_columns(random.Random(1)).detected_lines()
    found = [line for block in reading_order(lines, 3000, 4000) for line in block.lines]
    assert sorted(map(id, found)) == sorted(map(id, lines))


def test_order_of_the_input_does_not_matter() -> None:
    lines = [line_at(0, 0, 50, 20, "one"), line_at(0, 0, 50, 20, "two")]
    lines += layouts.table_beside_text(random.Random(1)).detected_lines()
    assert reading_order(lines, 3000, 4000) == reading_order(lines[::-1], 3000, 4000)


def test_arabic_is_read_from_right_to_left() -> None:
    page = SyntheticPage(random.Random(0))
    for x in (22, 0):
        page.prose(x, 0, 19, 20)
    page.table(30, [5, 5, 5], 0)
    for x in (33, 13, 0):
        page.line(x, 32, 4)
    page.texts = [f"سطر رقم {number}" for number in range(len(page.texts))]
    assert read_page(page) == page.texts


def test_vertical_writing_is_read_from_right_to_left() -> None:
    columns = [line_at(x, 0, 20, 400, "縦書きの行") for x in range(500, 0, -30)]
    blocks = reading_order(columns[::-1], 600, 400)
    assert [line for block in blocks for line in block.lines] == columns


def test_vertical_stamp_in_the_gutter_comes_last() -> None:
    page = SyntheticPage(random.Random(0))
    page.columns(18, 3, [20, 20])
    stamp = line_at(23.8 * 30, 200, 20, 500, "arXiv:1234.5678")
    assert texts_of(reading_order([*page.detected_lines(), stamp], 2000, 2000)) == [*page.texts, stamp.text]


@pytest.mark.parametrize(
    "lines",
    [
        [line_at(0, 0, 0, 0)],
        [line_at(0, 0, 0, 0), line_at(0, 0, 0, 0)] * 5,
        [line_at(5, 5, 100)] * 12,
        [line_at(0, 0, 1000, 1000), *(line_at(x, y, 90) for x in range(0, 900, 100) for y in range(0, 900, 30))],
    ],
    ids=["point", "points", "identical boxes", "box around all others"],
)
def test_degenerate_boxes_lose_no_line(lines: list[Line]) -> None:
    assert len(texts_of(reading_order(lines, 1000, 1000))) == len(lines)


def test_two_thousand_lines_are_ordered() -> None:
    page = SyntheticPage(random.Random(0))
    page.columns(25, 2, [500] * 4)
    assert read_page(page, scale=12) == page.texts

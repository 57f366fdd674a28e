"""The reading order of columns, and of what is above, below and between them."""

import random

import pytest

from tests.support.synthetic_page import SyntheticPage, read_page


@pytest.fixture
def page() -> SyntheticPage:
    return SyntheticPage(random.Random(0))


@pytest.mark.parametrize("gutter", [1, 1.5, 2, 3, 4])
@pytest.mark.parametrize("count", [2, 3, 4])
def test_gutter_of_one_to_four_line_heights_separates_columns(count: int, gutter: float) -> None:
    page = SyntheticPage(random.Random(count))
    page.columns(15, gutter, [25] * count)
    assert read_page(page, skew=1) == page.texts


def test_page_header_comes_first_and_footer_last(page: SyntheticPage) -> None:
    page.line(0, 0, 9)
    page.line(38, 0, 2)
    page.columns(18, 4, [20, 20], y=3)
    page.line(0, 32, 5)
    page.line(36, 32, 4)
    assert read_page(page) == page.texts


def test_column_headings_on_one_row_stay_with_their_columns(page: SyntheticPage) -> None:
    for x in (0, 20):
        page.line(x, 0, 8)
        page.prose(x, 2.2, 18, 20)
    assert read_page(page) == page.texts


def test_masthead_of_several_rows_comes_before_the_columns(page: SyntheticPage) -> None:
    for row in range(4):
        page.line(0, row * 1.2, 12)
        page.line(28, row * 1.2, 8)
    page.columns(18, 4, [40, 40], y=8)
    assert read_page(page) == page.texts


def test_first_rows_of_columns_above_figures_are_no_masthead(page: SyntheticPage) -> None:
    for x in (0, 21):
        page.prose(x, 0, 18, 5)
        page.prose(x, 16, 18, 30)
    assert read_page(page) == page.texts


def test_heading_ends_columns_that_it_does_not_reach(page: SyntheticPage) -> None:
    below = page.columns(12, 2, [12, 12, 12])
    page.line(0, below + 0.5, 25)
    page.columns(12, 2, [12, 12, 12], y=below + 2)
    assert read_page(page) == page.texts


def test_centred_title_comes_before_the_first_column(page: SyntheticPage) -> None:
    page.line(15.5, 0, 26, 1.5)
    page.columns(12, 3, [20, 20, 14, 14], y=2.6)
    assert read_page(page) == page.texts


def test_lines_in_the_gutter_and_lines_in_pieces_do_not_break_columns(page: SyntheticPage) -> None:
    for x in (0, 16.2):
        for row in range(30):
            if row % 3:
                for piece in (0, 5.2, 10.4):
                    page.line(x + piece, row * 1.2, 4.6)
            else:
                page.line(x, row * 1.2, 15.8 if row % 9 == 0 else 15)
    assert read_page(page) == page.texts


def test_sidebar_comes_before_the_text_below_it(page: SyntheticPage) -> None:
    page.prose(0, 0, 36, 20)
    for row in range(20):
        page.line(39, 0.3 + row * 1.1, 8)
    page.prose(0, 28, 36, 8)
    assert read_page(page) == page.texts


def test_line_that_begins_in_the_gutter_does_not_close_it(page: SyntheticPage) -> None:
    for x in (0, 19):
        for row in range(30):
            page.line(x - (0.5 if x and row % 12 == 5 else 0), row * 1.3, 18)
    assert read_page(page) == page.texts


def test_rows_that_join_across_a_narrow_gutter_do_not_close_another(page: SyntheticPage) -> None:
    page.columns(13, 0.9, [30] * 4, ragged=0)
    assert read_page(page) == page.texts


def test_short_side_column_on_the_left_comes_before_the_headline_beside_it(page: SyntheticPage) -> None:
    for row in range(7):
        page.line(0, row * 2.4 + (0.4 if row == 0 else 1.5), 9, 1.4 if row == 0 else 1)
    page.line(13, 0, 36, 2.2)
    for x in (13, 33):
        page.prose(x, 4, 18, 36)
    assert read_page(page) == page.texts


def test_heading_above_the_right_columns_is_read_after_the_left_one(page: SyntheticPage) -> None:
    page.line(0, 0, 34, 3)
    for y in (14, 32):
        page.prose(0, y, 22, 4)
    page.line(26, 5, 38, 1.4)
    page.line(26, 7, 34, 1.4)
    for x in (26, 47):
        page.prose(x, 10, 18, 36)
    assert read_page(page) == page.texts


def test_prices_are_read_with_the_items_on_their_left(page: SyntheticPage) -> None:
    for x, shift in ((0, 0), (34, 0.7)):
        y = shift
        for _ in range(9):
            page.line(x, y, 8)
            page.line(x + 25.5, y, 2.5)
            page.line(x, y + 1.2, page.rng.uniform(16, 22))
            y += page.rng.uniform(3, 4)
    assert read_page(page) == page.texts


def test_particulars_at_the_right_edge_are_read_after_the_title_on_their_left(page: SyntheticPage) -> None:
    page.line(0, 0, 22, 1.8)
    page.line(0, 2.2, 12)
    page.line(26, 2.2, 7)
    page.line(60, 0.4, 7)
    page.line(62, 2.3, 5)
    page.prose(0, 3.6, 33, 40)
    page.prose(36, 4.5, 31, 30)
    assert read_page(page) == page.texts


def test_number_above_each_column_stays_with_it(page: SyntheticPage) -> None:
    page.line(14, 0, 30)
    for x in (0, 30):
        page.line(x + 24, 2.5, 1.5)
        page.prose(x, 6, 26, 30)
    assert read_page(page) == page.texts


def test_short_words_beside_running_text_are_a_column(page: SyntheticPage) -> None:
    for row, width in enumerate((8, 8, 3, 3.5, 3, 2.5, 3)):
        page.line(0, row * 1.25, width, 0.9)
    page.prose(14, 0, 36, 10, 1.45)
    page.line(0, 18, 20)
    for x in (0, 26):
        page.prose(x, 20, 24, 30)
    assert read_page(page) == page.texts

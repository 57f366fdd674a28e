"""The reading order of columns below a headline that is over the first of them alone."""

import random

import pytest

from tests.support.synthetic_page import SyntheticPage, read_page


@pytest.fixture
def page() -> SyntheticPage:
    return SyntheticPage(random.Random(0))


def story(page: SyntheticPage, x: float, y: float, count: int, rows: int, headline: float = 10.0) -> float:
    """A story of columns, whose headline is shorter than the first. Return the y below it."""
    page.line(x, y, headline, 2)
    for column in range(count):
        page.prose(x + column * 16, y + 3.2, 14, rows, ragged=0)
    return y + 3.2 + rows * 1.3


def test_short_headline_ends_the_columns_above_it(page: SyntheticPage) -> None:
    y = story(page, 0, 0, 2, 20)
    story(page, 0, y + 2, 2, 20)
    story(page, 32, 0, 1, 37)
    assert read_page(page, skew=1) == page.texts


def test_headline_of_several_rows_ends_the_columns_above_it(page: SyntheticPage) -> None:
    y = story(page, 0, 0, 3, 20)
    page.line(0, y + 2, 12, 2)
    story(page, 0, y + 4.5, 3, 20)
    assert read_page(page) == page.texts


def test_tall_first_line_of_the_text_is_not_in_the_headline(page: SyntheticPage) -> None:
    y = story(page, 0, 0, 2, 20) + 2
    page.line(0, y, 10, 2.5)
    page.line(0, y + 3.2, 14, 1.4)
    page.prose(0, y + 4.8, 14, 20, ragged=0)
    page.prose(16, y + 3.4, 14, 20, ragged=0)
    assert read_page(page) == page.texts


def test_tall_line_of_running_text_is_no_headline(page: SyntheticPage) -> None:
    for row in range(30):
        page.line(0, row * 1.3, 14, 1.4 if row == 15 else 1)
    page.prose(16, 0, 14, 12, ragged=0)
    page.prose(16, 16 * 1.3, 14, 14, ragged=0)
    assert read_page(page) == page.texts


def test_columns_that_begin_on_another_level_are_not_below_a_headline(page: SyntheticPage) -> None:
    y = page.prose(0, 0, 14, 20, ragged=0)
    story(page, 0, y + 2, 1, 20)
    page.prose(16, 0, 14, 20, ragged=0)
    page.prose(16, y + 4.4, 14, 20, ragged=0)
    assert read_page(page) == page.texts


def test_page_numbers_above_columns_are_no_headline(page: SyntheticPage) -> None:
    page.line(10, 0, 36, 1.1)
    for x in (0, 30):
        for y in (3, 40):
            page.line(x + 24, y, 1.5, 1.4)
            page.prose(x, y + 2.8, 26, 25)
    assert read_page(page) == page.texts

"""The reading order of stories below each other, each with columns of its own."""

import random

import pytest

from tests.support.synthetic_page import SyntheticPage, read_page


@pytest.fixture
def page() -> SyntheticPage:
    return SyntheticPage(random.Random(0))


def picture_story(page: SyntheticPage) -> float:
    """A story of four columns; a caption over the second and the third ends the gutter between them."""
    page.prose(0, 0, 14, 30, ragged=0)
    page.line(16, 12, 24)
    for x in (16, 32):
        page.prose(x, 14, 14, 19, ragged=0)
    return page.prose(48, 0, 14, 30, ragged=0)


def test_headline_over_two_columns_ends_all_columns_above_it(page: SyntheticPage) -> None:
    y = picture_story(page) + 2
    page.line(0, y, 26, 2.2)
    for x in (0, 16):
        page.prose(x, y + 3.5, 14, 30, ragged=0)
    page.line(32, y, 18, 1.5)
    for x in (32, 48):
        page.prose(x, y + 2.5, 14, 30, ragged=0)
    assert read_page(page) == page.texts


def test_large_heading_of_one_column_does_not_end_the_others(page: SyntheticPage) -> None:
    page.prose(0, 0, 14, 20, ragged=0)
    page.line(0, 29, 12, 1.6)
    page.prose(0, 31.5, 14, 20, ragged=0)
    page.prose(16, 0, 14, 20, ragged=0)
    page.prose(16, 30, 14, 20, ragged=0)
    assert read_page(page) == page.texts


def test_logo_beside_an_address_is_read_before_it(page: SyntheticPage) -> None:
    page.line(0, 1, 20, 4)
    for row in range(6):
        page.line(44, row * 1.3, 14 - row % 3)
    page.line(44, 11, 12)
    page.prose(0, 15, 58, 20)
    assert read_page(page) == page.texts


def test_headlines_side_by_side_end_all_columns_above_them(page: SyntheticPage) -> None:
    y = picture_story(page) + 2
    page.line(0, y, 12, 2.2)
    page.prose(0, y + 3.5, 14, 30, ragged=0)
    page.line(16, y, 12, 1.5)
    for x in (16, 32, 48):
        page.prose(x, y + 3, 14, 30, ragged=0)
    assert read_page(page) == page.texts


def test_headlines_whose_boxes_touch_are_side_by_side(page: SyntheticPage) -> None:
    y = picture_story(page) + 2
    for x, width in ((0, 16), (16, 12)):
        page.line(x, y, width, 2.2)
        page.prose(x, y + 3.5 + x / 20, 14, 30, ragged=0)
        if x:
            page.prose(x + 16, y + 3.5 + x / 20, 14, 30, ragged=0)
            page.prose(x + 32, y + 3.5 + x / 20, 14, 30, ragged=0)
    assert read_page(page) == page.texts


def test_small_headings_that_are_level_do_not_end_their_columns(page: SyntheticPage) -> None:
    for x in (0, 20):
        page.prose(x, 0, 18, 15, ragged=0)
        page.line(x, 21.5, 10, 1.3)
        page.prose(x, 24, 18, 15, ragged=0)
    assert read_page(page) == page.texts


def test_column_with_a_quote_is_no_list_of_terms(page: SyntheticPage) -> None:
    for y in [*(row * 1.5 for row in range(12)), 20.8, 23.4, 26, *(29.9 + row * 1.5 for row in range(9))]:
        page.line(0, y, 14)
    for row in range(32):
        page.line(16, row * 1.3, 30)
    assert read_page(page) == page.texts

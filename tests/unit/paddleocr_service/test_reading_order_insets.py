"""The reading order of text that flows around large type."""

import random

import pytest

from paddleocr_service.reading_order import reading_order
from tests.support.synthetic_page import SyntheticPage, read_page, texts_of


@pytest.fixture
def page() -> SyntheticPage:
    return SyntheticPage(random.Random(0))


def blocks_of(page: SyntheticPage) -> list[tuple[str, list[str]]]:
    return [(block.kind, texts_of([block])) for block in reading_order(page.detected_lines(), 3000, 4000)]


def wrapped_column(page: SyntheticPage, x: float, narrow_x: float) -> None:
    """A column of 20 wide; from row 8 to 14 it is 13 wide."""
    for row in range(24):
        narrow = 8 <= row < 14
        page.line(narrow_x if narrow else x, row * 1.3, 13 if narrow else 20)


def test_quote_across_two_columns_is_in_the_lines_of_neither(page: SyntheticPage) -> None:
    wrapped_column(page, 0, 0)
    wrapped_column(page, 22, 29)
    columns = list(page.texts)
    for row in range(3):
        page.line(14, 11.2 + row * 2, 14, 1.6 if row else 1.3, f"quote {row}")
    read = read_page(page)
    assert [text for text in read if not text.startswith("quote")] == columns
    assert ("side_note", ["quote 0", "quote 1", "quote 2"]) in blocks_of(page)


def test_logo_at_the_beginning_of_a_paragraph_is_read_before_it(page: SyntheticPage) -> None:
    page.line(0, 0, 6, 4)
    page.line(0, 4.4, 6, 1.5)
    for row in range(12):
        page.line(7 if row < 6 else 0, row * 1.3, 23 if row < 6 else 30)
    assert read_page(page) == page.texts


def test_headline_of_the_middle_column_is_no_inset(page: SyntheticPage) -> None:
    page.prose(0, 0, 18, 30)
    for row in range(2):
        page.line(20, 8 + row * 2, 17, 1.6)
    page.prose(20, 13, 18, 20)
    page.prose(40, 0, 18, 30)
    kinds = {kind for kind, _ in blocks_of(page)}
    assert kinds == {"paragraph"}
    assert read_page(page) == page.texts


def test_title_beside_a_side_column_is_no_inset(page: SyntheticPage) -> None:
    for row in range(3):
        page.line(0, row * 2.2, 24, 1.8)
    page.prose(0, 8, 34, 30)
    page.prose(38, 0, 14, 26)
    assert read_page(page) == page.texts

"""Columns of digits that were detected as one vertical line."""

import pytest

from paddleocr_service.digit_columns import split_digit_columns
from paddleocr_service.results import Line, Word


def line(text: str, x0: float, y0: float, x1: float, y1: float, words: bool = False) -> Line:
    corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return Line(text, 0.9, corners, (Word(text, 0.9, corners),) if words else ())


CELLS = [line(f"cell {row}", 100, 40 * row, 300, 40 * row + 38) for row in range(6)]


@pytest.mark.parametrize("words", [False, True])
def test_digits_beside_rows_become_lines(words: bool) -> None:
    *others, first, second, third = split_digit_columns([*CELLS, line("123", 20, 0, 55, 120, words)])
    assert others == CELLS
    assert [one.text for one in (first, second, third)] == ["1", "2", "3"]
    assert second == line("2", 20, 40, 55, 80, words)


def test_digits_of_a_skewed_column_are_skewed() -> None:
    skewed = Line("12", 0.9, ((20, 0), (55, 0), (65, 80), (30, 80)))
    assert split_digit_columns([*CELLS, skewed])[-1].polygon == ((25, 40), (60, 40), (65, 80), (30, 80))


@pytest.mark.parametrize(
    "other",
    [
        line("123", 20, 0, 55, 60),  # a number rotated by 90 degrees
        line("123", 20, 400, 55, 520),  # nothing beside it
        line("1A3", 20, 0, 55, 120),
        line("1", 20, 0, 35, 40),
        line("123", 20, 0, 80, 38),
    ],
    ids=["rotated", "alone", "with a letter", "one digit", "horizontal"],
)
def test_other_lines_are_unchanged(other: Line) -> None:
    assert split_digit_columns([*CELLS, other]) == [*CELLS, other]

"""Columns of digits that were detected as one vertical line."""

import pytest

from paddleocr_service.digit_columns import is_stacked, split_digit_columns
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
        line("1 3", 20, 0, 55, 120),
        line("1", 20, 0, 35, 40),
        line("123", 20, 0, 80, 38),
    ],
    ids=["rotated", "alone", "with a space", "one digit", "horizontal"],
)
def test_other_lines_are_unchanged(other: Line) -> None:
    assert split_digit_columns([*CELLS, other]) == [*CELLS, other]


def test_letters_beside_rows_become_lines() -> None:
    assert [one.text for one in split_digit_columns([*CELLS, line("CAB", 20, 0, 55, 120)])][-3:] == ["C", "A", "B"]


def test_columns_beside_each_other_become_lines() -> None:
    columns = [line("123", 20, 0, 55, 120), line("A78", 90, 2, 125, 122)]
    assert [one.text for one in split_digit_columns(columns)] == list("123A78")


def test_vertical_sign_beside_one_line_is_unchanged() -> None:
    sign = line("HOTEL", 20, 0, 55, 200)
    assert split_digit_columns([sign, CELLS[2]]) == [sign, CELLS[2]]


@pytest.mark.parametrize(
    ("text", "width", "height", "stacked"),
    [("8213", 30, 160, True), ("8213", 160, 30, True), ("8213", 30, 80, False), ("7", 20, 60, False)],
)
def test_characters_are_stacked_if_they_are_far_apart(text: str, width: float, height: float, stacked: bool) -> None:
    assert is_stacked(line(text, 0, 0, width, height)) == stacked

"""Columns of digits that were found as one standing line."""

import pytest

from paddleocr_service.results import Line, Word
from paddleocr_service.stacks import unstacked


def line(text: str, x0: float, y0: float, x1: float, y1: float, words: bool = False) -> Line:
    corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return Line(text, 0.9, corners, (Word(text, 0.9, corners),) if words else ())


CELLS = [line(f"cell {row}", 100, 40 * row, 300, 40 * row + 38) for row in range(6)]


@pytest.mark.parametrize("words", [False, True])
def test_digits_beside_rows_are_a_line_each(words: bool) -> None:
    *others, first, second, third = unstacked([*CELLS, line("123", 20, 0, 55, 120, words)])
    assert others == CELLS
    assert [one.text for one in (first, second, third)] == ["1", "2", "3"]
    assert second == line("2", 20, 40, 55, 80, words)


def test_a_stack_that_leans_gives_digits_that_lean() -> None:
    leaning = Line("12", 0.9, ((20, 0), (55, 0), (65, 80), (30, 80)))
    assert unstacked([*CELLS, leaning])[-1].polygon == ((25, 40), (60, 40), (65, 80), (30, 80))


@pytest.mark.parametrize(
    "whole",
    [
        line("123", 20, 0, 55, 60),  # a number on its side
        line("123", 20, 400, 55, 520),  # nothing beside it
        line("1A3", 20, 0, 55, 120),
        line("1", 20, 0, 35, 40),
        line("123", 20, 0, 80, 38),
    ],
    ids=["on its side", "alone", "with a letter", "one digit", "level"],
)
def test_all_else_stays_as_it_was(whole: Line) -> None:
    assert unstacked([*CELLS, whole]) == [*CELLS, whole]

"""Spaces inside numbers of typewriter faces."""

import numpy as np
import pytest

from paddleocr_service.digit_groups import spaces_in_numbers, steps_of


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("22, 555,001.55", "22,555,001.55"),
        ("22,555, 001.55", "22,555,001.55"),
        ("1, 222, 777.55", "1,222,777.55"),
        ("TOTAL 11,222, 777.11 EUR", "TOTAL 11,222,777.11 EUR"),
        ("1,250, 000", "1,250,000"),
        ("1,000 and 2,000", "1,000 and 2,000"),
        ("10, 200, 300", "10, 200, 300"),
        ("rooms 12, 140", "rooms 12, 140"),
        ("12, 140.50", "12, 140.50"),
        ("on 3 May, 2000", "on 3 May, 2000"),
        ("5, 10, 15", "5, 10, 15"),
        ("1,2, 345,678", "1,2, 345,678"),
        ("1,234, 5678", "1,234, 5678"),
        ("", ""),
    ],
)
def test_spaces_in_groups_of_digits_are_none(text, plain):
    wrong = spaces_in_numbers(text)
    assert "".join(char for at, char in enumerate(text) if at not in wrong) == plain


def test_steps_are_those_of_the_characters():
    best = np.array([0, 1, 1, 0, 1, 2, 2, 0, 3])
    assert steps_of([0, 2], best) == [1, 2, 5, 6]
    assert steps_of([3, 9], best) == [8]

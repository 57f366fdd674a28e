"""Lines in which equal characters may be lost, by the steps of their characters."""

import numpy as np
import pytest

from paddleocr_service.character_pitch import (
    Spacing,
    adds_only_repeats,
    lacks_repeats,
    may_be_narrow,
    measure_spacing,
    places_of,
    scale_for_second_reading,
)

CHARACTERS = "-12,a"
DIGITS = np.array([one.isdigit() for one in CHARACTERS])


def spacing(steps, step_width=8.0):
    best = np.array([CHARACTERS.index(one) for one in steps])
    return measure_spacing(best, DIGITS, len(steps) * step_width, step_width)


def test_pitch_is_that_of_the_closer_half_of_the_digits():
    assert spacing("1-2-1-2-1---2") == Spacing(104 / 6, 16.0, True)
    assert spacing("1-2-1-2") == Spacing(14.0, 16.0, False)


def test_few_digits_have_no_pitch():
    assert spacing("1-2-1").digit_pitch == float("inf")
    assert spacing("1-2,1-2").digit_pitch == float("inf"), "the comma is between them"
    assert spacing("----") == Spacing(32.0)


@pytest.mark.parametrize(("steps", "irregular"), [("1-2", False), ("11-2", True), ("1--2", True), ("aa--a", False)])
def test_digit_of_several_steps_or_wide_gap_is_irregular(steps, irregular):
    assert spacing(steps).irregular == irregular


@pytest.mark.parametrize(
    ("text", "line", "scale"),
    [
        ("2,11,001.11", Spacing(17.6, 18.0), 1.25),
        ("2,11,001.11", Spacing(11.0, 12.0), 1.3),
        ("2,11,001.11", Spacing(21.0, 25.0, irregular=True), 1.15),
        ("2,11,001.11", Spacing(21.0, 25.0), None),
        ("2,11,001.11", Spacing(24.0, 26.0, irregular=True), None),
        ("0077", Spacing(30.0, 33.0, irregular=True), 1.15),
        ("Ref 20110", Spacing(20.0, 20.0, irregular=True), 1.15),
        ("Ref 20110", Spacing(20.0, 20.0), None),
        ("commite", Spacing(16.0), 1.25),
        ("commite", Spacing(17.5), None),
        ("1.1", Spacing(10.0), None),
    ],
)
def test_narrow_lines_are_widened(text, line, scale):
    assert scale_for_second_reading(text, line) == (None if scale is None else pytest.approx(scale))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("2,11,001.11", "2,111,001.11", True),
        ("commite cofe", "committee coffee", True),
        ("11", "1 11", True),
        ("111", "11", False),
        ("11", "1 1", False),
        ("2,11", "2,771", False),
        ("11", "11", False),
    ],
)
def test_second_text_may_only_repeat_characters(first, second, expected):
    assert adds_only_repeats(first, second) == expected


@pytest.mark.parametrize(
    ("text", "other", "lacking"),
    [
        ("commite cofe botle", "committee coffee bottle lll", True),
        ("2,11,001.11", "2,111,001.11", True),
        ("Ref 666", "Ref 66666", True),
        ("committee coffee", "commite cofe", False),
        ("committee coffee", "committee coffee", False),
        ("Total 10", "Tota1 100 EUR", True),
        ("Total 10", "Total 12", False),
        ("*****", "**********", False),
        ("", "11", False),
    ],
)
def test_a_reading_may_lack_repeated_characters_of_another_one(text, other, lacking):
    assert lacks_repeats(text, other) is lacking


@pytest.mark.parametrize(
    ("text", "width", "may_be"),
    [
        ("2,11", 200, True),
        ("Total 1234", 300, True),
        ("Total 12 34 5", 300, False),
        ("Total", 80, True),
        ("Total", 100, False),
        ("11", 20, False),
    ],
    ids=["number", "many digits", "few digits", "close letters", "wide letters", "short"],
)
def test_quick_test_for_narrow_type(text, width, may_be):
    assert may_be_narrow(text, width) is may_be


def test_places_of_spaces_are_shares_of_the_width():
    best = np.array([CHARACTERS.index(one) for one in "1-,,-2--"])
    assert places_of("1,2", ",", best, 0.125) == (0.375,)
    assert places_of("1,", ",", best, 0.125) is None, "another number of characters"

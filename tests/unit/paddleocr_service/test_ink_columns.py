"""Counting the digits of a number by its ink."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from paddleocr_service.cascade import Cascade
from paddleocr_service.ink_columns import has_ink_of, has_ink_of_numbers
from paddleocr_service.line_recogniser import LineReading

NUMBERS = ["2,000,007.55", "555559999", "40.00", "1 000 777.55", "22,555,777.00"]
SIZES = [18, 32, 60]


def drawn(number, size, *, light=False):
    """Draw a number with a gap of two pixels between its digits; return the line (h, w, 3)."""
    font = ImageFont.load_default(size)
    ground, ink = ("black", "white") if light else ("white", "black")
    image = Image.new("RGB", (round(font.getlength(number)) + 3 * len(number) + 8, round(1.5 * size)), ground)
    x = 4.0
    for digit in number:
        ImageDraw.Draw(image).text((round(x), size // 6), digit, font=font, fill=ink)
        x += font.getlength(digit) + 2
    return np.asarray(image)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("number", NUMBERS)
def test_complete_number_has_the_ink_of_its_characters(number, size):
    assert has_ink_of(number, drawn(number, size))
    assert has_ink_of(number, drawn(number, size, light=True))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("number", NUMBERS)
def test_number_without_a_digit_has_not(number, size):
    line = drawn(number, size)
    for index, character in enumerate(number):
        if character != " ":
            assert not has_ink_of(number[:index] + number[index + 1 :], line)


def test_two_touching_digits_do_not_make_up_for_a_lost_one():
    line = np.full((24, 60, 3), 255, np.uint8)
    for x, width in ((2, 6), (10, 14), (26, 6), (34, 6), (42, 6)):
        line[6:18, x : x + width] = 0
    assert not has_ink_of("12345", line)


LINES = ["GST ID:000750673920", "Total (RM) 2,777,005.22", "DATE : 29/02/2022 20:55:50", "No 35"]


def with_spaces(text, size):
    """Draw a line, and return where its spaces are, as shares of its width."""
    font = ImageFont.load_default(size)
    line, x, spaces = drawn(text, size), 4.0, []
    for character in text:
        advance = font.getlength(character) + 2
        if character == " ":
            spaces.append((x + advance / 2) / line.shape[1])
        x += advance
    return line, spaces


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("text", LINES)
def test_numbers_in_a_complete_line_have_their_ink(text, size):
    line, spaces = with_spaces(text, size)
    assert has_ink_of_numbers(text, spaces, line)
    shifted = [space + 0.1 * line.shape[0] / line.shape[1] for space in spaces]
    assert has_ink_of_numbers(text, shifted, line), "recognisers do not know the exact place"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("text", LINES)
def test_line_that_lacks_a_digit_has_not(text, size):
    line, spaces = with_spaces(text, size)
    for index, character in enumerate(text):
        if character.isdigit():
            assert not has_ink_of_numbers(text[:index] + text[index + 1 :], spaces, line)


@pytest.mark.parametrize(
    ("text", "spaces"),
    [("No2 35", [0.4]), ("35 Total", []), ("35 Total", [0.9])],
    ids=["digits beside small letters", "a space without a place", "no gap at the place of the space"],
)
def test_line_whose_ink_cannot_be_counted_is_in_doubt(text, spaces):
    assert not has_ink_of_numbers(text, spaces, drawn(text, 30))


def test_line_without_ink_or_text():
    assert not has_ink_of("", drawn("11", 20))
    assert not has_ink_of("1", np.full((24, 60, 3), 255, np.uint8))


class Recogniser:
    """Returns one reading for each width scale; None is the usual one."""

    concurrency, width_scale = 1, 0.8

    def __init__(self, readings):
        self.readings, self.scales = readings, []

    def width_of(self, line):
        return line.shape[1]

    def recognize(self, _line, _word_boxes, scale=None):
        self.scales.append(scale)
        return self.readings[scale and round(scale, 3)]


@pytest.mark.parametrize(("first", "scales"), [("2,777.00", [None]), ("2,77.00", [None, 1.3])])
def test_certain_number_is_read_again_only_if_a_digit_may_be_lost(first, scales):
    fast = Recogniser({None: LineReading(first, 0.99, 0.0, 1.3), 1.3: LineReading("2,777.00", 0.99, 0.0)})
    (result,) = Cascade(Recogniser({}), fast)([drawn("2,777.00", 30)])
    assert result["rec_text"] == "2,777.00"
    assert fast.scales == scales


@pytest.mark.parametrize(("usual", "scales"), [("2,777.00", [0.8]), ("2,77.00", [0.8, 0.975])])
def test_accurate_reading_that_loses_a_digit_is_repeated_at_a_larger_width(usual, scales):
    fast = Recogniser({None: LineReading("2,777.00", 0.9, 0.5, 1.3)})
    accurate = Recogniser({0.8: LineReading(usual, 0.99, 0.0), 0.975: LineReading("2,777.00", 0.99, 0.0)})
    (result,) = Cascade(accurate, fast)([drawn("2,777.00", 30)])
    assert result["rec_text"] == "2,777.00"
    assert [round(scale, 3) for scale in accurate.scales] == scales

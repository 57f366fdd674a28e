"""The detector's resolution follows the text; with a stand-in for PaddleX's predictor."""

import numpy as np
import pytest

from paddleocr_service.detector import HIGH_ENOUGH, LARGEST, LARGEST_FOR_PRINT, LEAST, SMALLEST, Detector
from paddleocr_service.letter_size import letter_height


class Predictor:
    """Finds lines of a height that is told in pixels of the picture."""

    batch_size = 1

    def __init__(self, *heights):
        self.heights = heights
        self.asked = []

    def __call__(self, pictures, **settings):
        self.asked.append(settings)
        boxes = [[(0, 0), (200, 0), (200, height), (0, height)] for height in self.heights]
        yield {"dt_polys": np.array(boxes, np.int16)}


def sides(predictor, width, height, picture=None):
    picture = np.zeros((height, width, 3), np.uint8) if picture is None else picture
    found = Detector(predictor)([picture], thresh=0.3, limit_side_len=64)
    assert len(found) == 1
    assert all((asked["thresh"], asked["limit_type"]) == (0.3, "max") for asked in predictor.asked)
    return [asked["limit_side_len"] for asked in predictor.asked]


def test_large_text_is_looked_for_once_on_a_small_copy():
    assert sides(Predictor(60, 60, 70), 1472, 1472) == [SMALLEST]


def test_small_text_is_looked_for_again_where_it_is_high_enough():
    first, second = sides(Predictor(24, 24, 25, 60), 1280, 1280)  # 12 pixels high on the first copy
    assert (first, second) == (SMALLEST, round(SMALLEST * HIGH_ENOUGH / 12))


def test_the_largest_copy_has_a_limit():
    assert sides(Predictor(70), 8000, 8000) == [SMALLEST, LARGEST]


def test_small_print_is_looked_at_on_a_larger_copy_on_which_it_is_just_high_enough():
    assert sides(Predictor(24), 3508, 3508) == [SMALLEST, round(3508 * LEAST / 24)]
    assert sides(Predictor(10), 8000, 8000) == [SMALLEST, LARGEST_FOR_PRINT]


def test_where_nothing_was_found_the_largest_copy_is_looked_at():
    assert sides(Predictor(), 3000, 2000) == [SMALLEST, LARGEST]


@pytest.mark.parametrize("heights", [(), (3,)])
def test_a_small_picture_is_never_enlarged(heights):
    assert sides(Predictor(*heights), 640, 480) == [640]


def test_a_line_from_the_top_down_is_as_high_as_it_is_wide():
    predictor = Predictor()
    predictor.heights = (400,)  # 200 wide, 400 high: a line from the top down, 200 high
    assert sides(predictor, 1472, 1472) == [SMALLEST]


def page_of_letters(height, size=2000):
    """Dark upright strokes of such a height, as far from each other."""
    picture = np.full((size, size, 3), 255, np.uint8)
    for y in range(40, size - 2 * height, 2 * height):
        for x in range(40, size - 40, 2 * height):
            picture[y : y + height, x : x + height // 2] = 20
    return picture


@pytest.mark.parametrize("height", [24, 32])
def test_letters_tell_at_once_how_large_a_copy_is_needed(height):
    line = round(1.4 * height)
    (side,) = sides(Predictor(line, line), 2000, 2000, page_of_letters(height))
    assert HIGH_ENOUGH <= line * side / 2000 <= 1.25 * HIGH_ENOUGH


def test_lines_that_are_lower_than_their_letters_told_are_looked_for_again():
    first, second = sides(Predictor(30, 30), 2000, 2000, page_of_letters(40))
    assert second == round(2000 * HIGH_ENOUGH / 30) > first


def test_pictures_have_letters_of_their_own_size_whatever_their_resolution():
    picture = page_of_letters(40)
    assert letter_height(picture) == pytest.approx(40, rel=0.1)
    assert letter_height(picture[::2, ::2]) == pytest.approx(20, rel=0.1)
    assert letter_height(255 - picture * 0) is None, "white paper"

"""The detector's resolution follows the text; with a stand-in for PaddleX's predictor."""

import numpy as np
import pytest

from paddleocr_service.detector import FIRST, HIGH_ENOUGH, LARGEST, Detector


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


def sides(predictor, width, height):
    found = Detector(predictor)([np.zeros((height, width, 3), np.uint8)], thresh=0.3, limit_side_len=64)
    assert len(found) == 1
    assert all((asked["thresh"], asked["limit_type"]) == (0.3, "max") for asked in predictor.asked)
    return [asked["limit_side_len"] for asked in predictor.asked]


def test_large_text_is_looked_for_once_on_a_small_copy():
    assert sides(Predictor(60, 60, 70), 1472, 1472) == [FIRST]


def test_small_text_is_looked_for_again_where_it_is_high_enough():
    first, second = sides(Predictor(24, 24, 25, 60), 1472, 1472)  # 12 pixels high on the first copy
    assert (first, second) == (FIRST, round(FIRST * HIGH_ENOUGH / 12))


def test_the_largest_copy_has_a_limit():
    assert sides(Predictor(10), 8000, 8000) == [FIRST, LARGEST]


def test_where_nothing_was_found_the_largest_copy_is_looked_at():
    assert sides(Predictor(), 3000, 2000) == [FIRST, LARGEST]


@pytest.mark.parametrize("heights", [(), (3,)])
def test_a_small_picture_is_never_enlarged(heights):
    assert sides(Predictor(*heights), 640, 480) == [640]


def test_a_line_from_the_top_down_is_as_high_as_it_is_wide():
    predictor = Predictor()
    predictor.heights = (400,)  # 200 wide, 400 high: a line from the top down, 200 high
    assert sides(predictor, 1472, 1472) == [FIRST]

"""Lines are cut out of a picture upright, whichever way they lie."""

import cv2
import numpy as np
import pytest

from paddleocr_service.cutting import cut_lines


@pytest.fixture
def picture():
    """Noise, smooth enough to be compared after it was turned."""
    noise = np.random.default_rng(3).integers(0, 256, (400, 600, 3)).astype(np.uint8)
    return cv2.GaussianBlur(noise, (0, 0), 4)


def rectangle(centre, size, degrees):
    return cv2.boxPoints((centre, size, degrees)).round().astype(np.int16)


def test_an_upright_line_is_the_picture_itself(picture):
    (line,) = cut_lines(picture, [np.array([(50, 40), (250, 40), (250, 70), (50, 70)])])
    assert (line == picture[40:70, 50:250]).all()
    assert np.shares_memory(line, picture)


@pytest.mark.parametrize("degrees", [5, -3, 20])
def test_a_skewed_line_is_straightened(picture, degrees):
    (line,) = cut_lines(picture, [rectangle((300, 200), (200, 40), degrees)])
    turn = cv2.getRotationMatrix2D((300, 200), degrees, 1)
    wanted = cv2.warpAffine(picture, turn, (600, 400))[180:220, 200:400]
    height, width = min(line.shape[0], 40), min(line.shape[1], 200)
    assert abs(line.shape[0] - 40) <= 2 and abs(line.shape[1] - 200) <= 2
    assert np.abs(line[:height, :width].astype(int) - wanted[:height, :width]).mean() < 8


def test_a_line_that_stands_is_turned_to_the_left(picture):
    (line,) = cut_lines(picture, [np.array([(50, 40), (80, 40), (80, 240), (50, 240)])])
    assert (line == np.rot90(picture[40:240, 50:80])).all()


def test_a_line_that_begins_at_the_edge_is_cut_off_there(picture):
    (line,) = cut_lines(picture, [np.array([(500, 380), (600, 380), (600, 400), (500, 400)])])
    assert line.shape == (20, 100, 3)


def test_a_polygon_without_height_holds_nothing(picture):
    (line,) = cut_lines(picture, [np.array([(50, 40), (90, 40), (90, 40), (50, 40)])])
    assert line.size == 0

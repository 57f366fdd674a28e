"""Lines are cropped and straightened, in any direction."""

import cv2
import numpy as np
import pytest

from paddleocr_service.line_crops import crop_along, crop_lines, is_standing


@pytest.fixture
def image():
    """Noise, smooth enough to be compared after a rotation."""
    noise = np.random.default_rng(3).integers(0, 256, (400, 600, 3)).astype(np.uint8)
    return cv2.GaussianBlur(noise, (0, 0), 4)


def rectangle(centre, size, degrees):
    return cv2.boxPoints((centre, size, degrees)).round().astype(np.int16)


def test_upright_line_is_a_view_of_the_image(image):
    (line,) = crop_lines(image, [np.array([(50, 40), (250, 40), (250, 70), (50, 70)])])
    assert (line == image[40:70, 50:250]).all()
    assert np.shares_memory(line, image)


@pytest.mark.parametrize("degrees", [5, -3, 20])
def test_skewed_line_is_straightened(image, degrees):
    (line,) = crop_lines(image, [rectangle((300, 200), (200, 40), degrees)])
    rotation = cv2.getRotationMatrix2D((300, 200), degrees, 1)
    expected = cv2.warpAffine(image, rotation, (600, 400))[180:220, 200:400]
    height, width = min(line.shape[0], 40), min(line.shape[1], 200)
    assert abs(line.shape[0] - 40) <= 2 and abs(line.shape[1] - 200) <= 2
    assert np.abs(line[:height, :width].astype(int) - expected[:height, :width]).mean() < 8


def test_vertical_line_is_rotated_to_the_left(image):
    (line,) = crop_lines(image, [np.array([(50, 40), (80, 40), (80, 240), (50, 240)])])
    assert (line == np.rot90(image[40:240, 50:80])).all()


def test_line_at_the_edge_is_clipped(image):
    (line,) = crop_lines(image, [np.array([(500, 380), (600, 380), (600, 400), (500, 400)])])
    assert line.shape == (20, 100, 3)


def test_polygon_without_height_is_empty(image):
    (line,) = crop_lines(image, [np.array([(50, 40), (90, 40), (90, 40), (50, 40)])])
    assert line.size == 0


def test_single_character_is_not_rotated():
    page = np.full((100, 100, 3), 255, np.uint8)
    cv2.putText(page, "4", (20, 60), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (0, 0, 0), 3)
    box = np.array([(18, 18), (50, 18), (50, 70), (18, 70)])
    (line,) = crop_lines(page, [box])
    assert is_standing(box)
    assert (line == page[18:70, 18:50]).all()


@pytest.mark.parametrize("turns", range(4))
def test_line_is_cropped_from_its_first_corner(image, turns):
    corners = [(50.0, 40.0), (250.0, 40.0), (250.0, 70.0), (50.0, 70.0)]
    line = crop_along(image, tuple(corners[turns:] + corners[:turns]))
    expected = np.rot90(image[40:70, 50:250], turns)
    assert (line == expected).all()

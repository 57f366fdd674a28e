"""Margins around small images."""

import numpy as np
import pytest

from paddleocr_service.margins import MARGIN, add_margin, needs_margin, remove_margin


@pytest.mark.parametrize(("height", "width", "expected"), [(15, 98, True), (800, 20, True), (64, 64, False)])
def test_small_images_need_a_margin(height, width, expected):
    assert needs_margin(np.zeros((height, width, 3), np.uint8)) is expected


def test_margin_has_the_colour_of_most_of_the_edge():
    image = np.full((15, 98, 3), (250, 240, 10), np.uint8)
    image[0, 10:50] = 0
    larger = add_margin(image)
    assert larger.shape == (15 + 2 * MARGIN, 98 + 2 * MARGIN, 3)
    assert (larger[:MARGIN] == (250, 240, 10)).all() and (larger[:, -MARGIN:] == (250, 240, 10)).all()
    assert (larger[MARGIN:-MARGIN, MARGIN:-MARGIN] == image).all()


def test_polygons_are_moved_and_limited_to_the_image():
    polygons = remove_margin([[(10, 12), (200, 12), (200, 40), (10, 40)]], np.zeros((15, 98, 3), np.uint8))
    assert polygons.tolist() == [[[0, 0], [98, 0], [98, 15], [0, 15]]]
    assert remove_margin([], np.zeros((15, 98, 3), np.uint8)).shape == (0, 4, 2)

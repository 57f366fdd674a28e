"""Lines of very large images are shrunk before recognition."""

import numpy as np
import pytest

from paddleocr_service.large_lines import crop_and_shrink_lines


@pytest.mark.parametrize(
    ("image_height", "line_height", "expected"),
    [(8192, 120, 60), (8192, 60, 60), (4096, 120, 120), (3508, 120, 120), (20_000, 120, 120)],
)
def test_lines_that_stay_large_enough_are_shrunk_like_the_image(image_height, line_height, expected):
    image = np.zeros((image_height, 1000, 3), np.uint8)
    box = np.array([(100, 50), (900, 50), (900, 50 + line_height), (100, 50 + line_height)])
    (line,) = crop_and_shrink_lines(image, [box])
    assert line.shape[:2] == (expected, 800 * expected // line_height)


def test_empty_lines_stay_empty():
    (line,) = crop_and_shrink_lines(np.zeros((9000, 100, 3), np.uint8), [np.zeros((4, 2))])
    assert line.size == 0

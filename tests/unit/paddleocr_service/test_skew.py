import numpy as np
import pytest

from paddleocr_service.character_grid import add_grid_of_characters
from paddleocr_service.letter_height import dark_letters, grey_copies
from paddleocr_service.skew import can_straighten, common_skew, straighten


def _lines(*angles: float) -> np.ndarray:
    """Polygons of lines of 200 by 20 pixels."""
    corners = np.array([(-100, -10), (100, -10), (100, 10), (-100, 10)])
    turns = np.radians(angles)
    matrices = np.array([[np.cos(turns), np.sin(turns)], [-np.sin(turns), np.cos(turns)]]).transpose(2, 0, 1)
    return corners @ matrices + 300


@pytest.mark.parametrize("angle", [-70, -45, 25, 60])
def test_lines_of_one_angle_are_skewed(angle):
    assert common_skew(_lines(angle - 2, angle, angle + 1, angle, angle)) == pytest.approx(angle, abs=1)


@pytest.mark.parametrize("angles", [(0, 1, 0, 2, 0), (90, 90, 89, 91), (40, 60, -30, 5), (45, 45, 45), ()])
def test_other_lines_are_not(angles):
    assert common_skew(_lines(*angles)) is None


@pytest.mark.parametrize("angle", [-60, 45, 70])
def test_polygons_are_mapped_back(angle):
    image = np.full((400, 600, 3), 255, np.uint8)
    image[95:105, 145:155] = 0
    turned, map_back = straighten(image, angle)
    rows, columns = np.nonzero(turned[..., 0] < 128)
    spot = [(columns.mean(), rows.mean())] * 4
    assert map_back([spot])[0] == pytest.approx(np.array([(149.5, 99.5)] * 4), abs=1.5)


def test_long_and_huge_images_are_not_turned():
    assert can_straighten(2480, 3508, 45)
    assert not can_straighten(1000, 20_000, 60)
    assert not can_straighten(9933, 14_043, 30)


def test_noise_is_not_compared_letter_by_letter():
    noise = np.full((1000, 1000, 3), 255, np.uint8)
    for y in range(5, 990, 10):
        noise[y : y + 6, 5:990] = np.where(np.arange(985)[:, None] % 10 < 4, 0, 255)
    copies = grey_copies(noise)
    letters = dark_letters(copies)
    assert len(np.concatenate(letters)) > 5000
    assert len(add_grid_of_characters(copies, letters, [])) == 0

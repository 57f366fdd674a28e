"""Where a line is split that is too wide for the recogniser."""

import numpy as np
import pytest

from paddleocr_service.line_parts import split_line


def line(width, *ink, height=40):
    """A white line with black bars from and to the given columns."""
    pixels = np.full((height, width, 3), 255, np.uint8)
    for start, end in ink:
        pixels[8:32, start:end] = 0
    return pixels


def parts(pixels, max_width):
    return [(part.shape[1], gap) for part, gap in split_line(pixels, max_width)]


@pytest.mark.parametrize("width", [1, 99, 100])
def test_line_that_fits_is_one_part(width):
    assert parts(line(width), 100) == [(width, False)]


def test_line_is_split_in_the_middle_of_the_widest_gap():
    pixels = line(150, (0, 74), (77, 86), (96, 150))
    assert parts(pixels, 100) == [(91, True), (59, False)]


def test_gap_within_a_word_is_no_space():
    assert parts(line(150, (0, 80), (82, 150)), 100) == [(81, False), (69, False)]


def test_line_without_gap_is_split_at_the_least_ink():
    pixels = line(150, (0, 150))
    pixels[8:20, 88] = 255
    pixels[:, 88][pixels[:, 88] == 255] = 120
    assert parts(pixels, 100) == [(88, False), (62, False)]


def test_parts_of_dark_lines_are_split_at_gaps_too():
    pixels = 255 - line(150, (0, 86), (96, 150))
    assert parts(pixels, 100) == [(91, True), (59, False)]


@pytest.mark.parametrize("seed", range(5))
def test_parts_are_the_line_and_none_is_too_wide(seed):
    random = np.random.default_rng(seed)
    pixels = random.integers(0, 255, (20, int(random.integers(500, 3000)), 3), np.uint8)
    found = [part for part, _ in split_line(pixels, 90)]
    assert max(part.shape[1] for part in found) <= 90
    assert min(part.shape[1] for part in found[:-1]) >= 63
    assert (np.concatenate(found, axis=1) == pixels).all()

"""A large page is looked at in tiles, and what is told of it is as if it had been looked at whole."""

import numpy as np
import pytest

from paddleocr_service.tiles import LARGEST_TILE, MARGIN, TiledRunner, tiles

SHAPES = [(1152, 832), (1152, 1152), (832, 1152), (1152, 512), (512, 1152), (1152, 896), (4096, 4096)]


class Blurring:
    """A runner that mixes each pixel with its neighbours up to MARGIN away, as a network does."""

    def __init__(self):
        self.looked_at = []

    def __call__(self, x):
        (picture,) = x
        self.looked_at.append(picture.shape)
        assert picture.flags.c_contiguous
        row = picture[:, :1]
        return [row + np.roll(row, MARGIN, 2) + np.roll(row, -MARGIN, 2) + np.roll(row, MARGIN, 3)]


@pytest.mark.parametrize(("length", "width"), SHAPES[:1] + SHAPES[3:4] + SHAPES[5:])
def test_each_row_is_told_of_once_and_seen_with_its_surroundings(length, width):
    found = tiles(length, width)
    assert [start for start, _, _, _ in found] == [0, *(end for _, end, _, _ in found[:-1])]
    assert found[-1][1] == length
    for start, end, first, last in found:
        assert start - first == (MARGIN if first else 0)
        assert last - end == (MARGIN if last < length else 0)
        assert (last - first) % 32 == 0


@pytest.mark.parametrize(("height", "width"), SHAPES)
def test_what_is_told_is_that_of_the_whole(height, width):
    picture = np.random.default_rng(1).random((1, 3, height, width), np.float32)
    runner = Blurring()
    (text,) = TiledRunner(runner)(x=[picture])
    assert text.shape == (1, 1, height, width)
    (whole,) = Blurring()(x=[picture])
    inner = np.s_[:, :, MARGIN:-MARGIN, MARGIN:-MARGIN]  # the stand-in's own edges wrap round
    assert (text[inner] == whole[inner]).all()
    if max(height, width) < 4096:
        assert max(shape[2] * shape[3] for shape in runner.looked_at) <= LARGEST_TILE


def test_a_small_page_goes_in_whole():
    runner = Blurring()
    TiledRunner(runner)(x=np.zeros((1, 3, 640, 480), np.float32))
    assert runner.looked_at == [(1, 3, 640, 480)]


def test_what_else_a_runner_has_is_still_there():
    runner = Blurring()
    runner.close = lambda: "closed"
    assert TiledRunner(runner).close() == "closed"

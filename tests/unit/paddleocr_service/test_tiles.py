"""A large page is processed in tiles, with the same result as in one piece."""

import numpy as np
import pytest

from paddleocr_service.tiles import MARGIN, MAX_TILE_PIXELS, TiledRunner, split_into_tiles, to_input

SHAPES = [(1152, 832), (1152, 1152), (832, 1152), (1152, 512), (512, 1152), (1152, 896), (4096, 4096)]


class BlurringRunner:
    """Mixes each pixel with neighbours up to MARGIN away, as a network does."""

    def __init__(self):
        self.shapes = []

    def __call__(self, x):
        (image,) = x
        self.shapes.append(image.shape)
        assert image.flags.c_contiguous
        row = image[:, :1]
        return [row + np.roll(row, MARGIN, 2) + np.roll(row, -MARGIN, 2) + np.roll(row, MARGIN, 3)]


def prepare(tile):
    return np.ascontiguousarray(tile.transpose(2, 0, 1)[None], np.float32)


def noise(height, width):
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize(("length", "width"), SHAPES[:1] + SHAPES[3:4] + SHAPES[5:])
def test_outputs_are_contiguous_and_inputs_have_margins(length, width):
    tiles = split_into_tiles(length, width)
    assert [tile.output_start for tile in tiles] == [0, *(tile.output_end for tile in tiles[:-1])]
    assert tiles[-1].output_end == length
    for tile in tiles:
        assert tile.output_start - tile.input_start == (MARGIN if tile.input_start else 0)
        assert tile.input_end - tile.output_end == (MARGIN if tile.input_end < length else 0)
        assert (tile.input_end - tile.input_start) % 32 == 0


@pytest.mark.parametrize(("height", "width"), SHAPES)
def test_result_equals_that_of_the_whole_page(height, width):
    image = noise(height, width)
    runner = BlurringRunner()
    (result,) = TiledRunner(runner, prepare)(x=[image])
    assert result.shape == (1, 1, height, width)
    (expected,) = BlurringRunner()([prepare(image)])
    inner = np.s_[:, :, MARGIN:-MARGIN, MARGIN:-MARGIN]  # np.roll wraps around at the edges
    assert (result[inner] == expected[inner]).all()
    if max(height, width) < 4096:
        assert max(shape[2] * shape[3] for shape in runner.shapes) <= MAX_TILE_PIXELS


def test_small_page_is_processed_in_one_piece():
    runner = BlurringRunner()
    TiledRunner(runner, prepare)(x=noise(640, 480))
    assert runner.shapes == [(1, 3, 640, 480)]


@pytest.mark.parametrize("shape", [(640, 480), (12_800, 480)])
def test_network_is_not_run_on_blank_tiles(shape):
    runner, image = BlurringRunner(), np.full((*shape, 3), 250, np.uint8)
    image[:, 100] += 5  # noise
    (result,) = TiledRunner(runner, prepare)(x=[image])
    assert not runner.shapes and result.shape == (1, 1, *shape) and not result.any()
    image[600, 200] = 0
    TiledRunner(runner, prepare)(x=[image])
    assert len(runner.shapes) == 1


def test_other_attributes_of_the_runner_are_available():
    runner = BlurringRunner()
    runner.close = lambda: "closed"
    assert TiledRunner(runner, prepare).close() == "closed"


def test_input_has_the_channels_of_the_tile_in_order():
    tile = np.array([[[0, 10, 20], [30, 40, 50]]], np.uint8)
    tensor = to_input(tile, [1.0, 2.0, 3.0], [0.5, 0.0, -1.0])
    assert tensor.dtype == np.float32
    assert tensor.tolist() == [[[[0.5, 30.5]], [[20.0, 80.0]], [[59.0, 149.0]]]]

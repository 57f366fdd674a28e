"""What goes into the recogniser, with a stand-in for PaddleX's predictor."""

import numpy as np
import pytest

from paddleocr_service.line_reader import LineReader, padded_width


def line(width, height=48, value=255):
    return np.full((height, width, 3), value, np.uint8)


class Predictor:
    """Says how wide the line was that it was shown."""

    def __init__(self):
        self.post_op = Decoder()

    def runner(self, x):
        self.shown = x[0]
        return [np.full((len(x[0]), 1, 2), 0.5, np.float32)]


class Decoder:
    character = ("blank", " ")

    def __call__(self, outputs, return_word_box, wh_ratio_list, max_wh_ratio):
        return [str(round(ratio * 48)) for ratio in wh_ratio_list], [0.5] * len(wh_ratio_list)


@pytest.fixture
def predictor():
    return Predictor()


@pytest.mark.parametrize(
    ("width", "height", "read", "padded"), [(40, 48, 40, 64), (64, 48, 64, 64), (500, 24, 1000, 1024)]
)
def test_a_line_is_padded_no_further_than_to_the_next_width(predictor, width, height, read, padded):
    assert LineReader(predictor).read(line(width, height)).text == str(read)
    assert predictor.shown.shape == (1, 3, 48, padded)


def test_a_reader_may_squeeze_its_lines(predictor):
    assert LineReader(predictor, squeeze=0.5).read(line(300)).text == "150"
    assert predictor.shown.shape == (1, 3, 48, 160)


@pytest.mark.parametrize(
    ("width", "read"), [(332, 320), (333, 333), (33, 32), (34, 34), (31, 31), (1331, 1280), (9000, 3200)]
)
def test_a_line_a_little_wider_than_a_width_of_the_scale_is_squeezed_into_it(predictor, width, read):
    reader = LineReader(predictor)
    assert (reader.read(line(width)).text, reader.width_of(line(width))) == (str(read), read)


def test_a_runner_that_keeps_its_outputs_decodes_before_it_lets_them_go(predictor):
    class Runner:
        lanes = 3

        def run(self, array, take):
            outputs = [np.full((1, 1, 2), 0.5, np.float32)]
            taken = take(outputs)
            outputs.clear()
            return taken

    predictor.runner = Runner()
    reader = LineReader(predictor)
    assert (reader.read(line(90)).text, reader.lanes) == ("90", 3)


def test_a_runner_that_tells_of_no_lanes_is_called_by_one_thread(predictor):
    assert LineReader(predictor).lanes == 1


@pytest.mark.parametrize(("width", "padded"), [(1, 32), (32, 32), (33, 64), (321, 384), (700, 768), (1281, 1408)])
def test_widths_come_in_few_steps(width, padded):
    assert padded_width(width) == padded


def test_a_line_is_red_first_from_minus_one_to_one_and_grey_beside_it(predictor):
    blue = line(16)
    blue[:] = (255, 0, 51)
    LineReader(predictor).read(blue)
    assert predictor.shown[0, :, 24, 3] == pytest.approx([-0.6, -1, 1])
    assert predictor.shown[0, :, 24, 20].tolist() == [0, 0, 0]

"""The input of the recogniser. PaddleX's predictor is a fake."""

import numpy as np
import pytest

from paddleocr_service.line_recogniser import LineRecogniser, padded_width


def line(width, height=48, value=255):
    return np.full((height, width, 3), value, np.uint8)


class FakePredictor:
    """Its text is the width of the line, without padding."""

    def __init__(self):
        self.post_op = FakeDecoder()

    def runner(self, x):
        self.input = x[0]
        return [np.full((len(x[0]), 1, 2), 0.5, np.float32)]


class FakeDecoder:
    character = ("blank", " ")

    def __call__(self, outputs, return_word_box, wh_ratio_list, max_wh_ratio):
        return [str(round(ratio * 48)) for ratio in wh_ratio_list], [0.5] * len(wh_ratio_list)


@pytest.fixture
def predictor():
    return FakePredictor()


@pytest.mark.parametrize(
    ("width", "height", "scaled", "padded"), [(40, 48, 40, 64), (64, 48, 64, 64), (500, 24, 1000, 1024)]
)
def test_line_is_padded_to_the_next_step(predictor, width, height, scaled, padded):
    assert LineRecogniser(predictor).recognize(line(width, height)).text == str(scaled)
    assert predictor.input.shape == (1, 3, 48, padded)


def test_width_scale_reduces_the_width(predictor):
    assert LineRecogniser(predictor, width_scale=0.5).recognize(line(300)).text == "150"
    assert predictor.input.shape == (1, 3, 48, 160)


@pytest.mark.parametrize(
    ("width", "scaled"), [(332, 320), (333, 333), (33, 32), (34, 34), (31, 31), (1331, 1280), (9000, 3200)]
)
def test_line_slightly_wider_than_a_step_is_narrowed(predictor, width, scaled):
    recogniser = LineRecogniser(predictor)
    assert (recogniser.recognize(line(width)).text, recogniser.width_of(line(width))) == (str(scaled), scaled)


def test_outputs_are_decoded_before_the_runner_reuses_them(predictor):
    class Runner:
        concurrency = 3

        def run(self, array, consume):
            outputs = [np.full((1, 1, 2), 0.5, np.float32)]
            result = consume(outputs)
            outputs.clear()
            return result

    predictor.runner = Runner()
    recogniser = LineRecogniser(predictor)
    assert (recogniser.recognize(line(90)).text, recogniser.concurrency) == ("90", 3)


def test_default_concurrency_is_one(predictor):
    assert LineRecogniser(predictor).concurrency == 1


@pytest.mark.parametrize(("width", "padded"), [(1, 32), (32, 32), (33, 64), (321, 384), (700, 768), (1281, 1408)])
def test_padded_widths_have_few_steps(width, padded):
    assert padded_width(width) == padded


def test_input_is_rgb_from_minus_one_to_one_with_grey_padding(predictor):
    image = line(16)
    image[:] = (255, 0, 51)
    LineRecogniser(predictor).recognize(image)
    assert predictor.input[0, :, 24, 3] == pytest.approx([-0.6, -1, 1])
    assert predictor.input[0, :, 24, 20].tolist() == [0, 0, 0]

"""The input of the recogniser. PaddleX's predictor is a fake."""

import numpy as np
import pytest

from paddleocr_service.line_recogniser import LineRecogniser, padded_width


def line(width, height=48, value=255):
    return np.full((height, width, 3), value, np.uint8)


class FakePredictor:
    """Its text is the width of the line, without padding."""

    def __init__(self):
        self.post_op = FakeDecoder(self)

    def runner(self, x):
        self.input = x[0]
        return [np.full((len(x[0]), 1, 2), 0.5, np.float32)]


class FakeDecoder:
    character = ("blank", " ")

    def __init__(self, predictor):
        self.predictor = predictor

    def decode(self, best, probability, is_remove_duplicate, return_word_box):
        return [(str(np.count_nonzero(self.predictor.input[0, 0, 24])), 0.5)]


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
    ("width", "scaled"), [(332, 320), (333, 333), (33, 32), (34, 34), (1331, 1280), (3200, 3200), (9000, 8960)]
)
def test_line_slightly_wider_than_a_step_is_narrowed(predictor, width, scaled):
    recogniser = LineRecogniser(predictor)
    assert recogniser.width_of(line(width)) == scaled
    if width <= 3200:
        assert recogniser.recognize(line(width)).text == str(scaled)


def test_outputs_are_decoded_before_the_runner_reuses_them(predictor):
    class Runner:
        concurrency = 3

        def run(self, array, consume):
            predictor.input = array
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


class FakePartDecoder:
    """Decodes the parts of a line to ``texts``, one after the other, with the positions of their characters."""

    character = ("blank", "a", " ")

    def __init__(self, *texts):
        self.texts = list(texts)

    def decode(self, best, probability, is_remove_duplicate, return_word_box):
        text, confidence = self.texts.pop(0)
        positions = [10, [list(text)], [list(range(len(text)))], ["en&num"]]
        return [(text, confidence, positions) if return_word_box else (text, confidence)]


def long_line(gap):
    """Two parts: 3,200 and 1,000 pixels wide, or a gap before pixel 3,200 of ``gap`` pixels."""
    pixels = line(4200)
    pixels[10:38] = 0
    pixels[:, 2800 : 2800 + gap] = 255
    return pixels


def test_too_wide_line_is_recognised_in_parts(predictor):
    predictor.post_op = FakePartDecoder(("ab", 0.9), ("cdef", 0.6))
    reading = LineRecogniser(predictor).recognize(long_line(gap=20))
    assert (reading.text, reading.confidence) == ("ab cdef", pytest.approx(0.7))
    predictor.post_op = FakePartDecoder(("ab", 0.9), ("cdef", 0.6))
    assert LineRecogniser(predictor).recognize(long_line(gap=3)).text == "abcdef", "the gap is within a word"


@pytest.mark.parametrize(("first", "second"), [("ab ", "cd"), ("ab", " cd")])
def test_space_between_parts_is_not_doubled(predictor, first, second):
    predictor.post_op = FakePartDecoder((first, 0.9), (second, 0.9))
    assert LineRecogniser(predictor).recognize(long_line(gap=20)).text == "ab cd"


def test_positions_of_a_part_follow_those_of_the_part_before(predictor):
    predictor.post_op = FakePartDecoder(("ab", 0.9), ("cd", 0.9))
    text, (steps, words, columns, kinds) = LineRecogniser(predictor).recognize(long_line(gap=20), word_boxes=True).text
    assert (text, words, kinds) == ("ab cd", [["a", "b"], [" "], ["c", "d"]], ["en&num", "symbol", "en&num"])
    first, second = 10 * 2810 / 2816, 10 * 1390 / 1408
    assert steps == pytest.approx(first + second), "without the steps of the padding"
    assert sum(columns, []) == pytest.approx([0, 1, first, first, first + 1])


def test_no_part_is_wider_than_the_largest_input(predictor):
    widths = []
    runner = predictor.runner
    predictor.runner = lambda x: (widths.append(x[0].shape[3]), runner(x))[1]
    predictor.post_op = FakePartDecoder(*[("a", 0.9)] * 9)
    LineRecogniser(predictor, width_scale=0.8).recognize(line(20000))
    assert len(widths) > 4
    assert max(widths) <= 3200

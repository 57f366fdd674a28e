"""What goes into the recogniser, what is doubted, and what is read again; with stand-ins for PaddleX's predictors."""

from types import SimpleNamespace

import numpy as np
import pytest

from paddleocr_service.cascade import Cascade
from paddleocr_service.doubt import settle, word_classes
from paddleocr_service.line_reader import LineReader, LineReading, padded_width


def line(width, height=48, value=255):
    return np.full((height, width, 3), value, np.uint8)


class Predictor:
    """Says how wide each line was that it was shown."""

    def __init__(self):
        self.shapes = []
        self.post_op = Decoder()

    def runner(self, x):
        self.shapes.append(x[0].shape)
        self.last = x[0]
        return [np.full((len(x[0]), 1, 2), 0.5, np.float32)]


class Decoder:
    character = ("blank", " ")

    def __call__(self, outputs, return_word_box, wh_ratio_list, max_wh_ratio):
        return [str(round(ratio * 48)) for ratio in wh_ratio_list], [0.5] * len(wh_ratio_list)


def test_every_line_keeps_its_place():
    lines = [line(500), line(40), line(90), line(41), line(1000, height=96)]
    read = LineReader(Predictor()).read(lines)
    assert [reading.text for reading in read] == ["500", "40", "90", "41", "500"]


def test_each_line_goes_in_alone_widest_first_and_is_padded_no_further_than_to_the_next_width():
    predictor = Predictor()
    LineReader(predictor).read([line(width) for width in (33, 300, 64)])
    assert predictor.shapes == [(1, 3, 48, 320), (1, 3, 48, 64), (1, 3, 48, 64)]


def test_a_reader_may_squeeze_its_lines():
    predictor = Predictor()
    (reading,) = LineReader(predictor, squeeze=0.5).read([line(300)])
    assert (predictor.shapes, reading.text) == ([(1, 3, 48, 160)], "150")


def test_a_runner_that_knows_how_is_given_all_lines_and_may_answer_in_any_order():
    def run_each(inputs, take):
        for place, _ in reversed(list(enumerate(inputs))):
            take(place, [np.full((1, 1, 2), 0.5, np.float32)])

    predictor = Predictor()
    predictor.runner = SimpleNamespace(run_each=run_each)
    assert [reading.text for reading in LineReader(predictor).read([line(90), line(140), line(40)])] == [
        "90",
        "140",
        "40",
    ]


@pytest.mark.parametrize(("width", "padded"), [(1, 32), (32, 32), (33, 64), (321, 384), (700, 768), (1281, 1536)])
def test_widths_come_in_few_steps(width, padded):
    assert padded_width(width) == padded


def test_a_line_is_red_first_from_minus_one_to_one_and_grey_beside_it():
    predictor = Predictor()
    blue = line(16)
    blue[:] = (255, 0, 51)
    LineReader(predictor).read([blue])
    assert predictor.last[0, :, 24, 3] == pytest.approx([-0.6, -1, 1])
    assert predictor.last[0, :, 24, 20].tolist() == [0, 0, 0]


def test_a_line_longer_than_the_recogniser_takes_is_squeezed():
    predictor = Predictor()
    LineReader(predictor).read([line(9000)])
    assert predictor.shapes == [(1, 3, 48, 3200)]


def steps(*rows):
    """Rows of probabilities over (blank, a, b, full stop, space)."""
    return np.array(rows, np.float32)


CHARACTERS = ("blank", "a", "b", ".", " ")
SURE = (0.98, 0.01, 0.01, 0.0, 0.0)
A, B, STOP = (0.01, 0.98, 0.01, 0.0, 0.0), (0.01, 0.01, 0.98, 0.0, 0.0), (0.01, 0.01, 0.0, 0.98, 0.0)


def doubt_of(*rows):
    return settle(steps(*rows), word_classes(CHARACTERS))[1]


def settled(*rows):
    """The classes that are decoded, a blank as a dash."""
    best = settle(steps(*rows), word_classes(CHARACTERS))[0].argmax(axis=1)
    return "".join("-ab. "[one] for one in best)


def maybe_space(chance):
    return (1 - chance, 0.0, 0.0, 0.0, chance)


def test_a_sure_line_is_hardly_doubted():
    assert doubt_of(SURE, A, SURE, B, SURE) == pytest.approx(0.01)


def test_a_character_that_fades_into_its_neighbour_is_no_doubt():
    assert doubt_of(A, (0.1, 0.5, 0.4, 0.0, 0.0), B) == pytest.approx(0.01)


def test_a_look_alike_is_doubted():
    assert doubt_of(SURE, (0.0, 0.6, 0.4, 0.0, 0.0), SURE) == pytest.approx(0.4)


def test_a_space_that_was_passed_over_within_a_word_is_doubted():
    assert doubt_of(A, maybe_space(0.05), B) == pytest.approx(0.15), "threefold: it spoils two words"
    assert doubt_of(A, maybe_space(0.4), B) == 1


def test_a_slight_chance_of_a_space_between_a_digit_and_a_letter_is_doubted():
    characters = ("blank", "1", "b", ".", " ")
    for gap, doubt in (((0.998, 0.0, 0.0, 0.0, 0.002), 0.13), ((0.9995, 0.0, 0.0, 0.0, 0.0005), 0.0325)):
        for before, after in ((A, B), (B, A)):
            assert settle(steps(before, gap, after), word_classes(characters))[1] == pytest.approx(doubt)
    within = (0.0, 0.01, 0.98, 0.0, 0.01)
    assert settle(steps(A, within, SURE, B), word_classes(characters))[1] == pytest.approx(0.03), "only in the gap"


def test_a_space_beside_a_sign_is_no_doubt():
    assert doubt_of(A, STOP, maybe_space(0.25), B) == pytest.approx(0.01)


def test_a_likely_space_is_written_once():
    assert settled(A, maybe_space(0.31), B) == "a b"
    assert settled(A, maybe_space(0.29), B) == "a-b"
    assert settled(A, maybe_space(0.31), SURE, maybe_space(0.35), B) == "a-- b"
    assert settled(STOP, maybe_space(0.35), B, maybe_space(0.35), A) == ". b a"


def test_a_space_that_stands_there_already_is_not_written_twice():
    assert settled(A, (0.1, 0.0, 0.0, 0.0, 0.9), maybe_space(0.4), B) == "a -b"


def test_no_probabilities_are_changed_in_place():
    given = steps(A, maybe_space(0.4), B)
    settle(given, word_classes(CHARACTERS))
    assert (given == steps(A, maybe_space(0.4), B)).all()


def test_only_what_is_doubted_is_read_again_and_keeps_its_place():
    shown = []

    def quick(lines, word_boxes):
        return [LineReading(f"quick {one}", 0.9, doubt) for one, doubt in zip(lines, (0.0, 0.5, 0.09), strict=True)]

    def better(lines, word_boxes):
        shown.extend(lines)
        return [LineReading(f"better {one}", 0.8, 0.0) for one in lines]

    cascade = Cascade(SimpleNamespace(read=better), SimpleNamespace(read=quick))
    assert [result["rec_text"] for result in cascade(["x", "y", "z"])] == ["quick x", "better y", "quick z"]
    assert shown == ["y"]


def test_without_a_quick_one_all_is_read_by_the_better_one():
    cascade = Cascade(LineReader(Predictor()))
    assert [result["rec_text"] for result in cascade([line(70)])] == ["70"]

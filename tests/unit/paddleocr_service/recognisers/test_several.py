"""Pages in several languages: which recogniser reads which line. All recognisers are fakes."""

from dataclasses import replace

import numpy as np
import pytest

from paddleocr_service.recognisers.several import Candidate, SeveralPipeline
from paddleocr_service.results import Line

IMAGE = np.zeros((300, 400, 3), np.uint8)


def at(row):
    return ((10.0, 20.0 * row), (210.0, 20.0 * row), (210.0, 20.0 * row + 15), (10.0, 20.0 * row + 15))


class FakeFirst:
    runtime = "fake"
    seconds = {"detect": 0.0, "recognise": 0.0}  # noqa: RUF012

    def __init__(self, *texts):
        self.lines = [Line(text, confidence, at(row)) for row, (text, confidence) in enumerate(texts)]

    def recognize(self, _image, _words, keep_empty):
        assert keep_empty, "a line without Latin letters may be empty"
        return list(self.lines)

    def read_lines(self, _image, _polygons, _words):
        return list(self.lines)


class FakeCandidate:
    """Reads a line of its script with high confidence, every other line as ``wrong``."""

    def __init__(self, right, wrong="अआ", doubt=0.3):
        self.right, self.wrong, self.doubt = right, wrong, doubt
        self.asked = []

    def read_lines(self, _image, polygons, _words):
        self.asked += [round(polygon[0][1] / 20) for polygon in polygons]
        return [
            Line(self.right[row], 0.93, polygon)
            if (row := round(polygon[0][1] / 20)) in self.right
            else Line(self.wrong, self.doubt, polygon)
            for polygon in polygons
        ]


def several(first, choose=False, **fakes):
    candidates = [Candidate(lang, lambda fake=fake: fake) for lang, fake in fakes.items()]
    return SeveralPipeline(first, candidates, choose)


def texts(pipeline):
    return [line.text for line in pipeline.recognize(IMAGE, words=False)]


def test_certain_lines_are_not_read_again():
    hindi = FakeCandidate({1: "नमस्ते"})
    assert texts(several(FakeFirst(("Hello", 0.99), ("R,", 0.6)), hi=hindi)) == ["Hello", "नमस्ते"]
    assert hindi.asked == [1]


def test_line_that_is_empty_in_latin_letters_is_read():
    assert texts(several(FakeFirst(("Hello", 0.99), ("", 0.0)), hi=FakeCandidate({1: "नमस्ते"}))) == ["Hello", "नमस्ते"]


def test_doubtful_latin_line_stays_if_the_others_doubt_more():
    assert texts(
        several(
            FakeFirst(
                ("He1lo", 0.85),
            ),
            hi=FakeCandidate({}),
        )
    ) == ["He1lo"]


def test_doubt_of_pp_ocr_counts_more():
    """Half of the Russian lines are read as Latin ones with a confidence above 0.89."""
    assert texts(several(FakeFirst(("TOBAP", 0.95)), ru=FakeCandidate({0: "ТОВАР"}))) == ["ТОВАР"]


@pytest.mark.parametrize("order", [("hi", "ar"), ("ar", "hi")])
def test_detected_languages_read_their_own_lines(order):
    fakes = {"hi": FakeCandidate({1: "नमस्ते", 2: "भारत"}), "ar": FakeCandidate({3: "مرحبا"}, wrong="ا")}
    pipeline = several(
        FakeFirst(("Hello", 0.99), ("R", 0.5), ("", 0.0), ("l", 0.6)), True, **{lang: fakes[lang] for lang in order}
    )
    assert texts(pipeline) == ["Hello", "नमस्ते", "भारत", "مرحبا"]


def test_only_samples_are_read_in_languages_that_are_not_found():
    rows = range(1, 9)
    hindi, thai = FakeCandidate(dict.fromkeys(rows, "नमस्ते")), FakeCandidate({}, wrong="กข")
    pipeline = several(FakeFirst(("Hello", 0.99), *[("R", 0.5)] * 8), True, hi=hindi, th=thai)
    assert texts(pipeline)[1:] == ["नमस्ते"] * 8
    assert len(thai.asked) == 3


def test_page_without_doubtful_lines_is_read_once():
    hindi = FakeCandidate({0: "नमस्ते"})
    assert texts(several(FakeFirst(("Hello", 0.99), ("world", 0.93)), True, hi=hindi)) == ["Hello", "world"]
    assert hindi.asked == []


def test_short_lines_show_no_language():
    first = FakeFirst(("x", 0.5))
    first.lines = [replace(first.lines[0], polygon=((0.0, 0.0), (20.0, 0.0), (20.0, 15.0), (0.0, 15.0)))]
    hindi = FakeCandidate({0: "नमस्ते"})
    assert texts(several(first, True, hi=hindi)) == ["x"] and not hindi.asked


def test_latin_reading_of_another_recogniser_shows_no_language():
    assert texts(several(FakeFirst(("He1lo", 0.85)), True, ru=FakeCandidate({0: "Hello"}))) == ["He1lo"]


def test_single_lines_are_read_in_the_same_way():
    pipeline = several(FakeFirst(("Hello", 0.99), ("R,", 0.6)), hi=FakeCandidate({1: "नमस्ते"}))
    assert [line.text for line in pipeline.read_lines(IMAGE, [at(0), at(1)], False)] == ["Hello", "नमस्ते"]

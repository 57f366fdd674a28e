"""Pages in several languages: which recogniser reads which line. All recognisers are fakes."""

from dataclasses import replace

import numpy as np
import pytest

from paddleocr_service.recognisers.several import Candidate, SeveralPipeline
from paddleocr_service.results import Line


def at(row):
    return ((10.0, 20.0 * row), (70.0, 20.0 * row), (70.0, 20.0 * row + 15), (10.0, 20.0 * row + 15))


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


SCRIPTS = {"hi": ("devanagari",), "ar": ("arabic",), "ru": ("cyrillic",), "th": ("thai",)}


class FakeClassifier:
    """Knows the scripts of lines by their row: {1: {"devanagari": 0.8, "thai": 0.2}}. All others are Latin."""

    def __init__(self, odds):
        self.odds = odds
        self.asked = 0

    def probabilities(self, line):
        self.asked += 1
        return {"latin": 0.1, **self.odds[int(line.max())]} if line.any() else {"latin": 1.0}


def several(first, odds=None, **fakes):
    candidates = [Candidate(lang, lambda fake=fake: fake, SCRIPTS[lang]) for lang, fake in fakes.items()]
    return SeveralPipeline(first, candidates, None if odds is None else FakeClassifier(odds))


def image(rows):
    """A picture in which the rows with these numbers have a grey value that is their number."""
    picture = np.zeros((300, 400, 3), np.uint8)
    for row in rows:
        picture[20 * row : 20 * row + 15] = row
    return picture


def texts(pipeline, rows=()):
    return [line.text for line in pipeline.recognize(image(rows), words=False)]


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


def test_line_with_few_signs_for_its_length_is_read():
    """PP-OCR reads some Russian and Chinese lines as a full stop, with a confidence of 0.99."""
    assert texts(several(FakeFirst((".", 0.99)), ru=FakeCandidate({0: "государства"}))) == ["государства"]


def test_each_line_is_read_by_the_recogniser_of_its_script():
    hindi, arabic = FakeCandidate({1: "नमस्ते", 2: "भारत"}), FakeCandidate({3: "مرحبا"}, wrong="ابت")
    first = FakeFirst(("Hello", 0.99), ("R", 0.5), ("", 0.0), ("l", 0.6), ("Wor1d", 0.7))
    odds = {1: {"devanagari": 0.8}, 2: {"devanagari": 0.9}, 3: {"arabic": 0.7}}
    assert texts(several(first, odds, hi=hindi, ar=arabic), odds) == ["Hello", "नमस्ते", "भारत", "مرحبا", "Wor1d"]


def test_recogniser_of_the_wrong_script_does_not_read_the_page():
    """The classifier is often wrong: the recognisers of the most probable scripts read a sample."""
    rows = range(1, 9)
    hindi, thai = FakeCandidate(dict.fromkeys(rows, "नमस्ते")), FakeCandidate({}, wrong="กขค")
    odds = {row: {"thai": 0.6, "devanagari": 0.3} for row in rows}
    pipeline = several(FakeFirst(("Hello", 0.99), *[("R", 0.5)] * 8), odds, hi=hindi, th=thai)
    assert texts(pipeline, odds)[1:] == ["नमस्ते"] * 8
    assert len(thai.asked) == 3


@pytest.mark.parametrize("text", ["Hello", "Дa llo"])
def test_reading_in_another_script_or_with_few_letters_shows_nothing(text):
    odds = {1: {"cyrillic": 0.8}}
    pipeline = several(FakeFirst(("Hello", 0.99), ("He1lo", 0.6)), odds, ru=FakeCandidate({1: text}))
    assert texts(pipeline, odds) == ["Hello", "He1lo"]


def test_nearly_certain_line_is_read_if_it_does_not_look_latin():
    """PP-OCR reads some Russian words as Latin ones, with high confidence."""
    russian = FakeCandidate({1: "Россия", 2: "ТОВАР", 3: "ТОТАЛ"})
    odds = {1: {"cyrillic": 0.9}, 2: {"cyrillic": 0.9}, 3: {"cyrillic": 0.1, "latin": 0.9}}
    first = FakeFirst(("Hello", 1.0), ("PoccnR", 0.6), ("TOBAP", 0.95), ("TOTAL", 0.95))
    assert texts(several(first, odds, ru=russian), odds) == ["Hello", "Россия", "ТОВАР", "TOTAL"]


def test_doubtful_line_in_latin_letters_shows_no_script():
    hindi = FakeCandidate({1: "नमस्ते"})
    assert texts(several(FakeFirst(("Hello", 0.99), ("Wor1d", 0.7)), {}, hi=hindi)) == ["Hello", "Wor1d"]
    assert hindi.asked == []


def test_short_line_shows_no_script():
    first = FakeFirst(("Hello", 0.99), ("x", 0.5))
    first.lines[1] = replace(first.lines[1], polygon=((10.0, 20.0), (30.0, 20.0), (30.0, 35.0), (10.0, 35.0)))
    odds = {1: {"devanagari": 0.9}}
    assert texts(several(first, odds, hi=FakeCandidate({1: "नमस्ते"})), odds) == ["Hello", "x"]


def test_page_without_doubtful_lines_is_read_once():
    pipeline = several(FakeFirst(("Hello", 0.99), ("world", 0.98)), {}, hi=FakeCandidate({0: "नमस्ते"}))
    assert texts(pipeline) == ["Hello", "world"]
    assert pipeline._classifier.asked == 0


def test_single_lines_are_read_in_the_same_way():
    pipeline = several(FakeFirst(("Hello", 0.99), ("R,", 0.6)), hi=FakeCandidate({1: "नमस्ते"}))
    assert [line.text for line in pipeline.read_lines(image([]), [at(0), at(1)], False)] == ["Hello", "नमस्ते"]

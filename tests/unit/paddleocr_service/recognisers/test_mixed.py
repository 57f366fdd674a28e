"""Which recogniser reads a line, and where its words are. Detector and recognisers are fakes."""

import numpy as np
import pytest

from paddleocr_service.recognisers.interface import LineText, WordReading
from paddleocr_service.recognisers.mixed import MixedPipeline
from paddleocr_service.results import Line

IMAGE = np.zeros((300, 400, 3), np.uint8)
LEVEL = ((10.0, 10.0), (210.0, 10.0), (210.0, 30.0), (10.0, 30.0))
STANDING = ((300.0, 10.0), (320.0, 10.0), (320.0, 210.0), (300.0, 210.0))


class FakeLatin:
    runtime = "fake"

    def __init__(self, *polygons, text="latin", confidence=0.99, unsure=()):
        self.polygons, self.text, self.confidence = list(polygons), text, confidence
        self.unsure = list(unsure)
        self.asked = []

    def detect(self, _image, _least=0.6):
        self.seconds = {"detect": 0.0}
        return self.polygons + self.unsure if _least < 0.6 else list(self.polygons)

    def read_lines(self, _image, polygons, _words):
        self.asked += polygons
        return [Line(self.text, self.confidence, polygon) for polygon in polygons]


class FakeReader:
    def __init__(self, *texts):
        self.texts = list(texts)

    def read(self, lines, _words):
        self.shapes = [line.shape[:2] for line in lines]
        return self.texts


def read(latin, *texts, latin_script=False):
    return MixedPipeline(latin, FakeReader(*texts), latin_script).recognize(IMAGE, words=True)


def test_line_in_the_script_is_read_by_tesseract():
    latin = FakeLatin(LEVEL)
    (line,) = read(latin, LineText("नमस्ते 12", 0.8))
    assert (line.text, line.confidence, line.polygon, latin.asked) == ("नमस्ते 12", 0.8, LEVEL, [])


@pytest.mark.parametrize("text", ["ABCDE1234F", "12/03/2024", "mail@example.org"])
def test_line_of_latin_letters_and_digits_is_read_by_pp_ocr(text):
    (line,) = read(FakeLatin(LEVEL, text="better"), LineText(text, 0.8))
    assert line.text == "better"


BELOW = tuple((x, y + 60.0) for x, y in LEVEL)


@pytest.mark.parametrize(("polygon", "confidence", "count"), [(BELOW, 0.8, 2), (BELOW, 0.4, 1), (LEVEL, 0.8, 1)])
def test_line_of_which_the_detector_is_less_sure_must_be_read_well(polygon, confidence, count):
    latin = FakeLatin(LEVEL, unsure=[polygon])
    assert len(read(latin, LineText("नमस्ते", 0.2), *[LineText("भारत", confidence)] * (polygon != LEVEL))) == count


def test_more_confident_reading_is_used():
    (line,) = read(FakeLatin(LEVEL, confidence=0.5), LineText("A1", 0.8))
    assert line.text == "A1"


def test_language_in_latin_letters_is_read_by_tesseract():
    latin = FakeLatin(LEVEL)
    (line,) = read(latin, LineText("Tổng cộng", 0.8), latin_script=True)
    assert line.text == "Tổng cộng" and not latin.asked


def test_empty_line_is_left_out():
    assert read(FakeLatin(LEVEL, text="", confidence=0.9), LineText("", 0.0)) == []


def test_words_are_placed_on_the_line():
    (line,) = read(
        FakeLatin(LEVEL),
        LineText("שלום עולם", 0.9, (WordReading("שלום", 0.9, 0.6, 1), WordReading("עולם", 0.8, 0, 0.5))),
    )
    assert [word.text for word in line.words] == ["שלום", "עולם"]
    assert line.words[0].polygon == ((130.0, 10.0), (210.0, 10.0), (210.0, 30.0), (130.0, 30.0))
    assert line.words[1].polygon[1] == (110.0, 10.0)


def test_standing_line_is_turned_and_its_words_run_downwards():
    image = IMAGE.copy()
    image[20:200, 305:315] = 255  # one bar would be a single character
    image[20:200:20] = 0
    reader = FakeReader(
        LineText("नमस्ते भारत", 0.9, (WordReading("नमस्ते", 0.9, 0, 0.5), WordReading("भारत", 0.9, 0.5, 1)))
    )
    (line,) = MixedPipeline(FakeLatin(STANDING), reader).recognize(image, words=True)
    height, width = reader.shapes[0]
    assert width > 5 * height
    assert line.polygon == STANDING
    assert line.words[0].polygon == ((300.0, 10.0), (320.0, 10.0), (320.0, 110.0), (300.0, 110.0))


def test_lines_are_given_with_some_space_above_and_below():
    reader = FakeReader(LineText("नमस्ते", 0.9))
    MixedPipeline(FakeLatin(LEVEL), reader).recognize(IMAGE, words=False)
    assert reader.shapes == [(26, 200)]


@pytest.mark.parametrize(
    ("confidence", "latin", "expected"),
    [
        (0.5, ("BMP", 0.99), "תמונת BMP"),
        (0.9, ("BMP", 0.99), "תמונת אאא"),  # certain about its own reading
        (0.5, ("BMP", 0.85), "תמונת אאא"),  # not certain that it is a Latin word
        (0.5, (".BMP", 0.99), "תמונת BMP."),  # the line ends on the left
        (0.5, ("PNG-", 0.99), "תמונת -PNG"),
        (0.5, (".", 0.99), "תמונת אאא"),
        (0.5, ("X", 0.99), "תמונת אאא"),
    ],
)
def test_latin_word_in_a_line_is_read_by_pp_ocr(confidence, latin, expected):
    words = (WordReading("תמונת", 0.95, 0.5, 1), WordReading("אאא", confidence, 0, 0.4))
    reader = FakeReader(LineText("תמונת אאא", 0.8, words))
    fake = FakeLatin(LEVEL, text=latin[0], confidence=latin[1])
    (line,) = MixedPipeline(fake, reader).recognize(IMAGE, words=True)
    assert line.text == expected == " ".join(word.text for word in line.words)
    assert MixedPipeline(fake, reader).recognize(IMAGE, words=False)[0].words == ()

"""What goes into PaddleOCR and what is made of what comes out, with a stand-in for PaddleOCR."""

from types import SimpleNamespace

import numpy as np
import pytest

from paddleocr_service.pipeline import Pipeline

BOX = np.array([[1, 2], [31, 2], [31, 12], [1, 12]], dtype=np.int16)


class PaddleOCRStandIn:
    def __init__(self, *texts, score=0.5):
        self.texts, self.score = texts, score

    def predict(self, image, return_word_box):
        self.image = image
        result = {
            "rec_texts": list(self.texts),
            "rec_scores": [self.score] * len(self.texts),
            "rec_polys": [BOX] * len(self.texts),
        }
        if return_word_box:
            result["text_word"] = [[text] for text in self.texts]
            result["text_word_region"] = [[BOX.tolist()] for _ in self.texts]
        return [result]


@pytest.fixture
def pipeline():
    def make(*texts, **given):
        made = object.__new__(Pipeline)
        made._ocr = PaddleOCRStandIn(*texts, **given)
        made._detector = SimpleNamespace(seconds=0.0)
        return made

    return make


PICTURE = np.zeros((20, 40, 3), np.uint8)


def test_paddleocr_gets_blue_first(pipeline):
    reading = pipeline()
    reading.read(np.full((2, 2, 3), (1, 2, 3), np.uint8), words=False)
    assert reading._ocr.image[0, 0].tolist() == [3, 2, 1]
    assert reading._ocr.image.flags.c_contiguous


def test_a_line_is_plain_numbers(pipeline):
    (line,) = pipeline("Total 5").read(PICTURE, words=False)
    assert line.polygon == ((1.0, 2.0), (31.0, 2.0), (31.0, 12.0), (1.0, 12.0))
    assert {type(value) for point in line.polygon for value in point} == {float}
    assert line.words == ()


def test_boxes_without_letters_are_no_lines(pipeline):
    assert [line.text for line in pipeline("", "  ", " a ").read(PICTURE, words=False)] == ["a"]


@pytest.mark.parametrize(("score", "confidence"), [(np.float32(1.0000001), 1.0), (-0.1, 0.0), (0.25, 0.25)])
def test_confidence_stays_between_nought_and_one(pipeline, score, confidence):
    (line,) = pipeline("a", score=score).read(PICTURE, words=False)
    assert line.confidence == confidence and type(line.confidence) is float


def test_words_belong_to_their_own_line(pipeline):
    lines = pipeline("", "one", "two").read(PICTURE, words=True)
    assert [[word.text for word in line.words] for line in lines] == [["one"], ["two"]]

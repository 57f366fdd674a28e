"""The input of PaddleOCR, and the conversion of its results. PaddleOCR is a fake."""

from types import SimpleNamespace

import numpy as np
import pytest

from paddleocr_service.pipeline import Pipeline

BOX = np.array([[1, 2], [31, 2], [31, 12], [1, 12]], dtype=np.int16)
IMAGE = np.zeros((20, 40, 3), np.uint8)


class FakePaddleOCR:
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


class FakeRecogniser:
    def __init__(self, *results):
        self.results = results

    def __call__(self, crops, return_word_box):
        self.crops = crops
        return [{"rec_text": text, "rec_score": 0.5} for text in self.results]


@pytest.fixture
def create_pipeline():
    def create(*texts, reverse=False, **options):
        pipeline = object.__new__(Pipeline)
        pipeline._ocr = FakePaddleOCR(*texts, **options)
        pipeline._detector = SimpleNamespace(seconds=0.0)
        pipeline._reversed = reverse
        return pipeline

    return create


def test_paddleocr_gets_bgr(create_pipeline):
    pipeline = create_pipeline()
    pipeline.recognize(np.full((2, 2, 3), (1, 2, 3), np.uint8), words=False)
    assert pipeline._ocr.image[0, 0].tolist() == [3, 2, 1]
    assert pipeline._ocr.image.flags.c_contiguous


def test_line_contains_python_numbers(create_pipeline):
    (line,) = create_pipeline("Total 5").recognize(IMAGE, words=False)
    assert line.polygon == ((1.0, 2.0), (31.0, 2.0), (31.0, 12.0), (1.0, 12.0))
    assert {type(value) for point in line.polygon for value in point} == {float}
    assert line.words == ()


def test_line_of_an_arabic_model_is_put_in_logical_order(create_pipeline):
    (line,) = create_pipeline("1948 ةنس يف", reverse=True).recognize(IMAGE, words=False)
    assert line.text == "في سنة 1948"


def test_boxes_without_text_are_dropped(create_pipeline):
    assert [line.text for line in create_pipeline("", "  ", " a ").recognize(IMAGE, words=False)] == ["a"]


@pytest.mark.parametrize(("score", "confidence"), [(np.float32(1.0000001), 1.0), (-0.1, 0.0), (0.25, 0.25)])
def test_confidence_is_limited_to_0_and_1(create_pipeline, score, confidence):
    (line,) = create_pipeline("a", score=score).recognize(IMAGE, words=False)
    assert line.confidence == confidence and type(line.confidence) is float


def test_words_belong_to_their_own_line(create_pipeline):
    lines = create_pipeline("", "one", "two").recognize(IMAGE, words=True)
    assert [[word.text for word in line.words] for line in lines] == [["one"], ["two"]]


def test_single_lines_are_cropped_from_their_first_corner_in_bgr(create_pipeline):
    pipeline, recogniser = create_pipeline(), FakeRecogniser(" upwards ", "")
    pipeline._ocr.paddlex_pipeline = SimpleNamespace(_pipeline=SimpleNamespace(text_rec_model=recogniser))
    image = np.full((20, 40, 3), (1, 2, 3), np.uint8)
    image[14:18] = 0  # at the start of a line that runs upwards
    upwards = ((2.0, 18.0), (2.0, 4.0), (10.0, 4.0), (10.0, 18.0))
    lines = pipeline.read_lines(image, [upwards, upwards], words=False)
    assert [(line.text, line.polygon) for line in lines] == [("upwards", upwards), ("", upwards)]
    assert recogniser.crops[0].shape == (8, 14, 3)
    assert recogniser.crops[0][4, 0].tolist() == [0, 0, 0] and recogniser.crops[0][4, -1].tolist() == [3, 2, 1]
    assert pipeline.seconds.keys() == {"recognise"}


def test_words_of_a_single_line_are_placed_along_it(create_pipeline):
    # 20 columns; "ab" in the first five, "c" in the last three
    positions = (20, [["a", "b"], [" "], ["c"]], [[0, 4], [10], [17, 19]], ["en&num", "en&num", "en&num"])
    pipeline, recogniser = create_pipeline(), FakeRecogniser(("ab c", positions))
    pipeline._ocr.paddlex_pipeline = SimpleNamespace(_pipeline=SimpleNamespace(text_rec_model=recogniser))
    upwards = ((0.0, 100.0), (0.0, 0.0), (20.0, 0.0), (20.0, 100.0))
    (line,) = pipeline.read_lines(np.zeros((100, 40, 3), np.uint8), [upwards], words=True)
    assert [(word.text, word.polygon) for word in line.words] == [
        ("ab", ((0.0, 100.0), (0.0, 75.0), (20.0, 75.0), (20.0, 100.0))),
        ("c", ((0.0, 15.0), (0.0, 0.0), (20.0, 0.0), (20.0, 15.0))),
    ]

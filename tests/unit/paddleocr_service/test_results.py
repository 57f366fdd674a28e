"""The frozen values that come out."""

import dataclasses
import pickle

import pytest

from paddleocr_service import Line, ModelNotAvailable, RecognizeOptions, Word

SQUARE = ((0.0, 0.0), (4.0, 0.0), (4.0, 2.0), (0.0, 2.0))


def test_a_line_scales_with_its_words():
    line = Line("a", 0.5, SQUARE, (Word("a", 0.5, SQUARE),)).scaled(2)
    assert line.polygon == line.words[0].polygon == ((0.0, 0.0), (8.0, 0.0), (8.0, 4.0), (0.0, 4.0))


def test_options_cannot_be_changed_by_a_call():
    with pytest.raises(dataclasses.FrozenInstanceError):
        RecognizeOptions().lang = "de"


def test_an_orientation_that_does_not_exist_is_refused():
    assert RecognizeOptions().orientation == "auto"
    with pytest.raises(ValueError, match="'sideways'"):
        RecognizeOptions(orientation="sideways")


def test_an_error_crosses_from_one_process_to_another():
    error = pickle.loads(pickle.dumps(ModelNotAvailable("not here")))
    assert isinstance(error, ModelNotAvailable) and error.message == "not here"

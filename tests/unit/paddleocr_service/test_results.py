"""Options, results and errors."""

import dataclasses
import pickle

import pytest

from paddleocr_service import Line, ModelNotAvailable, RecognizeOptions, Word

RECTANGLE = ((0.0, 0.0), (4.0, 0.0), (4.0, 2.0), (0.0, 2.0))


def test_scaling_a_line_scales_its_words():
    line = Line("a", 0.5, RECTANGLE, (Word("a", 0.5, RECTANGLE),)).scaled(2)
    assert line.polygon == line.words[0].polygon == ((0.0, 0.0), (8.0, 0.0), (8.0, 4.0), (0.0, 4.0))


def test_options_are_immutable():
    with pytest.raises(dataclasses.FrozenInstanceError):
        RecognizeOptions().lang = "de"


def test_unknown_orientation_raises():
    assert RecognizeOptions().orientation == "auto"
    with pytest.raises(ValueError, match="'sideways'"):
        RecognizeOptions(orientation="sideways")


def test_errors_can_be_pickled():
    error = pickle.loads(pickle.dumps(ModelNotAvailable("not here")))
    assert isinstance(error, ModelNotAvailable) and error.message == "not here"

"""Uncertainty of a line, and insertion of spaces."""

import numpy as np
import pytest

from paddleocr_service.uncertainty import character_kinds, resolve_spaces


def steps(*rows):
    """Rows of probabilities for (blank, a, b, full stop, space)."""
    return np.array(rows, np.float32)


CHARACTERS = ("blank", "a", "b", ".", " ")
BLANK = (0.98, 0.01, 0.01, 0.0, 0.0)
A, B, STOP = (0.01, 0.98, 0.01, 0.0, 0.0), (0.01, 0.01, 0.98, 0.0, 0.0), (0.01, 0.01, 0.0, 0.98, 0.0)


def uncertainty_of(*rows):
    return resolve_spaces(steps(*rows), character_kinds(CHARACTERS)).uncertainty


def decoded(*rows):
    """The decoded classes, with a dash for the blank."""
    best = resolve_spaces(steps(*rows), character_kinds(CHARACTERS)).best
    return "".join("-ab. "[one] for one in best)


def space(probability):
    return (1 - probability, 0.0, 0.0, 0.0, probability)


def test_clear_line_has_low_uncertainty():
    assert uncertainty_of(BLANK, A, BLANK, B, BLANK) == pytest.approx(0.01)


def test_transition_between_two_characters_is_not_uncertain():
    assert uncertainty_of(A, (0.1, 0.5, 0.4, 0.0, 0.0), B) == pytest.approx(0.01)


def test_look_alike_is_uncertain():
    assert uncertainty_of(BLANK, (0.0, 0.6, 0.4, 0.0, 0.0), BLANK) == pytest.approx(0.4)


def test_possible_space_within_a_word_is_uncertain():
    assert uncertainty_of(A, space(0.05), B) == pytest.approx(0.15), "three times: it spoils two words"
    assert uncertainty_of(A, space(0.4), B) == 1


def test_unlikely_space_between_digit_and_letter_is_uncertain():
    characters = ("blank", "1", "b", ".", " ")
    for gap, expected in (((0.998, 0.0, 0.0, 0.0, 0.002), 0.13), ((0.9995, 0.0, 0.0, 0.0, 0.0005), 0.0325)):
        for before, after in ((A, B), (B, A)):
            decoded_line = resolve_spaces(steps(before, gap, after), character_kinds(characters))
            assert decoded_line.uncertainty == pytest.approx(expected)
    within = (0.0, 0.01, 0.98, 0.0, 0.01)
    decoded_line = resolve_spaces(steps(A, within, BLANK, B), character_kinds(characters))
    assert decoded_line.uncertainty == pytest.approx(0.03), "only in the gap"


def test_space_beside_punctuation_is_not_uncertain():
    assert uncertainty_of(A, STOP, space(0.25), B) == pytest.approx(0.01)


def test_likely_space_is_inserted_once():
    assert decoded(A, space(0.31), B) == "a b"
    assert decoded(A, space(0.29), B) == "a-b"
    assert decoded(A, space(0.31), BLANK, space(0.35), B) == "a-- b"
    assert decoded(STOP, space(0.35), B, space(0.35), A) == ". b a"


def test_existing_space_is_not_repeated():
    assert decoded(A, (0.1, 0.0, 0.0, 0.0, 0.9), space(0.4), B) == "a -b"


def test_input_is_not_modified():
    probabilities = steps(A, space(0.4), B)
    resolve_spaces(probabilities, character_kinds(CHARACTERS))
    assert (probabilities == steps(A, space(0.4), B)).all()

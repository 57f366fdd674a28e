"""What is doubted of a reading, and the spaces that are written in."""

import numpy as np
import pytest

from paddleocr_service.doubt import settle, word_classes


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

"""Places of a line at which a Latin word, a number or a code may stand."""

import pytest

from paddleocr_service.recognisers.doubtful_words import doubtful_places, with_words
from paddleocr_service.results import Line, Word

WIDTH = 40.0  # of a word, with a gap of 10 before the next one


def box(start, end):
    return ((start, 0.0), (end, 0.0), (end, 20.0), (start, 20.0))


def line(*words):
    """Words with their confidences, from left to right."""
    places = [box(50 * index, 50 * index + WIDTH) for index in range(len(words))]
    boxes = tuple(Word(text, confidence, place) for (text, confidence), place in zip(words, places, strict=True))
    return Line(" ".join(text for text, _ in words), 0.9, box(0, 50 * len(words)), boxes)


PAN = line(("दिनांक", 0.93), ("2/03/2024", 0.0), ("पैन", 0.93), ("॥8८7078", 0.07), ("2347", 0.94))


def test_place_reaches_to_the_words_around_it():
    date, pan = doubtful_places(PAN)
    assert (date.first, date.last, date.polygon) == (1, 1, box(40, 100))
    assert (pan.first, pan.last, pan.polygon) == (3, 4, box(140, 250))


@pytest.mark.parametrize("words", [[("पैन", 0.93), ("2347", 0.94)], [("प", 0.2), ("न", 0.3)], []])
def test_certain_words_and_lines_that_are_doubtful_as_a_whole_have_no_places(words):
    assert list(doubtful_places(line(*words))) == []


def test_words_from_right_to_left_are_single_places():
    first, second = doubtful_places(line(("שלום", 0.9), ("12", 0.5), ("34", 0.5)))
    assert (first.first, first.last, second.first, second.last) == (1, 1, 2, 2)
    assert first.polygon == box(47, 93)


def test_reading_replaces_the_words_of_a_place():
    _, pan = doubtful_places(PAN)
    result = with_words(PAN, pan, Line("ABCDE 1234F", 0.99, pan.polygon))
    assert result.text == "दिनांक 2/03/2024 पैन ABCDE 1234F"
    assert [word.text for word in result.words] == result.text.split()
    assert result.words[3].polygon == box(140, 190) and result.words[4].polygon == box(200, 250)


def test_words_without_spaces_between_them_are_replaced():
    thai = line(("ราคา", 0.9), ("ไกก", 0.3))
    joined = Line("ราคาไกก", thai.confidence, thai.polygon, thai.words)
    (place,) = doubtful_places(joined)
    assert with_words(joined, place, Line("USB", 0.99, place.polygon)).text == "ราคาUSB"

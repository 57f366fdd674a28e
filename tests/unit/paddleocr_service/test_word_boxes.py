"""Words and their polygons, out of PaddleOCR's tokens."""

import pytest

from paddleocr_service.word_boxes import words_of


def box(x0, x1, y0=0, y1=10):
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


LEVEL = box(0, 100)


def test_tokens_between_spaces_are_one_word():
    boxes = [box(0, 20), box(20, 30), box(30, 60), box(60, 70), box(70, 100)]
    words = words_of(["RM", "$", "12.50", " ", "net"], boxes, LEVEL, 0.9)
    assert [word.text for word in words] == ["RM$12.50", "net"]
    assert words[0].polygon == box(0, 60) and words[1].polygon == box(70, 100)
    assert {word.confidence for word in words} == {0.9}


def test_a_token_of_signs_with_a_space_in_it_is_split_there():
    words = words_of(["Total", ": $", "5"], [box(0, 50), box(50, 80), box(80, 90)], LEVEL, 1.0)
    assert [word.text for word in words] == ["Total:", "$5"]
    assert words[1].polygon == box(70, 90)


def test_chinese_characters_stand_alone():
    words = words_of(["RM", "合", "计", "RMB"], [box(0, 20), box(20, 40), box(40, 50), box(50, 100)], LEVEL, 1.0)
    assert [word.text for word in words] == ["RM", "合", "计", "RMB"]


def test_words_of_a_slanting_line_slant_with_it():
    slanting = ((0.0, 0.0), (100.0, 20.0), (100.0, 30.0), (0.0, 10.0))
    (_, second) = words_of(["a", " ", "b"], [box(0, 40, 0, 30), box(40, 50, 0, 30), box(50, 100, 0, 30)], slanting, 1.0)
    assert second.polygon == ((50.0, 10.0), (100.0, 20.0), (100.0, 30.0), (50.0, 20.0))


def test_words_of_an_upright_line_follow_it_down():
    upright = box(0, 10, 0, 100)
    words = words_of(["ab", " ", "c"], [box(0, 10, 0, 50), box(0, 10, 50, 60), box(0, 10, 60, 100)], upright, 1.0)
    assert [word.polygon for word in words] == [box(0, 10, 0, 50), box(0, 10, 60, 100)]


@pytest.mark.parametrize("tokens", [[], [" "]])
def test_no_letters_make_no_words(tokens):
    assert words_of(tokens, [box(0, 10)] * len(tokens), LEVEL, 1.0) == ()


def test_a_box_beyond_the_line_is_cut_at_its_ends():
    assert words_of(["wide"], [box(-20, 130)], LEVEL, 1.0)[0].polygon == LEVEL

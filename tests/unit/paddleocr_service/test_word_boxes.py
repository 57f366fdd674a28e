"""Words and their polygons, from PaddleOCR's tokens."""

import pytest

from paddleocr_service.word_boxes import words_of_line


def box(x0, x1, y0=0, y1=10):
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


LINE = box(0, 100)


def test_tokens_between_spaces_are_one_word():
    boxes = [box(0, 20), box(20, 30), box(30, 60), box(60, 70), box(70, 100)]
    words = words_of_line(["RM", "$", "12.50", " ", "net"], boxes, LINE, 0.9)
    assert [word.text for word in words] == ["RM$12.50", "net"]
    assert words[0].polygon == box(0, 60) and words[1].polygon == box(70, 100)
    assert {word.confidence for word in words} == {0.9}


def test_token_is_split_at_a_space():
    words = words_of_line(["Total", ": $", "5"], [box(0, 50), box(50, 80), box(80, 90)], LINE, 1.0)
    assert [word.text for word in words] == ["Total:", "$5"]
    assert words[1].polygon == box(70, 90)


def test_each_chinese_character_is_a_word():
    boxes = [box(0, 20), box(20, 40), box(40, 50), box(50, 100)]
    words = words_of_line(["RM", "合", "计", "RMB"], boxes, LINE, 1.0)
    assert [word.text for word in words] == ["RM", "合", "计", "RMB"]


def test_words_of_a_slanted_line_are_slanted():
    slanted = ((0.0, 0.0), (100.0, 20.0), (100.0, 30.0), (0.0, 10.0))
    boxes = [box(0, 40, 0, 30), box(40, 50, 0, 30), box(50, 100, 0, 30)]
    (_, second) = words_of_line(["a", " ", "b"], boxes, slanted, 1.0)
    assert second.polygon == ((50.0, 10.0), (100.0, 20.0), (100.0, 30.0), (50.0, 20.0))


def test_words_of_a_vertical_line_are_below_each_other():
    vertical = box(0, 10, 0, 100)
    boxes = [box(0, 10, 0, 50), box(0, 10, 50, 60), box(0, 10, 60, 100)]
    words = words_of_line(["ab", " ", "c"], boxes, vertical, 1.0)
    assert [word.polygon for word in words] == [box(0, 10, 0, 50), box(0, 10, 60, 100)]


@pytest.mark.parametrize("tokens", [[], [" "]])
def test_no_text_gives_no_words(tokens):
    assert words_of_line(tokens, [box(0, 10)] * len(tokens), LINE, 1.0) == ()


def test_box_beyond_the_line_is_clipped():
    assert words_of_line(["wide"], [box(-20, 130)], LINE, 1.0)[0].polygon == LINE

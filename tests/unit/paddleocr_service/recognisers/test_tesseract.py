"""The conversion of Tesseract's results; Tesseract itself is a fake. tests/integration has the real one."""

import pytest

from paddleocr_service.recognisers.interface import WordReading
from paddleocr_service.recognisers.tesseract import _clean, in_logical_order


def words(*texts):
    return tuple(WordReading(text, 0.9, index, index + 1) for index, text in enumerate(texts))


@pytest.mark.parametrize(
    ("found", "text", "starts"),
    [
        (("नमस्ते", "भारत"), "नमस्ते भारत", [0, 1]),
        (("ابحرم", "12/03"), "مرحبا 12/03", [0, 1]),  # characters from left to right
        (("םלוע", "םולש"), "שלום עולם", [1, 0]),  # words too
    ],
)
def test_words_are_in_the_order_of_the_text(found, text, starts):
    ordered = in_logical_order(words(*found), text)
    assert [word.text for word in ordered] == text.split()
    assert [word.start for word in ordered] == starts


@pytest.mark.parametrize(("found", "text"), [(("สวัส", "ดี"), "สวัสดี"), (("a", "b"), "x y")])
def test_other_words_are_unchanged(found, text):
    assert in_logical_order(words(*found), text) == words(*found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\u200fשלום\u200e \n", "שלום"),
        ("\u25ccि क", "ि क"),
        ("ಪಠ್\u200c ಪದ", "ಪಠ್ ಪದ"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # within a Persian word the joiner counts
        ("e\u0301", "\u00e9"),
    ],
)
def test_text_is_cleaned(text, expected):
    assert _clean(text) == expected

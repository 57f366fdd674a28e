"""The comparison of a text layer with OCR."""

import pytest

from bench.differential import compare


def page(*texts, confidence=1.0):
    return {"lines": [{"text": text, "confidence": confidence} for text in texts]}


def test_equal_pages_do_not_differ():
    assert compare(page("Total amount 1250"), page("Total amount 1250")).share == 0


def test_reading_errors_short_words_and_the_order_do_not_count():
    assert compare(page("Total amount of 1250"), page("amount", "Tota1 1250 0f")).share == 0


def test_text_that_only_one_reading_has_is_named():
    found = compare(page("Total amount", "secret instruction"), page("Total amount", "Approved stamp"))
    assert found.only_layer == ("secret", "instruction")
    assert found.only_ocr == ("approved", "stamp")
    assert found.share == pytest.approx(0.5)


def test_uncertain_ocr_is_no_evidence_for_missing_text():
    assert compare(page("Total amount"), page("Total amount Xqzwk", confidence=0.6)).only_ocr == ()


def test_a_word_that_is_repeated_less_often_counts():
    assert compare(page("Total Total Total"), page("Total")).only_layer == ("total", "total")

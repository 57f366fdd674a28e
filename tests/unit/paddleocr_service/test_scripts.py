"""The script of a text."""

import pytest

from paddleocr_service.scripts import script_of


@pytest.mark.parametrize(
    ("text", "script"),
    [("नमस्ते PAN", "devanagari"), ("Hello", "latin"), ("12/03", ""), ("Привет, A", "cyrillic"), ("مرحبا", "arabic"),
     ("東京", "cjk"), ("Tổng", "latin"), ("", ""), ("ﬁﬁ", "latin"), ("தமிழ்", "tamil")],
)  # fmt: skip
def test_script_is_that_of_most_letters(text, script):
    assert script_of(text) == script

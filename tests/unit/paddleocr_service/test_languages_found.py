"""Languages of a result, from the scripts of its lines."""

import pytest

from paddleocr_service import Line
from paddleocr_service.languages import languages_found

ENGLISH, HINDI, RUSSIAN, CHINESE, JAPANESE, NUMBER = "Name", "नाम", "имя", "姓名", "お名前は", "1948"


@pytest.mark.parametrize(
    ("lang", "texts", "found"),
    [
        ("auto", [HINDI, ENGLISH], "en+hi"),
        ("auto", [HINDI, NUMBER], "hi"),
        ("auto", [RUSSIAN], "ru"),
        ("auto", [CHINESE, ENGLISH], "en+ch"),
        ("auto", [CHINESE, JAPANESE], "japan"),
        ("auto", [NUMBER], "en"),
        ("auto", [], "en"),
        ("hi+en", [ENGLISH], "en"),
        ("hi+en", [ENGLISH, HINDI], "hi+en"),
        ("japan+en", [CHINESE], "japan"),
        ("uk+ru", [RUSSIAN], "uk+ru"),
        ("en+de", [ENGLISH], "en+de"),
        ("hi", [ENGLISH], "hi"),
        ("german", [HINDI], "de"),
    ],
)
def test_lang_reports_what_was_found(lang, texts, found):
    assert languages_found(texts, lang) == found


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Total: 12", "Latin"),
        ("12.50", None),
        ("नाम Name और", "Devanagari"),
        ("人人生而自由", "Han"),
        ("ᐃᓅᔪᓕᒫᑦ", "Canadian_Aboriginal"),
        ("カード", "Katakana"),
        ("١٩٤٨ سنة", "Arabic"),
    ],
)
def test_script_of_a_line(text, script):
    assert Line(text, 1.0, ((0, 0), (1, 0), (1, 1), (0, 1))).script == script

"""Language codes and their recognisers."""

import pytest

from paddleocr_service import UnsupportedLanguage
from paddleocr_service.languages import SCRIPT_GROUPS, canonical_code, recogniser_for
from paddleocr_service.official_models import FAMILIES, OFFICIAL_MODELS


@pytest.mark.parametrize(
    ("code", "canonical"),
    [("en", "en"), ("EN", "en"), (" de ", "de"), ("german", "de"), ("zh", "ch"), ("zh-Hant", "chinese_cht"),
     ("ja", "japan"), ("ko", "korean"), ("sr_Latn", "rs_latin"), ("fil", "tl"),
     # ISO 639-3 and 639-2, Tesseract's names
     ("hin", "hi"), ("deu", "de"), ("ger", "de"), ("jpn", "japan"), ("kor", "korean"), ("zho", "ch"), ("chi_sim", "ch"),
     ("chi_tra", "chinese_cht"), ("heb", "he"), ("nob", "no"), ("aze_cyrl", "az_cyrl"), ("kat", "kat"), ("kan", "ka"),
     # BCP 47
     ("en-US", "en"), ("pt-BR", "pt"), ("es-419", "es"), ("hi-Deva-IN", "hi"), ("zh-Hant-TW", "chinese_cht"),
     ("zh-TW", "chinese_cht"), ("zh-Hans-CN", "ch"), ("sr-Latn-RS", "rs_latin"), ("sr-Cyrl", "rs_cyrillic")],
)  # fmt: skip
def test_aliases_are_accepted(code, canonical):
    assert canonical_code(code) == canonical


@pytest.mark.parametrize("unknown", ["", "xx", "klingon", "e n", "xx-Latn", "en-", "US", "en-123456", "en\n\n../etc"])
def test_unknown_code_raises(unknown):
    with pytest.raises(UnsupportedLanguage) as caught:
        canonical_code(unknown)
    assert caught.value.code == "unsupported_language"


@pytest.mark.parametrize("lang", ["en", "ch", "chinese_cht", "japan", "de", "fr", "ro"])
def test_default_family_supports_latin_chinese_and_japanese(lang):
    assert recogniser_for(lang, "PP-OCRv6_small") == "PP-OCRv6_small_rec"


@pytest.mark.parametrize(
    ("lang", "recogniser"),
    [
        ("korean", "korean_PP-OCRv5_mobile_rec"),
        ("ru", "eslav_PP-OCRv5_mobile_rec"),
        ("bg", "cyrillic_PP-OCRv5_mobile_rec"),
        ("ar", "arabic_PP-OCRv5_mobile_rec"),
        ("hi", "devanagari_PP-OCRv5_mobile_rec"),
        ("ta", "ta_PP-OCRv5_mobile_rec"),
        ("ka", "ka_PP-OCRv3_mobile_rec"),
    ],
)
def test_other_scripts_have_their_own_recogniser(lang, recogniser):
    assert recogniser_for(lang, "PP-OCRv6_small") == recogniser


def test_a_language_whose_letters_no_recogniser_knows_is_refused():
    with pytest.raises(UnsupportedLanguage, match="Pali is not supported"):
        canonical_code("pi")


@pytest.mark.parametrize("lang", ["az", "vi", "he", "bn"])
def test_no_official_recogniser_reads_the_letters_of_some_languages(lang):
    assert recogniser_for(lang, "PP-OCRv6_small") is None


@pytest.mark.parametrize("lang", ["japan", "ro"])
def test_tiny_family_uses_the_small_recogniser_for_characters_that_it_lacks(lang):
    assert recogniser_for(lang, "PP-OCRv6_tiny") == "PP-OCRv6_small_rec"


def test_v5_family_uses_the_latin_recogniser_for_german():
    assert recogniser_for("de", "PP-OCRv5_server") == "latin_PP-OCRv5_mobile_rec"


@pytest.mark.parametrize("family", FAMILIES)
def test_every_language_has_an_official_recogniser(family):
    assert {recogniser_for(lang, family) for lang in SCRIPT_GROUPS} <= {*OFFICIAL_MODELS, None}

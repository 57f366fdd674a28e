"""Language codes and the recognisers that read them."""

import pytest

from paddleocr_service import UnsupportedLanguage
from paddleocr_service.languages import GROUP_OF, canonical, recogniser_for
from paddleocr_service.official_models import FAMILIES, OFFICIAL_MODELS


@pytest.mark.parametrize(
    ("written", "meant"),
    [("en", "en"), ("EN", "en"), (" de ", "de"), ("german", "de"), ("zh", "ch"), ("zh-Hant", "chinese_cht"),
     ("ja", "japan"), ("ko", "korean"), ("sr_Latn", "rs_latin"), ("fil", "tl")],
)  # fmt: skip
def test_a_language_is_known_by_its_common_names(written, meant):
    assert canonical(written) == meant


@pytest.mark.parametrize("unknown", ["", "xx", "klingon", "e n", "en\n\n../etc"])
def test_an_unknown_code_is_refused(unknown):
    with pytest.raises(UnsupportedLanguage) as refused:
        canonical(unknown)
    assert refused.value.code == "unsupported_language"


@pytest.mark.parametrize("lang", ["en", "ch", "chinese_cht", "japan", "de", "fr", "vi"])
def test_the_default_family_reads_latin_chinese_and_japanese_itself(lang):
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
        ("pi", "latin_PP-OCRv5_mobile_rec"),
        ("ka", "ka_PP-OCRv3_mobile_rec"),
    ],
)
def test_other_scripts_have_recognisers_of_their_own(lang, recogniser):
    assert recogniser_for(lang, "PP-OCRv6_small") == recogniser


def test_the_tiny_family_leaves_japanese_to_one_whose_alphabet_holds_kana():
    assert recogniser_for("japan", "PP-OCRv6_tiny") == "PP-OCRv6_small_rec"


def test_the_fifth_family_leaves_german_to_the_latin_recogniser():
    assert recogniser_for("de", "PP-OCRv5_server") == "latin_PP-OCRv5_mobile_rec"


@pytest.mark.parametrize("family", FAMILIES)
def test_every_language_has_an_official_recogniser_in_every_family(family):
    assert {recogniser_for(lang, family) for lang in GROUP_OF} <= set(OFFICIAL_MODELS)

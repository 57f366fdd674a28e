"""The alphabet of a language."""

import pytest

from paddleocr_service.alphabets import LATIN, alphabet_of, is_in_alphabet

WRITTEN = "Az09 .,:;-–—'\"“”„‘’«»()[]{}/\\|@#&%‰*+=<>~^_§°€$£¥₹₺©®™±×÷½²³µßäöüÅøéèêëàçñœšžłőğışțðþÆạễừ…•†"


@pytest.mark.parametrize("lang", ["en", "de", "fr", "pl", "tr", "ro", "is"])
def test_latin_script_languages_share_an_alphabet(lang):
    assert alphabet_of(lang) == LATIN


@pytest.mark.parametrize("lang", ["ch", "japan", "chinese_cht", "ru", "ar", "hi", "korean"])
def test_other_languages_keep_all_characters(lang):
    assert alphabet_of(lang) is None


@pytest.mark.parametrize("character", WRITTEN)
def test_characters_in_use_are_in_the_alphabet(character):
    assert is_in_alphabet(character, LATIN)


@pytest.mark.parametrize("character", "АОСа\u0391\u039f中日あアー【】１Ａ，。：％")
def test_foreign_look_alikes_are_not_in_the_alphabet(character):
    assert not is_in_alphabet(character, LATIN)


def test_unknown_alphabet_raises():
    with pytest.raises(ValueError, match="klingon"):
        is_in_alphabet("a", "klingon")

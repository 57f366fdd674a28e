"""Which characters are kept for a language."""

import pytest

from paddleocr_service.alphabets import LATIN, alphabet_of, is_written

WRITTEN = "Az09 .,:;-–—'\"“”„‘’«»()[]{}/\\|@#&%‰*+=<>~^_§°€$£¥₹₺©®™±×÷½²³µßäöüÅøéèêëàçñœšžłőğışțðþÆạễừ…•†"


@pytest.mark.parametrize("lang", ["en", "de", "fr", "pl", "tr", "vi", "is"])
def test_languages_in_latin_script_share_an_alphabet(lang):
    assert alphabet_of(lang) == LATIN


@pytest.mark.parametrize("lang", ["ch", "japan", "chinese_cht", "ru", "ar", "hi", "korean"])
def test_other_languages_keep_all_characters(lang):
    assert alphabet_of(lang) is None


@pytest.mark.parametrize("character", WRITTEN)
def test_what_their_users_write_stays(character):
    assert is_written(character, LATIN)


@pytest.mark.parametrize("character", "АОСа\u0391\u039f中日あアー【】１Ａ，。：％")
def test_look_alikes_of_other_scripts_go(character):
    assert not is_written(character, LATIN)


def test_an_alphabet_that_is_not_there_is_an_error():
    with pytest.raises(ValueError, match="klingon"):
        is_written("a", "klingon")

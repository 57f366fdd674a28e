"""Which letters of a language the bundled recognisers know."""

from functools import cache

import pytest
import yaml

from paddleocr_service import Catalogue, Line
from paddleocr_service.alphabets import LATIN, alphabet_of, is_in_alphabet
from paddleocr_service.languages import SCRIPT_GROUPS
from paddleocr_service.letters import LETTERS, letters_of, missing_letters, restore_letters

_SQUARE = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))


@cache
def dictionary(name):
    """The characters that a bundled recogniser knows."""
    models = Catalogue(name.removesuffix("_rec")).resolve("en")
    folder = models.recogniser.prepare(Catalogue().cache_dir)
    config = yaml.load((folder / "inference.yml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    return frozenset(config["PostProcess"]["character_dict"])


def test_the_letters_of_every_offered_language_in_latin_script_are_listed():
    assert set(LETTERS) == {code for code, group in SCRIPT_GROUPS.items() if group in ("en", "latin")}


@pytest.mark.parametrize("recogniser", ["PP-OCRv6_small_rec", "PP-OCRv6_tiny_rec"])
@pytest.mark.parametrize("lang", sorted(LETTERS))
def test_the_missing_letters_are_those_that_the_dictionary_lacks(lang, recogniser):
    never_read = set("ŴŵŶŷ") if lang == "cy" else set()
    assert set(missing_letters(lang, recogniser)) == letters_of(lang) - dictionary(recogniser) | never_read


@pytest.mark.parametrize("lang", sorted(LETTERS))
def test_the_alphabet_has_all_letters(lang):
    assert alphabet_of(lang) == LATIN
    assert all(is_in_alphabet(letter, LATIN) for letter in letters_of(lang))


def test_an_inverted_mark_is_missing_only_on_a_page_with_exclamations():
    assert missing_letters("es", "PP-OCRv6_small_rec", "¿Que tal?") == ""
    assert missing_letters("es", "PP-OCRv6_small_rec", "iHola!") == "¡"


@pytest.mark.parametrize(
    ("lang", "read", "restored"),
    [
        ("es", "iHola! ¿Qué tal?", "¡Hola! ¿Qué tal?"),
        ("es", "Dijo: iÁnimo!", "Dijo: ¡Ánimo!"),
        ("gl", "iOLA!", "¡OLA!"),
        ("es", "un iPhone en Iberia", "un iPhone en Iberia"),
        ("es", "igual que la isla", "igual que la isla"),
        ("es", "WiFi", "WiFi"),
        ("en", "iHello!", "iHello!"),
    ],
)
def test_inverted_marks_are_restored_before_capital_letters(lang, read, restored):
    assert restore_letters(Line(read, 0.9, _SQUARE), lang).text == restored

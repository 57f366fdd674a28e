"""A drawn page in each language: the first article of the Universal Declaration of Human Rights.

`make test-languages` reads all that are installed, `make test` some of those whose models are bundled.
"""

import os

import pytest

from bench.drawn_languages import TEXTS, draw
from bench.metrics import character_error_rate
from paddleocr_service import ModelNotAvailable, OCREngine, RecognizeOptions

SOME = {"en", "de", "fr", "es", "pl", "tr", "cs", "ch", "japan"}
#: Share of wrong characters that is accepted. Some data knows few letters of its language (Ossetic has none of its own)
#: or few words.
LIMIT = 0.06
LIMITS = {
    "am": 0.15, "cv": 0.16, "dv": 0.16, "dz": 0.12, "kbd": 0.08, "lo": 0.1, "my": 0.1, "or": 0.2, "os": 0.3, "ti": 0.2,
    "yi": 0.12, "yo": 0.15, "to": 0.08, "az_cyrl": 0.08,
}  # fmt: skip


@pytest.fixture(scope="module")
def engine():
    return OCREngine()


@pytest.mark.parametrize("lang", TEXTS)
def test_drawn_page_of_a_language_is_read(engine, lang):
    if not os.environ.get("ALL_LANGUAGES") and lang not in SOME:
        pytest.skip("`make test-languages` reads this language")
    try:
        page = engine.recognize(draw(lang), RecognizeOptions(lang=lang))
    except ModelNotAvailable as error:
        pytest.skip(error.message)
    assert character_error_rate(TEXTS[lang], page.text) <= LIMITS.get(lang, LIMIT)
    assert page.lang == lang


def test_there_are_a_hundred_languages():
    assert len(TEXTS) >= 120

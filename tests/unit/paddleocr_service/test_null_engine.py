"""The engine without a model."""

import numpy as np
import pytest

from paddleocr_service import NullEngine, OCREngine, RecognizeOptions, UnreadableImage, UnsupportedLanguage

PICTURE = np.zeros((20, 30, 3), np.uint8)


def test_it_finds_the_same_line_in_every_picture():
    page = NullEngine().recognize(PICTURE)
    assert page.text == "null engine" and page.lines[0].text == "null engine"
    assert (page.width, page.height, page.lang) == (30, 20, "en")
    assert page.blocks[0].lines == page.lines


def test_words_come_when_asked_for():
    page = NullEngine().recognize(PICTURE, RecognizeOptions(words=True))
    assert [word.text for word in page.lines[0].words] == ["null", "engine"]
    assert NullEngine().recognize(PICTURE).lines[0].words == ()


def test_it_refuses_what_the_real_one_refuses():
    with pytest.raises(UnreadableImage):
        NullEngine().recognize(b"junk")
    with pytest.raises(UnsupportedLanguage):
        NullEngine().recognize(PICTURE, RecognizeOptions(lang="xx"))


def test_it_has_the_real_ones_interface():
    public = {name for name in dir(OCREngine) if not name.startswith("_")}
    assert public - {"catalogue"} <= set(dir(NullEngine()))


def test_it_is_warm_when_it_was_warmed():
    engine = NullEngine(model="PP-OCRv6_small", threads=3)
    assert engine.loaded_languages == ()
    engine.warm_up("de")
    assert engine.loaded_languages == ("de",)

"""The engine without models."""

import numpy as np
import pytest

from paddleocr_service import NullEngine, OCREngine, RecognizeOptions, UnreadableImage, UnsupportedLanguage

IMAGE = np.zeros((20, 30, 3), np.uint8)


def test_every_image_has_the_same_line():
    page = NullEngine().recognize(IMAGE)
    assert page.text == "null engine" and page.lines[0].text == "null engine"
    assert (page.width, page.height, page.lang) == (30, 20, "en")
    assert page.blocks[0].lines == page.lines


def test_words_are_returned_on_request():
    page = NullEngine().recognize(IMAGE, RecognizeOptions(words=True))
    assert [word.text for word in page.lines[0].words] == ["null", "engine"]
    assert NullEngine().recognize(IMAGE).lines[0].words == ()


def test_invalid_input_raises_the_same_errors():
    with pytest.raises(UnreadableImage):
        NullEngine().recognize(b"junk")
    with pytest.raises(UnsupportedLanguage):
        NullEngine().recognize(IMAGE, RecognizeOptions(lang="xx"))


def test_interface_matches_the_real_engine():
    public = {name for name in dir(OCREngine) if not name.startswith("_")}
    assert public - {"catalogue"} <= set(dir(NullEngine()))


def test_warm_up_loads_the_language():
    engine = NullEngine(model="PP-OCRv6_small", threads=3)
    assert engine.loaded_languages == ()
    engine.warm_up("de")
    assert engine.loaded_languages == ("de",)

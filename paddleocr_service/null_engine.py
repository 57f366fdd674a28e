"""An engine without a model, for tests that need no text: same interface, one fixed line a picture."""

from __future__ import annotations

from .images import load_image
from .languages import canonical
from .results import Block, EngineInfo, Line, Recognition, RecognizeOptions, Word

TEXT = "null engine"


class NullEngine:
    """Decodes the picture, so that a bad one still fails, and finds ``null engine`` all over it."""

    def __init__(self, *, lang: str = "en", **_settings: object) -> None:
        """Takes whatever settings OCREngine takes, and uses ``lang``."""
        self._lang = lang
        self.loaded_languages: tuple[str, ...] = ()

    def info(self, lang: str | None = None) -> EngineInfo:
        canonical(lang or self._lang)
        return EngineInfo("null", "none", ())

    def warm_up(self, lang: str | None = None) -> EngineInfo:
        self.loaded_languages = (canonical(lang or self._lang),)
        return self.info(lang)

    def recognize(self, image, options: RecognizeOptions | None = None) -> Recognition:
        """One line over the whole picture. Raises UnreadableImage, UnsupportedLanguage."""
        options = options or RecognizeOptions()
        height, width = load_image(image).shape[:2]
        whole = ((0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height)))
        words = tuple(Word(word, 1.0, whole) for word in TEXT.split()) if options.words else ()
        lang = canonical(options.lang or self._lang)
        line = Line(TEXT, 1.0, whole, words)
        block = Block("text", ((line,),), (0.0, 0.0, float(width), float(height)))
        return Recognition(width, height, (line,), TEXT, lang, self.info(lang), (block,))

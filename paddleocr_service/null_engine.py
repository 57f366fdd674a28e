"""An engine without models, for tests that need no real text: same interface, one fixed line per image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .languages import canonical_codes
from .polygons import Polygon
from .results import PARAGRAPH, Block, EngineInfo, Line, Recognition, RecognizeOptions, Word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .arrays import Pixels
    from .images import ImageSource

TEXT = "null engine"


class NullEngine:
    """Decodes the image, so that a bad one still fails, and returns the line ``null engine`` for it."""

    def __init__(self, *, lang: str = "en", **_settings: object) -> None:
        """Accept all settings of OCREngine; only ``lang`` has an effect."""
        self._lang = lang
        self.loaded_languages: tuple[str, ...] = ()

    def info(self, lang: str | None = None) -> EngineInfo:
        canonical_codes(lang or self._lang)
        return EngineInfo("null", "none", ())

    def warm_up(self, lang: str | None = None) -> EngineInfo:
        self.loaded_languages = ("+".join(canonical_codes(lang or self._lang)),)
        return self.info(lang)

    def recognize(self, image: ImageSource, options: RecognizeOptions | None = None) -> Recognition:
        """Return one line that covers the whole image. Raises UnreadableImage, UnsupportedLanguage."""
        from .images import load_image  # imports numpy

        options = options or RecognizeOptions()
        height, width = load_image(image).shape[:2]
        x1, y1 = float(width), float(height)
        polygon: Polygon = ((0.0, 0.0), (x1, 0.0), (x1, y1), (0.0, y1))
        words = tuple(Word(word, 1.0, polygon) for word in TEXT.split()) if options.words else ()
        lang = "+".join(canonical_codes(options.lang or self._lang))
        line = Line(TEXT, 1.0, polygon, words)
        block = Block(PARAGRAPH, ((line,),), (0.0, 0.0, x1, y1))
        return Recognition(width, height, (line,), TEXT, lang, self.info(lang), (block,))

    def read_codes(
        self, image: Pixels, polygons: Sequence[Polygon], alphabet: str, lang: str | None = None
    ) -> tuple[str, ...]:
        """Return no text for any polygon."""
        return ("",) * len(polygons)

"""Decides whether the text layer of a page can be trusted.

The text itself is checked first, which costs almost nothing: characters without meaning, and fonts whose letters do not
look like any language. Only if a doubt remains, a sample of lines is compared with OCR of the rendered page, because
OCR of one line costs more than reading a whole text layer.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

import numpy as np

from services.ocr_service.helpers.text_layer import LayerLine

#: Maximum share of characters without meaning. Above it OCR makes fewer errors.
_MAX_UNMAPPED = 0.01
#: Up to this many unmapped characters on a line of their own are icons.
_MAX_ICON_LENGTH = 2
#: A font with fewer letters cannot be judged.
_MIN_LETTERS = 25
#: Minimum correlation of letter frequencies with those of a language.
_MIN_CORRELATION = 0.4
#: Minimum share of the most common script among letters of non-Latin scripts.
_MIN_ONE_SCRIPT = 0.9
#: Fonts with a smaller share of the page's text are ignored.
_MIN_SHARE = 0.2
#: Lines compared with OCR, and the minimum similarity of the two texts.
_SAMPLE_LINES, _MIN_SIMILARITY = 3, 0.7

#: Letter frequencies per thousand, averaged over English, French, German, Spanish, Italian and Dutch.
_LETTER_FREQUENCIES = {
    "a": 79, "b": 14, "c": 31, "d": 44, "e": 147, "f": 13, "g": 18, "h": 29, "i": 77, "j": 5, "k": 8, "l": 45, "m": 27,
    "n": 78, "o": 66, "p": 22, "q": 6, "r": 66, "s": 65, "t": 67, "u": 39, "v": 15, "w": 10, "x": 2, "y": 9, "z": 7,
}  # fmt: skip
_BEYOND_ASCII = re.compile("[^\0-\x7f]")
#: Scripts that are mixed in one language.
_MIXED_SCRIPTS = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "HANGUL": "CJK"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """If `trusted`, the layer is good provided that the `doubtful` lines match OCR of the rendered page."""

    trusted: bool
    doubtful: tuple[LayerLine, ...] = ()


class TrustChecker:
    """Checks the pages of one document. What it learns about a font on one page is used on the next."""

    def __init__(self) -> None:
        self._plausible_fonts: set[str] = set()
        self._confirmed_fonts: set[str] = set()

    def check(self, lines: Sequence[LayerLine]) -> Verdict:
        """lines: the visible lines of one page."""
        text = "".join([line.line.text for line in lines])
        if not text or _unmapped(lines, text) > _MAX_UNMAPPED * len(text):
            return Verdict(False)
        fonts = self._doubtful_fonts(lines, text)
        doubtful = [line for line in lines if any(name in fonts for name, _ in line.fonts)] if fonts else ()
        return Verdict(True, tuple(doubtful))

    def confirm(self, lines: Iterable[LayerLine]) -> None:
        """Record that these lines match OCR of the rendered page."""
        self._confirmed_fonts.update(name for line in lines for name, _ in line.fonts)

    def _doubtful_fonts(self, lines: Sequence[LayerLine], text: str) -> Collection[str]:
        """Fonts of a large part of the page whose text does not read like a language.

        All fonts of a page with too little text to judge, if no font is known from another page.
        """
        fonts: dict[str, list[str]] = {}
        for line in lines:
            for name, part in line.fonts:
                fonts.setdefault(name, []).append(part)
        parts = {name: "".join(found) for name, found in fonts.items()}
        plausible = {name: reads_like_language(parts[name]) for name in parts if name not in self._confirmed_fonts}
        self._plausible_fonts.update(name for name in plausible if plausible[name])
        strange = [name for name in plausible if plausible[name] is False]
        doubtful = [name for name in strange if len(parts[name]) > _MIN_SHARE * len(text)]
        known = self._plausible_fonts | self._confirmed_fonts
        if doubtful or not known.isdisjoint(parts) or reads_like_language(text):
            return doubtful
        return list(parts)


def _unmapped(lines: Sequence[LayerLine], text: str) -> int:
    """Number of characters without meaning: not in the font, private use, control codes.

    text: the text of all lines. One or two such characters on a line of their own are icons and do not count.
    """
    unmapped = {char for char in set(text) if _is_unmapped(char)}
    if not unmapped:
        return 0
    texts = [line.line.text for line in lines]
    written = "".join(text for text in texts if len(text) > _MAX_ICON_LENGTH or not unmapped.issuperset(text))
    return sum(map(written.count, unmapped))


@lru_cache(4096)
def _is_unmapped(char: str) -> bool:
    return char == "\ufffd" or (unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs") and not char.isspace())


def reads_like_language(text: str) -> bool | None:
    """Whether the letters of a text are distributed as in a language. None if there are too few letters.

    Latin letters are compared by frequency, which is similar in all European languages. Other letters only need to be
    of one script: garbage mixes many.
    """
    if len(text) < _MIN_LETTERS and text.isascii():
        return None
    lower = text.lower()
    # One pass over all letters is faster than 26 searches.
    counts = np.bincount(np.frombuffer(lower.encode("ascii", "ignore"), np.uint8), minlength=128).tolist()
    latin = {letter: counts[ord(letter)] for letter in _LETTER_FREQUENCIES}
    scripts: Counter[str] = Counter()
    for char in () if lower.isascii() else _BEYOND_ASCII.findall(lower):
        script = _script(char)
        if script == "LATIN":
            plain = unicodedata.normalize("NFKD", char)[0]
            latin[plain] = latin.get(plain, 0) + 1
        elif script:
            scripts[script] += 1
    letters = sum(latin.values())
    if scripts.total() > letters:
        return scripts.most_common(1)[0][1] >= _MIN_ONE_SCRIPT * scripts.total()
    if letters < _MIN_LETTERS:
        return None
    found = [latin[letter] for letter in _LETTER_FREQUENCIES]
    return _correlation(found, list(_LETTER_FREQUENCIES.values())) >= _MIN_CORRELATION


@lru_cache(4096)
def _script(char: str) -> str:
    """The script of a letter, taken from the first word of its Unicode name. Empty for other characters."""
    if not char.isalpha():
        return ""
    script = unicodedata.name(char, "").partition(" ")[0]
    return _MIXED_SCRIPTS.get(script, script)


def _correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Pearson correlation. 0 if one of the sequences is constant."""
    mean_one, mean_other = sum(one) / len(one), sum(other) / len(other)
    pairs = [(x - mean_one, y - mean_other) for x, y in zip(one, other, strict=True)]
    spread = sum(x * x for x, _ in pairs) * sum(y * y for _, y in pairs)
    return sum(x * y for x, y in pairs) / spread**0.5 if spread else 0.0


def sample(lines: Sequence[LayerLine]) -> list[LayerLine]:
    """A few lines to compare with OCR: upright, long, and of different fonts if possible."""
    upright = sorted((line for line in lines if line.upright), key=lambda line: -len(line.line.text))
    first_of_font = {line.fonts[0][0]: line for line in reversed(upright)}
    chosen = sorted(first_of_font.values(), key=lambda line: -len(line.line.text))[:_SAMPLE_LINES]
    return chosen + [line for line in upright if line not in chosen][: _SAMPLE_LINES - len(chosen)]


def same_text(layer: str, ocr: str) -> bool:
    """Whether two readings of the same lines agree, apart from small errors and punctuation."""
    one, other = (re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).casefold() for text in (layer, ocr))
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _MIN_SIMILARITY

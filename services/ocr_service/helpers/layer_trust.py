"""Whether the text layer of a page can be believed.

What speaks against a layer is looked for in the text itself, which costs next to nothing: letters that stand for no
character, and fonts whose letters are not those of any language. Only where that leaves a doubt is a sample of lines
compared with the picture of the page, because reading one costs more than a whole page of text.
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

#: More characters without meaning than this share: OCR makes fewer errors.
_UNMAPPED_SHARE = 0.01
_ICON = 2
#: Fewer letters tell nothing of a font.
_FEWEST_LETTERS = 25
#: The least correlation of the letters of a text with those of a language.
_LIKE_A_LANGUAGE = 0.4
#: Of the letters in other scripts, those in the commonest one.
_ONE_SCRIPT = 0.9
#: Fonts with a smaller share of the page's text are not looked at, and neither are fewer pale letters.
_NOTEWORTHY = 0.2
_SAMPLE_LINES, _ALIKE = 3, 0.7

#: How often each letter stands among a thousand, a mean over English, French, German, Spanish, Italian and Dutch.
_USUAL = {
    "a": 79, "b": 14, "c": 31, "d": 44, "e": 147, "f": 13, "g": 18, "h": 29, "i": 77, "j": 5, "k": 8, "l": 45, "m": 27,
    "n": 78, "o": 66, "p": 22, "q": 6, "r": 66, "s": 65, "t": 67, "u": 39, "v": 15, "w": 10, "x": 2, "y": 9, "z": 7,
}  # fmt: skip
_BEYOND_ASCII = re.compile("[^\0-\x7f]")
#: Scripts that are written together.
_TOGETHER = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "HANGUL": "CJK"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a layer is trusted, provided that the lines in doubt say what the picture of the page shows."""

    trusted: bool
    in_doubt: tuple[LayerLine, ...] = ()


class Judge:
    """Judges the pages of one document: what was learnt of its fonts on one page helps on the others."""

    def __init__(self) -> None:
        self._honest: set[str] = set()
        self._compared: set[str] = set()

    def judge(self, lines: Sequence[LayerLine]) -> Verdict:
        """lines: those of a page that can be seen."""
        text = "".join([line.line.text for line in lines])
        if not text or _unmapped(lines, text) > _UNMAPPED_SHARE * len(text):
            return Verdict(False)
        pale = [line for line in lines if line.pale]
        if sum(len(line.line.text) for line in pale) > _NOTEWORTHY * len(text):
            return Verdict(True, tuple(pale))
        fonts = self._fonts_in_doubt(lines, text)
        in_doubt = [line for line in lines if any(name in fonts for name, _ in line.fonts)] if fonts else ()
        return Verdict(True, tuple(in_doubt))

    def believe(self, lines: Iterable[LayerLine]) -> None:
        """These lines were found to say what the picture shows."""
        self._compared.update(name for line in lines for name, _ in line.fonts)

    def _fonts_in_doubt(self, lines: Sequence[LayerLine], text: str) -> Collection[str]:
        """Fonts of a noteworthy part of a page that does not read like a language.

        All of them on a page with too little text to tell, if they are not known from another one.
        """
        fonts: dict[str, list[str]] = {}
        for line in lines:
            for name, part in line.fonts:
                fonts.setdefault(name, []).append(part)
        parts = {name: "".join(found) for name, found in fonts.items()}
        verdicts = {name: reads_like_language(part) for name, part in parts.items() if name not in self._compared}
        self._honest.update(name for name, verdict in verdicts.items() if verdict)
        strange = [name for name, verdict in verdicts.items() if verdict is False]
        in_doubt = [name for name in strange if len(parts[name]) > _NOTEWORTHY * len(text)]
        known = self._honest | self._compared
        if in_doubt or not known.isdisjoint(parts) or reads_like_language(text):
            return in_doubt
        return list(parts)


def _unmapped(lines: Sequence[LayerLine], text: str) -> int:
    """Characters that stand for nothing: unknown to the font, of no standard, control codes.

    `text` is all of the lines'. One or two on a line of their own do not count: they are signs of an icon font.
    """
    unmapped = {char for char in set(text) if _is_unmapped(char)}
    if not unmapped:
        return 0
    written = "".join(
        line.line.text for line in lines if not (len(line.line.text) <= _ICON and unmapped.issuperset(line.line.text))
    )
    return sum(map(written.count, unmapped))


@lru_cache(4096)
def _is_unmapped(char: str) -> bool:
    return char == "\ufffd" or (unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs") and not char.isspace())


def reads_like_language(text: str) -> bool | None:
    """Whether a text's letters are distributed as in a language; None where they are too few to tell.

    In the Latin alphabet by their frequencies, which are much the same in all of Europe's languages. Other letters
    need only be of one script: garbage is of many.
    """
    if len(text) < _FEWEST_LETTERS and text.isascii():
        return None
    lower = text.lower()
    latin = dict(zip(_USUAL, _counts(lower), strict=True))
    scripts: Counter = Counter()
    for char in () if lower.isascii() else _BEYOND_ASCII.findall(lower):
        script = _script(char)
        if script == "LATIN":
            plain = unicodedata.normalize("NFKD", char)[0]
            latin[plain] = latin.get(plain, 0) + 1
        elif script:
            scripts[script] += 1
    letters = sum(latin.values())
    if scripts.total() > letters:
        return scripts.most_common(1)[0][1] >= _ONE_SCRIPT * scripts.total()
    if letters < _FEWEST_LETTERS:
        return None
    return _correlation([latin[char] for char in _USUAL], list(_USUAL.values())) >= _LIKE_A_LANGUAGE


def _counts(lower: str) -> list[int]:
    """How often each of a to z stands in a text: counted all at once, where 26 searches would take longer."""
    codes = np.frombuffer(lower.encode("ascii", "ignore"), np.uint8)
    return np.bincount(codes, minlength=128)[ord("a") : ord("z") + 1].tolist()


@lru_cache(4096)
def _script(char: str) -> str:
    """The script of a letter, by the first word of its name; "" for what is no letter."""
    if not char.isalpha():
        return ""
    script = unicodedata.name(char, "").partition(" ")[0]
    return _TOGETHER.get(script, script)


def _correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Pearson's; 0 where one of them does not vary."""
    mean_one, mean_other = sum(one) / len(one), sum(other) / len(other)
    pairs = [(x - mean_one, y - mean_other) for x, y in zip(one, other, strict=True)]
    spread = sum(x * x for x, _ in pairs) * sum(y * y for _, y in pairs)
    return sum(x * y for x, y in pairs) / spread**0.5 if spread else 0.0


def sample(lines: Sequence[LayerLine]) -> list[LayerLine]:
    """A few lines that can be compared with the picture: upright, long, of different fonts where there are some."""
    upright = sorted((line for line in lines if line.upright), key=lambda line: -len(line.line.text))
    first_of_font = {line.fonts[0][0]: line for line in reversed(upright)}
    chosen = sorted(first_of_font.values(), key=lambda line: -len(line.line.text))[:_SAMPLE_LINES]
    return chosen + [line for line in upright if line not in chosen][: _SAMPLE_LINES - len(chosen)]


def says_the_same(layer: str, picture: str) -> bool:
    """Whether two readings of the same lines agree, but for small errors and punctuation."""
    one, other = (re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).casefold() for text in (layer, picture))
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _ALIKE

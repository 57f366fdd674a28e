"""Whether a text is distributed like a language, and in which script it is."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

#: A text with fewer letters cannot be judged.
_MIN_LETTERS = 25
#: Minimum correlation of letter frequencies with those of a language.
_MIN_CORRELATION = 0.4
#: Minimum share of the most common script among letters of non-Latin scripts.
_MIN_ONE_SCRIPT = 0.9

#: Letter frequencies per thousand, averaged over English, French, German, Spanish, Italian and Dutch.
_LETTER_FREQUENCIES = {
    "a": 79, "b": 14, "c": 31, "d": 44, "e": 147, "f": 13, "g": 18, "h": 29, "i": 77, "j": 5, "k": 8, "l": 45, "m": 27,
    "n": 78, "o": 66, "p": 22, "q": 6, "r": 66, "s": 65, "t": 67, "u": 39, "v": 15, "w": 10, "x": 2, "y": 9, "z": 7,
}  # fmt: skip
_A_TO_Z = slice(ord("a"), ord("z") + 1)
#: The same with mean 0 and length 1.
_EXPECTED = np.array(list(_LETTER_FREQUENCIES.values())) - np.mean(list(_LETTER_FREQUENCIES.values()))
_EXPECTED /= np.linalg.norm(_EXPECTED)
_LAST_ASCII = 0x7F
#: Scripts that are mixed in one language.
_MIXED_SCRIPTS = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "HANGUL": "CJK"}


def reads_like_language(text: str) -> bool | None:
    """Whether the letters of a text are distributed as in a language. None if there are too few letters.

    Latin letters are compared by frequency, which is similar in all European languages. Other letters only need to be
    of one script: garbage mixes many.
    """
    if len(text) < _MIN_LETTERS and text.isascii():
        return None
    lower = text.lower()
    codes = np.frombuffer(lower.encode("ascii", "ignore"), np.uint8)
    counts: list[int] = np.bincount(codes, minlength=128)[_A_TO_Z].tolist()
    letters = sum(counts)
    if not lower.isascii():
        latin, scripts = _count_beyond_ascii(lower)
        for letter in _LETTER_FREQUENCIES.keys() & latin.keys():
            counts[ord(letter) - ord("a")] += latin[letter]
        letters += sum(latin.values())
        others = sum(scripts.values())
        if others > letters:
            return max(scripts.values()) >= _MIN_ONE_SCRIPT * others
    if letters < _MIN_LETTERS:
        return None
    return _correlation(counts) >= _MIN_CORRELATION


def _count_beyond_ascii(text: str) -> tuple[dict[str, int], dict[str, int]]:
    """Latin letters without accents, and the scripts of other letters."""
    latin: dict[str, int] = {}
    scripts: dict[str, int] = {}
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    for code, count in Counter(codes[codes > _LAST_ASCII].tolist()).items():
        char = chr(code)
        script = script_of(char)
        if script == "LATIN":
            letter = unicodedata.normalize("NFKD", char)[0]
            latin[letter] = latin.get(letter, 0) + count
        elif script:
            scripts[script] = scripts.get(script, 0) + count
    return latin, scripts


def _correlation(counts: Sequence[int]) -> float:
    """Pearson correlation of counts of the letters a to z with those of a language. 0 if all are equal."""
    squares = sum([count * count for count in counts]) - sum(counts) ** 2 / len(counts)
    return float(np.array(counts, float) @ _EXPECTED) / math.sqrt(squares) if squares > 0 else 0.0


@lru_cache(4096)
def script_of(char: str) -> str:
    """The script of a letter, taken from the first word of its Unicode name. Empty for other characters."""
    if not char.isalpha():
        return ""
    script = unicodedata.name(char, "").partition(" ")[0]
    return _MIXED_SCRIPTS.get(script, script)

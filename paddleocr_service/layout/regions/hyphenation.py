"""Join the lines of a paragraph: undo hyphenation, but keep hyphens that belong to the word.

A hyphen at the end of a line is dropped if the next line goes on with a small letter. These keep it:

- compounds whose parts are capitalised (``Nord-`` ``Süd``, ``E-`` ``Mail``) and numbers;
- parts that always have one, by language: English ``self-``, ``well-``; French ``-t-il``, ``-là``;
- suspended hyphens before a conjunction (``Ein-`` ``und Ausgang``), which also keep their space;
- words that the page has elsewhere, in the middle of a line, with the hyphen and not without it.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property

_HYPHENS = "-\u2010\u00ad\u00ac"
_SOFT_HYPHEN = "\u00ad"
_LAST_WORD = re.compile(r"[^\W_][\w'’\-\u2010]*$")
_FIRST_WORD = re.compile(r"^[^\W_][\w'’]*")
_WORD = re.compile(r"[^\W_]+(?:[-\u2010][^\W_]+)*")

_CONJUNCTIONS = {
    "de": {"und", "oder", "bzw", "sowie", "als", "bis"},
    "nl": {"en", "of"},
    "en": {"and", "or", "to"},
    "fr": {"et", "ou"},
    "it": {"e", "ed", "o"},
    "es": {"y", "e", "o", "u"},
    "pl": {"i", "lub", "oraz"},
    "sv": {"och", "eller"},
    "da": {"og", "eller"},
    "no": {"og", "eller"},
}
_FIRST_PARTS = {
    "en": {"self", "well", "ex", "non", "all", "cross", "half", "high", "low", "long", "short", "so", "two", "three",
           "four", "five", "six", "ten", "first", "second", "third", "mid", "part", "full", "best", "ill", "much",
           "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"},
    "fr": {"peut", "vis", "rendez", "demi", "quelques", "celui", "celle", "ceux", "celles", "au", "ci", "là", "dix",
           "vingt", "trente", "quarante", "cinquante", "soixante", "est", "avant", "après", "arrière", "grand", "non"},
}  # fmt: skip
_LAST_PARTS = {
    "fr": {"il", "elle", "on", "ils", "elles", "ce", "vous", "nous", "je", "tu", "moi", "toi", "lui", "leur", "le",
           "la", "les", "là", "ci", "même", "mêmes", "t"},
    "en": {"up", "in", "off", "by", "to", "of", "year", "old", "like", "based", "free", "term", "style", "known"},
}  # fmt: skip


class Vocabulary:
    """The words of a page in lower case. texts: its lines.

    The last and the first word of a line may be parts, and are left out if a hyphen ends the line. Only lines that
    contain a word somewhere are divided into words: that is a few of a page.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts

    def __contains__(self, word: str) -> bool:
        if word not in self._text:
            return False
        return any(word in self._words_of(at) for at, line in enumerate(self._lines) if word in line)

    @cached_property
    def _lines(self) -> list[str]:
        return [text.casefold() for text in self._texts]

    @cached_property
    def _text(self) -> str:
        return "\n".join(self._lines)

    def _words_of(self, at: int) -> list[str]:
        """The words of a line that are certainly whole."""
        found = [word.casefold() for word in _WORD.findall(self._texts[at])]
        start = 1 if at and self._texts[at - 1].endswith(tuple(_HYPHENS)) else 0
        return found[start : len(found) - self._texts[at].endswith(tuple(_HYPHENS))]


def join_two(before: str, after: str, words: Vocabulary, lang: str = "") -> str:
    """Return two lines of a paragraph as one text.

    words: of the page. lang: canonical code; only its first part counts (``de+en``).
    """
    if not before or not after:
        return before + after
    if before[-1] not in _HYPHENS:
        return before + ("" if after[0] > "\u0e00" and _is_unspaced(before[-1], after[0]) else " ") + after
    stem = before.rstrip(_HYPHENS)
    first = _FIRST_WORD.match(after)
    last = _LAST_WORD.search(stem, stem.rfind(" ") + 1)
    if not first or not last or len(before) - len(stem) != 1:
        return f"{before} {after}"
    language = lang.partition("+")[0].partition("_")[0].partition("-")[0]
    one, other = last[0].casefold(), first[0].casefold()
    if before[-1] == _SOFT_HYPHEN:
        return stem + after
    if other in _CONJUNCTIONS.get(language, ()) and len(first[0]) < len(after):
        return f"{before} {after}"
    keep = _keeps_hyphen(one, other, after[0], words, language) or not stem[-1].isalpha()
    return (stem + "-" if keep else stem) + after


def _keeps_hyphen(one: str, other: str, letter: str, words: Vocabulary, language: str) -> bool:
    part = one.rpartition("-")[2]
    if part + other in words:
        return False
    if f"{one}-{other}" in words or f"{part}-{other}" in words:
        return True
    if not letter.islower():
        return letter.isupper() or letter.isdigit()
    return part in _FIRST_PARTS.get(language, ()) or other in _LAST_PARTS.get(language, ())


def join_lines(texts: Sequence[str], words: Vocabulary, lang: str = "") -> str:
    """Return the lines of a paragraph as one text."""
    joined = ""
    for text in texts:
        joined = join_two(joined, text, words, lang)
    return joined


def _is_unspaced(before: str, after: str) -> bool:
    """Return whether both characters are of scripts that do not write spaces: Chinese, Japanese, Thai and others."""
    return before > "\u0e00" and after > "\u0e00" and _unspaced(before) and _unspaced(after)


def _unspaced(char: str) -> bool:
    name = unicodedata.name(char, "")
    return name.startswith(
        ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "FULLWIDTH", "IDEOGRAPHIC")
    )

"""Scripts of characters and texts, from the names of the characters in Unicode."""

import unicodedata
from functools import lru_cache

LATIN, _LATIN_NAME = "latin", "Latin"
RIGHT_TO_LEFT = frozenset({"arabic", "hebrew", "syriac", "thaana"})
#: Names of Unicode's script property that differ from the first word of the characters' names.
_NAMES = {"cjk": "Han", "canadian": "Canadian_Aboriginal"}
#: Characters of ASCII that are not letters.
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
_COMMON = frozenset({
    "", "fullwidth", "modifier", "combining", "feminine", "masculine", "micro", "circled", "katakana-hiragana",
})  # fmt: skip


@lru_cache(maxsize=4096)
def script_of_character(character: str) -> str:
    """Return the script of a letter or mark in lower case (``devanagari``); empty for all other characters."""
    if unicodedata.category(character)[0] not in "LM":
        return ""
    script = unicodedata.name(character, "").partition(" ")[0].lower()
    return "" if script in _COMMON else script


def script_of(text: str) -> str:
    """Return the script of most letters of a text; empty if it has none."""
    if text.isascii():  # most lines: this is 20 times faster
        return LATIN if any(map(str.isalpha, text)) else ""
    plain = text.encode("ascii", "ignore")
    if len(plain.translate(None, _NO_LETTERS)) > len(text) - len(plain):
        return LATIN
    scripts = list(filter(None, map(script_of_character, text)))
    return max(dict.fromkeys(scripts), key=scripts.count) if scripts else ""


def script_name(text: str) -> str | None:
    """Return Unicode's name of the script of most letters of a text, such as ``Devanagari``; None without letters."""
    if text.isascii():
        return _LATIN_NAME if any(map(str.isalpha, text)) else None
    script = script_of(text)
    return _NAMES.get(script, script.capitalize()) or None

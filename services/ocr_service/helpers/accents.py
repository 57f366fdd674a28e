"""Joins accents that are glyphs of their own with the letter below them, as TeX draws them in its old font encoding."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from services.ocr_service.helpers.layer_characters import (
    WORD_GAP,
    Character,
    PageText,
    characters,
    drop_empty,
    lines_of,
    set_characters,
)
from services.ocr_service.helpers.page_drawing import Raw

#: Spacing accents and the combining characters with the same look.
_COMBINING = {
    "`": "\u0300", "\xb4": "\u0301", "\u02ca": "\u0301", "^": "\u0302", "\u02c6": "\u0302", "~": "\u0303",
    "\u02dc": "\u0303", "\xaf": "\u0304", "\u02c9": "\u0304", "\u02d8": "\u0306", "\u02d9": "\u0307", "\xa8": "\u0308",
    "\u02da": "\u030a", "\xb0": "\u030a", "\u02dd": "\u030b", "\u02c7": "\u030c", "\xb8": "\u0327", "\u02db": "\u0328",
}  # fmt: skip
_DOTLESS = {"\u0131": "i", "\u0237": "j"}
_SPACING = re.compile("[\xa8\xaf\xb4\xb8\u02c6\u02c7\u02c9\u02ca\u02d8-\u02dd]")
#: Those of ASCII and the degree sign count only before or after a letter that may have them: they are common
#: otherwise.
_BESIDE_LETTER = re.compile("(?<![0-9])[`^~\xb0] ?[A-Za-z\u0131]|[A-Za-z\u0131] ?[`^~\xb0]")
#: Minimum part of the narrower of accent and letter that overlaps the other.
_MIN_OVERLAP = 0.6
#: Distance (em) of the centres, and limits (em) of how much higher the accent is. Over capitals TeX raises it.
_MAX_DISTANCE, _MAX_RAISE, _MAX_LOWER = 0.25, 0.4, 0.05
#: A letter further away in the text is not below the accent.
_REACH = 3


def has_accents(text: PageText) -> bool:
    """Whether a text has accents that may belong to a letter."""
    if _SPACING.search(text.rare):
        return True
    found = any(accent in text.text for accent in "`^~") or "\xb0" in text.rare
    return found and _BESIDE_LETTER.search(text.text) is not None


def join_accents(blocks: Sequence[Raw]) -> None:
    """Replace each accent that is over a letter, and the letter, by the accented letter."""
    lines = list(lines_of(blocks))
    chars = [characters(line) for line in lines]
    for number, accents in enumerate(chars):
        joined = {}
        for index, accent in enumerate(accents):
            if accent.text in _COMBINING:
                beside = accents[max(0, index - _REACH) : index] + accents[index + 1 : index + 1 + _REACH]
                others = [char for other in chars[max(0, number - 1) : number + 2] for char in other]
                if _join(accent, beside) or (len(accents) <= _REACH and _join(accent, others)):
                    joined[index] = accent
        if joined:
            set_characters(lines[number], _without(accents, set(joined)))
    drop_empty(blocks)


def _join(accent: Character, letters: Sequence[Character]) -> bool:
    """Put the accent on the letter below it. Returns whether there is one."""
    below = [letter for letter in letters if letter.text.isalpha() and _is_over(accent, letter)]
    for letter in sorted(below, key=lambda letter: abs(letter.centre - accent.centre)):
        plain = _DOTLESS.get(letter.text, letter.text)
        composed = unicodedata.normalize("NFC", plain + _COMBINING[accent.text])
        if len(composed) == 1:
            letter.raw["c"] = composed
            return True
    return False


def _is_over(accent: Character, letter: Character) -> bool:
    overlap = min(accent.end, letter.end) - max(accent.start, letter.start)
    narrower = min(accent.end - accent.start, letter.end - letter.start)
    size = letter.size
    raised = letter.across - accent.across
    return (
        overlap >= _MIN_OVERLAP * narrower > 0
        and abs(accent.centre - letter.centre) <= _MAX_DISTANCE * size
        and -_MAX_LOWER * size <= raised <= _MAX_RAISE * size
    )


def _without(chars: Sequence[Character], accents: set[int]) -> list[Character]:
    """The characters without the accents at these indexes, and without spaces that MuPDF has added because of them."""
    kept: list[Character] = []
    near = {index + step for index in accents for step in (-1, 1)}
    for index, char in enumerate(chars):
        if index in accents:
            continue
        if index in near and char.is_added:
            follows = next((c for i, c in enumerate(chars[index:], index) if i not in accents and not c.is_added), None)
            if kept and follows and follows.start - kept[-1].end <= WORD_GAP * follows.size:
                continue
        kept.append(char)
    return kept

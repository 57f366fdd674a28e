"""Decides whether the text layer of a page can be trusted.

The text and its fonts are checked first, which costs almost nothing: characters without meaning, fonts whose letters do
not look like any language, and characters that neither the names nor the shapes of the glyphs prove. Only if a doubt
remains, a sample of lines is compared with OCR of the rendered page, because OCR of one line costs more than reading a
whole text layer.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.ocr_service.helpers.layer_comparison import lines_with
from services.ocr_service.helpers.layer_gaps import is_private, unmapped_characters
from services.ocr_service.helpers.layer_language import reads_like_language, script_of
from services.ocr_service.helpers.text_layer import LayerLine

#: Maximum share of characters without meaning. Above it OCR makes fewer errors.
_MAX_UNMAPPED = 0.01
#: Fonts that were not found in the file, with a smaller share of the page's text are ignored.
_MIN_SHARE = 0.2
_DIGITS = string.digits
_ALPHANUMERIC = string.digits + string.ascii_letters
#: Signs that are rare beside each other, and the number of different ones that may stand for digits.
_RARE_SIGNS = frozenset('!"#$%&*+<=>?@[]\\^_`{|}~')
_MIN_RARE_SIGNS = 3

#: Returns the characters without proof of fonts, given those to prove. Fonts that are not found are left out.
Prove = Callable[[Mapping[str, frozenset[str]]], Mapping[str, frozenset[str]]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """If `trusted`, the layer is good provided that the `doubtful` lines match OCR of the rendered page.

    doubts: characters of fonts (by name) that must match. Without any, the text as a whole must match.
    """

    trusted: bool
    doubtful: tuple[LayerLine, ...] = ()
    doubts: Mapping[str, frozenset[str]] = field(default_factory=dict)


class TrustChecker:
    """Checks the pages of one document. What it learns about a font on one page is used on the next."""

    def __init__(self) -> None:
        self._plausible_fonts: set[str] = set()
        self._confirmed_fonts: set[str] = set()

    def check(
        self, lines: Sequence[LayerLine], prove: Prove = lambda used: {}, gaps: Collection[LayerLine] = ()
    ) -> Verdict:
        """lines: the visible lines of one page. gaps: those whose characters without meaning do not count."""
        text = "".join([line.line.text for line in lines])
        complete = [line for line in lines if line not in gaps] if gaps else lines
        if not text or unmapped_characters(complete, text) > _MAX_UNMAPPED * len(text):
            return Verdict(False)
        parts = _text_by_font(lines)
        plausible = {name: reads_like_language(part) for name, part in parts.items()}
        unproven = prove({name: _to_prove(part, plausible[name]) for name, part in parts.items()})
        fonts = self._doubtful_fonts(parts, plausible, unproven, text)
        if fonts:
            return Verdict(True, tuple(line for line in lines if any(name in fonts for name, _ in line.fonts)))
        found = {name: frozenset(char for char in unproven[name] if char in parts[name]) for name in unproven}
        doubts = {name: characters for name, characters in found.items() if characters}
        return Verdict(True, lines_with(doubts, lines), doubts)

    def confirm(self, lines: Iterable[LayerLine]) -> None:
        """Record that these lines match OCR of the rendered page."""
        self._confirmed_fonts.update(name for line in lines for name, _ in line.fonts)

    def _doubtful_fonts(
        self, parts: Mapping[str, str], plausible: Mapping[str, bool | None], found: Collection[str], text: str
    ) -> Collection[str]:
        """Fonts of a large part of the page whose text does not read like a language.

        All fonts of a page with too little text to judge, if no font is known from another page. found: fonts whose
        Latin letters and digits are judged by their glyphs.
        """
        known = self._confirmed_fonts.union(found)
        self._plausible_fonts.update(name for name in plausible if plausible[name])
        strange = [name for name in parts if plausible[name] is False and name not in self._confirmed_fonts]
        strange = [name for name in strange if name not in found or not parts[name].isascii()]
        doubtful = [name for name in strange if len(parts[name]) > _MIN_SHARE * len(text)]
        known |= self._plausible_fonts
        if doubtful or not known.isdisjoint(parts) or reads_like_language(text):
            return doubtful
        return list(parts)


def _text_by_font(lines: Sequence[LayerLine]) -> dict[str, str]:
    fonts: dict[str, list[str]] = {}
    for line in lines:
        for name, part in line.fonts:
            fonts.setdefault(name, []).append(part)
    return {name: "".join(found) for name, found in fonts.items()}


def _to_prove(text: str, plausible: bool | None) -> frozenset[str]:
    """The characters that the glyphs of a font must prove: digits, private use, accented letters.

    And all letters unless they read like a language, and all signs of a font that shows nothing else.
    """
    # Searching a text for some characters is faster than collecting all its characters.
    asked = frozenset([char for char in (_DIGITS if plausible else _ALPHANUMERIC) if char in text])
    if text.isascii():
        return asked or _signs_to_prove(text)
    used = frozenset(text)
    asked = asked.union(filter(is_private, used))
    if used.isdisjoint(string.ascii_lowercase):  # accented letters of a symbol font are no text
        return asked
    return asked.union(character for character in used if character > "\x7f" and script_of(character) == "LATIN")


def _signs_to_prove(text: str) -> frozenset[str]:
    """All signs of a text that has many different rare ones."""
    signs = frozenset(text)
    if len(signs & _RARE_SIGNS) < _MIN_RARE_SIGNS or any(map(str.isalnum, signs)):
        return frozenset()
    return signs - {" "}

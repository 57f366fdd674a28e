"""Symbols of the font ZapfDingbats, which MuPDF returns as other characters: a tick as "3" or as the code 19.

With an encoding for text, the characters are the codes of the glyphs. With the font's own encoding, they are the
numbers in the names of the glyphs: "a19". The codes and names are those of Adobe's zdingbats.txt. Nearly all codes
follow each other in the Unicode block Dingbats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from services.ocr_service.helpers.text_layer import LayerLine, TextLayer

if TYPE_CHECKING:
    import pymupdf

_NAMES = ("ZapfDingbats", "ZaDb")
_ELSEWHERE = {
    "%": "\u260e", "*": "\u261b", "+": "\u261e", "H": "\u2605", "l": "\u25cf", "n": "\u25a0", "s": "\u25b2",
    "t": "\u25bc", "u": "\u25c6", "w": "\u25d7",
}  # fmt: skip
_BY_CODE = {chr(code): chr(0x2700 + code - 0x20) for code in range(0x21, 0x7F)} | _ELSEWHERE
_SYMBOLS = str.maketrans(_BY_CODE)
#: The numbers in the names of the glyphs with the codes 21 to 7E (hexadecimal).
_NUMBERS = (
    1, 2, 202, 3, 4, 5, 119, 118, 117, *range(11, 17), 105, *range(17, 29), *range(6, 11), *range(29, 75), 203, 75,
    204, *range(76, 80), 81, 82, 83, 84, 97, 98, 99, 100,
)  # fmt: skip
_SYMBOLS_BY_NUMBER = dict(zip(_NUMBERS, _BY_CODE.values(), strict=True))
#: Encodings for text, as PyMuPDF names them.
_TEXT_ENCODINGS = ("WinAnsiEncoding", "MacRomanEncoding", "StandardEncoding")


def with_symbols(layer: TextLayer, page: pymupdf.Page) -> TextLayer:
    """The layer of the page with symbols instead of their codes."""
    if not any(name.endswith(_NAMES) for name in {name for line in layer.lines for name, _ in line.fonts}):
        return layer
    symbols = _symbols_on(page)
    lines = tuple(_translated(line, symbols) if _has_symbols(line) else line for line in layer.lines)
    return replace(layer, lines=lines)


def _symbols_on(page: pymupdf.Page) -> Mapping[int, str]:
    encodings = [font[5] for font in page.get_fonts() if font[3].endswith(_NAMES)]
    is_own = bool(encodings) and not any(encoding in _TEXT_ENCODINGS for encoding in encodings)
    return _SYMBOLS_BY_NUMBER if is_own else _SYMBOLS


def _has_symbols(line: LayerLine) -> bool:
    return any(name.endswith(_NAMES) for name, _ in line.fonts)


def _translated(line: LayerLine, symbols: Mapping[int, str]) -> LayerLine:
    parts = [part.translate(symbols) if name.endswith(_NAMES) else part for name, part in line.fonts]
    fonts = tuple((name, part) for (name, _), part in zip(line.fonts, parts, strict=True))
    text = " ".join("".join(parts).split())
    if len(text) != len(line.line.text):  # ligatures were replaced
        return line
    letters = iter(text.replace(" ", ""))
    words = tuple(replace(word, text="".join(next(letters, "") for _ in word.text)) for word in line.line.words)
    return line._replace(line=replace(line.line, text=text, words=words), fonts=fonts)

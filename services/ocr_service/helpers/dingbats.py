"""Symbols of the font ZapfDingbats, which MuPDF returns as the letters and digits of their codes: a tick as "3".

The codes are those of Adobe's zdingbats.txt. Nearly all follow each other in the Unicode block Dingbats.
"""

from __future__ import annotations

from dataclasses import replace

from services.ocr_service.helpers.text_layer import LayerLine, TextLayer

_NAMES = ("ZapfDingbats", "ZaDb")
_ELSEWHERE = {
    "%": "\u260e", "*": "\u261b", "+": "\u261e", "H": "\u2605", "l": "\u25cf", "n": "\u25a0", "s": "\u25b2",
    "t": "\u25bc", "u": "\u25c6", "w": "\u25d7",
}  # fmt: skip
_SYMBOLS = str.maketrans({chr(code): chr(0x2700 + code - 0x20) for code in range(0x21, 0x7F)} | _ELSEWHERE)


def with_symbols(layer: TextLayer) -> TextLayer:
    """The layer with symbols instead of their codes."""
    if not any(map(_has_symbols, layer.lines)):
        return layer
    return replace(layer, lines=tuple(_translated(line) if _has_symbols(line) else line for line in layer.lines))


def _has_symbols(line: LayerLine) -> bool:
    return any(name.endswith(_NAMES) for name, _ in line.fonts)


def _translated(line: LayerLine) -> LayerLine:
    parts = [part.translate(_SYMBOLS) if name.endswith(_NAMES) else part for name, part in line.fonts]
    fonts = tuple((name, part) for (name, _), part in zip(line.fonts, parts, strict=True))
    text = " ".join("".join(parts).split())
    if len(text) != len(line.line.text):  # ligatures were replaced
        return line
    letters = iter(text.replace(" ", ""))
    words = tuple(replace(word, text="".join(next(letters, "") for _ in word.text)) for word in line.line.words)
    return line._replace(line=replace(line.line, text=text, words=words), fonts=fonts)

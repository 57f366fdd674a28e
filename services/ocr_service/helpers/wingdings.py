"""Symbols of the fonts Wingdings and Wingdings 2, which have no meaning outside of their font: check marks, boxes.

PDFs map them to the private characters U+F020 to U+F0FF, or to the letters of their codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from services.ocr_service.helpers.page_drawing import Raw

_FONT = re.compile("wingdings", re.IGNORECASE)
#: A character of a symbol font of Windows: its code is the last byte.
PRIVATE = re.compile("[\uf020-\uf0ff]")

_WINGDINGS = {
    "l": "●", "m": "❍", "n": "■", "o": "☐", "p": "☐", "q": "☐", "r": "☐", "s": "⬧", "t": "⧫", "u": "◆", "v": "❖",
    "w": "⬥", "x": "☒", "\xa1": "○", "\xa7": "▪", "\xa8": "☐", "\xd8": "➢", "\xdf": "←", "\xe0": "→", "\xe1": "↑",
    "\xe2": "↓", "\xfb": "✘", "\xfc": "✔", "\xfd": "☒", "\xfe": "☑", "F": "☞", "J": "☺",
}  # fmt: skip
_WINGDINGS_2 = {
    "O": "✘", "P": "✔", "Q": "☒", "R": "☑", "S": "☒", "T": "☒", "\x98": "•", "\xa2": "■", "\xa3": "☐",
}  # fmt: skip
#: Characters of Wingdings that are recognised without the name of the font.
_CHECK_MARKS = {code: _WINGDINGS[code] for code in "o\xa8\xfb\xfc\xfd\xfe"}


@lru_cache(1024)
def is_wingdings(font: str) -> bool:
    return _FONT.search(font) is not None


def shown_symbols(text: str, font: str) -> str:
    """The text as the font shows it. Unknown symbols stay as they are."""
    if not is_wingdings(font):
        if "symbol" in font.lower():
            return text
        return PRIVATE.sub(lambda char: _CHECK_MARKS.get(chr(ord(char[0]) & 0xFF), char[0]), text)
    table = _WINGDINGS_2 if re.search("wingdings ?-?2", font, re.IGNORECASE) else _WINGDINGS
    return "".join([table.get(_code(char), char) for char in text])


def _code(char: str) -> str:
    return chr(ord(char) & 0xFF) if PRIVATE.match(char) else char


def show_symbols(spans: Iterable[Raw]) -> None:
    """Replace the text of symbol fonts in these spans."""
    for span in spans:
        font = span["font"]
        if "text" in span:
            span["text"] = shown_symbols(span["text"], font)
        else:
            for char in span["chars"]:
                char["c"] = shown_symbols(char["c"], font)

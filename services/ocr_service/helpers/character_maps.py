"""Reads the map from the codes of a font to characters (`ToUnicode`, PDF 32000-1, 9.10.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_HEX = rb"<([0-9A-Fa-f\s]*)>"
_SECTION = re.compile(rb"beginbf(char|range)(.*?)endbf", re.DOTALL)
_PAIR = re.compile(_HEX + rb"\s*" + _HEX)
_RANGE = re.compile(_HEX + rb"\s*" + _HEX + rb"\s*(?:" + _HEX + rb"|\[([^\]]*)\])")
_ITEM = re.compile(_HEX)
#: Longer ranges are those of maps that map each code to itself.
_MAX_RANGE = 256


def codes_of_characters(document: Any, xref: int) -> dict[str, list[int]]:
    """The codes that a font maps to each single character. Empty if it has no map.

    document: an open PyMuPDF document. xref: the object number of the font.
    """
    kind, value = document.xref_get_key(xref, "ToUnicode")
    if kind != "xref":
        return {}
    codes: dict[str, list[int]] = {}
    for code, character in _entries(document.xref_stream(int(value.split()[0])) or b""):
        codes.setdefault(character, []).append(code)
    return codes


def _entries(stream: bytes) -> Iterator[tuple[int, str]]:
    for kind, body in _SECTION.findall(stream):
        if kind == b"char":
            pairs = [(code, target) for code, target in _PAIR.findall(body) if len(target) == 4]  # one character
            yield from [(int(code, 16), chr(int(target, 16))) for code, target in pairs]
        else:
            yield from _entries_of_ranges(body)


def _entries_of_ranges(body: bytes) -> Iterator[tuple[int, str]]:
    for first, last, target, items in _RANGE.findall(body):
        start, count = int(first, 16), min(int(last, 16) - int(first, 16) + 1, _MAX_RANGE)
        if items:
            for at, item in enumerate(_ITEM.findall(items)):
                if len(item) == 4:
                    yield start + at, chr(int(item, 16))
        elif len(target) == 4:
            character = int(target, 16)
            yield from ((start + at, chr(character + at)) for at in range(count) if character + at < 0x10000)

"""Offsets into a text in the units that Azure's clients can choose."""

from __future__ import annotations

from itertools import accumulate

from wcwidth import iter_graphemes

CODE_POINTS, UTF16, TEXT_ELEMENTS = "unicodeCodePoint", "utf16CodeUnit", "textElements"
INDEX_TYPES = (TEXT_ELEMENTS, CODE_POINTS, UTF16)


class Offsets:
    """Converts positions in a text (code points, as Python counts) to the units of `index_type`."""

    def __init__(self, text: str, index_type: str) -> None:
        self._units = _units_before(text, index_type)

    def span(self, start: int, end: int) -> dict[str, int]:
        """Azure's form of a range. A range that begins or ends within a text element includes all of it."""
        units = self._units
        if units is None:
            return {"offset": start, "length": end - start}
        first = units[start]
        return {"offset": first, "length": max(units[end] - first, 0)}


def _units_before(text: str, index_type: str) -> list[int] | None:
    """For each position the units before it. None: each code point is one unit."""
    if index_type == CODE_POINTS or (text.isascii() and "\r" not in text):
        return None
    if index_type == UTF16:
        return [0, *accumulate(2 if character > "\uffff" else 1 for character in text)]
    # A text element of .NET is an extended grapheme cluster of Unicode.
    units: list[int] = []
    for number, cluster in enumerate(iter_graphemes(text)):
        units.extend([number] * len(cluster))
    return [*units, (units[-1] + 1) if units else 0]

"""Puts lines with right-to-left letters into the order in which they are read, from the positions of their glyphs."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from services.ocr_service.helpers import bidi
from services.ocr_service.helpers.layer_characters import (
    Character,
    PageText,
    characters,
    join_row,
    lines_of,
    set_characters,
    span_text,
    with_gaps,
)
from services.ocr_service.helpers.page_drawing import Raw

#: Parts of a line with a larger gap (em) are cells of a table.
_MAX_GAP = 1.0
#: Distance (em) below which two positions are the same.
_SAME = 0.01
#: Distance (em) from a letter at which a mark still belongs to it.
_MARK_REACH = 0.3


def order_rtl_lines(blocks: Sequence[Raw]) -> None:
    """Reorder the characters of lines with right-to-left letters. MuPDF splits such lines: they are joined first."""
    join_row(blocks, lambda line, other: _is_rtl(line) or _is_rtl(other), _MAX_GAP)
    text = PageText(blocks).text
    letters = sum(1 for char in text if unicodedata.bidirectional(char) == "L")
    page_is_rtl = len(bidi.RIGHT_TO_LEFT.findall(text)) > letters
    for line in lines_of(blocks):
        if _is_rtl(line):
            set_characters(line, _in_written_order(characters(line), page_is_rtl))


def _is_rtl(line: Raw) -> bool:
    """Whether a line has a right-to-left word. A single letter is one, or a sign with a wrong mapping: it stays."""
    return bidi.RIGHT_TO_LEFT_WORD.search("".join(map(span_text, line["spans"]))) is not None


def _in_written_order(chars: Sequence[Character], page_is_rtl: bool) -> list[Character]:
    clusters = _clusters([char for char in chars if not char.is_added])
    heads = with_gaps(sorted((cluster[0] for cluster in clusters), key=lambda char: char.centre))
    index_of = {id(char.raw): index for index, char in enumerate(heads)}
    found = [index_of[id(cluster[0].raw)] for cluster in clusters]
    tails = {id(cluster[0].raw): cluster for cluster in clusters}
    for index, char in enumerate(heads):  # a space at a gap follows what precedes it
        if id(char.raw) not in tails:
            at = found.index(index - 1)
            other = found.index(index + 1)
            found.insert(max(at, other) if abs(at - other) == 1 else at + 1, index)
    seen = [char.text for char in heads]
    base = bidi.base_direction("".join(seen), page_is_rtl)
    order = bidi.written_order(seen, found, base)
    heads = [heads[index] for index in order]
    for char, text in zip(heads, bidi.mirrored([char.text for char in heads], base), strict=True):
        char.raw["c"] = text
    return [part for char in heads for part in tails.get(id(char.raw), [char])]


def _clusters(chars: Sequence[Character]) -> list[list[Character]]:
    """Letters with what belongs to them: marks, and the further letters of a ligature, which have no width.

    MuPDF turns runs of right-to-left letters around, so the further letters precede the first one.
    """
    clusters: list[list[Character]] = []
    waiting: list[Character] = []
    for char in chars:
        if _is_further(char) and not _belongs(char, clusters[-1][0] if clusters else None):
            waiting.append(char)
        elif _is_further(char):
            clusters[-1].append(char)
        else:
            clusters.append([char, *reversed(waiting)])
            waiting = []
    return clusters + [[char] for char in waiting]


def _is_further(char: Character) -> bool:
    is_mark = unicodedata.bidirectional(char.text[:1]) == "NSM"
    return is_mark or (char.end - char.start < _SAME * char.size and not char.text.isspace())


def _belongs(char: Character, letter: Character | None) -> bool:
    """Whether a mark, or a further letter of a ligature, belongs to the letter before it."""
    if letter is None:
        return False
    if unicodedata.bidirectional(char.text[:1]) == "NSM":
        reach = _MARK_REACH * char.size
        return letter.start - reach <= char.centre <= letter.end + reach
    return abs(char.start - letter.end) < _SAME * char.size

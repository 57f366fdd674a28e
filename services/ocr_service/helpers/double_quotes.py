"""Joins two single quotation marks that are set as one double mark, as older typesetting and TeX do."""

from __future__ import annotations

from collections.abc import Iterable

from services.ocr_service.helpers.layer_characters import Character, PageText, characters, set_characters
from services.ocr_service.helpers.page_drawing import Raw
from services.ocr_service.helpers.page_transform import join

_DOUBLE = {"\u2018": "\u201c", "\u2019": "\u201d"}
#: Maximum gap (em) between the two marks.
_MAX_GAP = 0.1


def has_split_quotes(text: PageText) -> bool:
    """Whether a text has two single marks in a row."""
    return any(mark in text.rare and mark + mark in text.text for mark in _DOUBLE)


def join_in_spans(spans: Iterable[Raw]) -> None:
    """The same for spans without single characters: two marks without a space between them are close enough.

    Reading the characters of a page takes three times as long as reading the page.
    """
    for span in spans:
        for mark, double in _DOUBLE.items():
            span["text"] = span["text"].replace(mark + mark, double)


def join_quotes(line: Raw) -> None:
    """Replace each pair of the same single marks by the double one."""
    kept: list[Character] = []
    found = characters(line)
    for char in found:
        if kept and _is_pair(kept[-1], char):
            first = kept[-1].raw
            first["c"], first["bbox"] = _DOUBLE[char.text], join([first["bbox"], char.raw["bbox"]])
        else:
            kept.append(char)
    if len(kept) < len(found):
        set_characters(line, kept)


def _is_pair(first: Character, second: Character) -> bool:
    return first.text == second.text in _DOUBLE and second.start - first.end <= _MAX_GAP * first.size

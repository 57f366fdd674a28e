"""Order of characters in lines with right-to-left letters (Unicode Standard Annex 9, without explicit embeddings).

A PDF stores where each glyph is, not in which order it is read. So the order as seen, from left to right, is turned
back into the order as written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby

#: A letter of a right-to-left script, also as a presentation form.
_RANGES = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
RIGHT_TO_LEFT = re.compile(f"[{_RANGES}]")
RIGHT_TO_LEFT_WORD = re.compile(f"[{_RANGES}]{{2}}")
_LETTERS = {"L", "R", "AL"}
_NEUTRAL = {"B", "S", "WS", "ON", "ES", "CS", "ET", "BN", "NSM"}
_MIRRORED = {"(": ")", ")": "(", "[": "]", "]": "[", "{": "}", "}": "{", "<": ">", ">": "<", "«": "»", "»": "«"}
_OPENING = frozenset("([{<«")


def base_direction(text: str, page_is_rtl: bool) -> int:
    """0 if a line as seen, from left to right, belongs to left-to-right text, 1 if it belongs to right-to-left text.

    Letters of one direction at both ends decide; otherwise the direction of the page does.
    """
    strong = [kind != "L" for kind in map(unicodedata.bidirectional, text) if kind in _LETTERS]
    if not strong:
        return 0
    return int(strong[0] if strong[0] == strong[-1] else page_is_rtl)


def written_order(seen: Sequence[str], found: Sequence[int], base: int) -> list[int]:
    """Indexes of the characters of `seen`, a line from left to right, in the order in which they are read.

    found: the order in which the PDF has them. If it would be displayed as seen, it is right. Otherwise the display
    algorithm is applied to the line as seen: it is nearly its own inverse.
    """
    if displayed([seen[index] for index in found], base) == _ranks(found):
        return list(found)
    order = list(range(len(seen)))[:: -1 if base else 1]
    levels = _levels([seen[index] for index in order], base, inverse=True)
    runs = _reversed_runs(levels, 2)
    if not base:
        runs = _reversed_runs(levels, 1, runs)
    return [order[index] for index in runs]


def displayed(text: Sequence[str], base: int) -> list[int]:
    """Indexes of the characters of a line, as written, from left to right on the page."""
    levels = _levels(text, base)
    return _reversed_runs(levels, 1, _reversed_runs(levels, 2))


def mirrored(text: Sequence[str], base: int) -> list[str]:
    """The text with brackets of right-to-left parts turned around, if they have been stored as they look."""
    levels = _levels(text, base)
    brackets = [index for index, char in enumerate(text) if char in _MIRRORED and levels[index] % 2]
    result = list(text)
    if brackets and not _is_balanced([text[index] for index in brackets]):
        for index in brackets:
            result[index] = _MIRRORED[text[index]]
    return result


def _is_balanced(brackets: Sequence[str]) -> bool:
    open_ones: list[str] = []
    for char in brackets:
        if char in _OPENING:
            open_ones.append(_MIRRORED[char])
        elif not open_ones or open_ones.pop() != char:
            return False
    return not open_ones


def _ranks(found: Sequence[int]) -> list[int]:
    """For each character from left to right: its index in `found`."""
    return sorted(range(len(found)), key=lambda index: found[index])


def _reversed_runs(levels: Sequence[int], least: int, order: Sequence[int] | None = None) -> list[int]:
    """Rule L2 for one level: reverse each run of characters that have at least this level."""
    result: list[int] = []
    sequence = list(order) if order is not None else list(range(len(levels)))
    for is_high, run in groupby(sequence, key=lambda index: levels[index] >= least):
        members = list(run)
        result += members[::-1] if is_high else members
    return result


def _levels(text: Sequence[str], base: int, inverse: bool = False) -> list[int]:
    """Embedding levels (rules W1 to I2). inverse: the text is in the order as seen, where a number may precede the
    letters that it follows when read."""
    kinds = _resolved_numbers([unicodedata.bidirectional(char[:1]) or "L" for char in text], base)
    embedding = "R" if base else "L"
    start = 0
    for is_neutral, run in groupby(list(kinds), key=_NEUTRAL.__contains__):
        end = start + len(list(run))
        if is_neutral:
            before = kinds[start - 1] if start else embedding
            after = kinds[end] if end < len(kinds) else embedding
            kinds[start:end] = [_between(before, after, embedding, inverse)] * (end - start)
        start = end
    if base:
        return [1 if kind in ("R", "AL") else 2 for kind in kinds]
    return [{"L": 0, "R": 1, "AL": 1}.get(kind, 2) for kind in kinds]


def _between(before: str, after: str, embedding: str, inverse: bool) -> str:
    """Rules N1 and N2: the direction of neutral characters between two others."""
    if inverse and "L" in (before, after) and {before, after} <= {"L", "EN", "AN"}:
        return "L"
    sides = {"L" if kind == "L" else "R" for kind in (before, after)}
    return sides.pop() if len(sides) == 1 else embedding


def _resolved_numbers(kinds: list[str], base: int) -> list[str]:
    """Rules W1 to W7: marks, signs and separators of numbers, and numbers after letters."""
    strong = previous = "R" if base else "L"
    for index, kind in enumerate(kinds):
        if kind == "NSM":
            kinds[index] = kind = previous
        elif kind in _LETTERS:
            strong = kind
        elif kind == "EN" and strong == "AL":
            kinds[index] = kind = "AN"
        previous = kind
    for index in range(1, len(kinds) - 1):
        one, kind, other = kinds[index - 1 : index + 2]
        if one == other and ((kind == "CS" and one in ("EN", "AN")) or (kind == "ES" and one == "EN")):
            kinds[index] = one
    _join_signs(kinds)
    strong = "R" if base else "L"
    for index, kind in enumerate(kinds):
        if kind in _LETTERS:
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[index] = "L"
    return kinds


def _join_signs(kinds: list[str]) -> None:
    """Rule W5: currency, percent and degree signs beside a European number belong to it."""
    start = 0
    for kind, run in groupby(list(kinds)):
        end = start + len(list(run))
        beside = (kinds[start - 1] if start else "", kinds[end] if end < len(kinds) else "")
        if kind == "ET" and "EN" in beside:
            kinds[start:end] = ["EN"] * (end - start)
        start = end

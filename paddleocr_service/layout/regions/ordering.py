"""The order of regions, where their kind decides it."""

from __future__ import annotations

from collections.abc import Sequence

from ...results import HEADING, PAGE_FOOTER, PAGE_HEADER, PAGE_NUMBER, PARAGRAPH, SIDE_NOTE
from .markers import section_number
from .parts import Part
from .text_rows import PageType

_SENTENCE_END = (".", "!", "?", ":", ";", '"', "”", "»", "’", "'", ")")
_QUOTE_SIZE = 1.2  # of a pull quote, relative to the running text
_QUOTE_ROWS = 2
_MIN_SECTIONS = 3
_MAX_QUOTE = 300  # characters


def ordered(parts: Sequence[Part], page: PageType, as_written: bool) -> list[Part]:
    """Return page headers first, page footers last, and pull quotes after the paragraph that they interrupt.

    Footnotes stay after the text of their column. as_written: the order is that of a text layer, which only numbered
    sections change.
    """
    if as_written:
        return _by_number(list(parts))
    first = [part for part in parts if part.kind == PAGE_HEADER or _is_number_above(part, page)]
    last = [part for part in parts if part.kind in (PAGE_FOOTER, PAGE_NUMBER) and part not in first]
    outside = {id(part) for part in (*first, *last)}
    text = [part for part in parts if id(part) not in outside]
    return [*first, *_by_number(_without_interruptions(text, page)), *last]


def _by_number(parts: list[Part]) -> list[Part]:
    """Order numbered sections side by side by their numbers.

    Only if all headings of one type size are numbered from 1 without gaps; a section ends at the next heading.
    """
    found = [(at, section_number(part.text)) for at, part in enumerate(parts) if part.kind == HEADING]
    numbers = [number for _, number in found]
    if len(found) < _MIN_SECTIONS or sorted(numbers) != list(range(1, len(numbers) + 1)) or numbers == sorted(numbers):
        return parts
    starts = [at for at, _ in found]
    sections = {number: parts[at:end] for (at, number), end in zip(found, [*starts[1:], len(parts)], strict=True)}
    return [*parts[: starts[0]], *(part for number in sorted(sections) for part in sections[number])]


def _is_number_above(part: Part, page: PageType) -> bool:
    return part.kind == PAGE_NUMBER and part.box[3] < page.height / 2


def _without_interruptions(parts: list[Part], page: PageType) -> list[Part]:
    """Move pull quotes behind the paragraph that they interrupt, whose next part begins with a small letter.

    A quote may be several parts: its leading is wider than that of the text.
    """
    result = list(parts)
    for number in range(1, len(result) - 1):
        before, quote = result[number - 1 : number + 1]
        end = number
        while end < len(result) and _is_large(result[end], before, page):
            end += 1
        if number < end < len(result) and _interrupts(before, result[number:end], result[end]):
            for further in result[number + 1 : end]:
                quote.extend(further.rows)
            quote.kind, quote.level, quote.confidence = SIDE_NOTE, None, 0.7
            result[number : end + 1] = [result[end], quote]
    return result


def _is_large(part: Part, before: Part, page: PageType) -> bool:
    """Return whether a part may be a pull quote, or a row of one."""
    large = part.size >= _QUOTE_SIZE * page.size and part.size > before.size
    return large and part.kind in (HEADING, PARAGRAPH) and all(len(row.lines) == 1 for row in part.rows)


def _interrupts(before: Part, quote: Sequence[Part], after: Part) -> bool:
    """Return whether a sentence goes on behind a quote of several rows, which is no wider than its column."""
    text = " ".join(part.text for part in quote)
    if sum(len(part.rows) for part in quote) < _QUOTE_ROWS or len(text) > _MAX_QUOTE or text[:1].islower():
        return False
    left, right = min(part.box[0] for part in quote), max(part.box[2] for part in quote)
    columns = [part for part in (before, after) if len(part.rows) > 1]
    inside = any(left >= one.box[0] - one.size and right <= one.box[2] + one.size for one in columns)
    return inside and before.kind == after.kind == PARAGRAPH and _continues(before, after)


def _continues(before: Part, after: Part) -> bool:
    """Return whether a sentence goes on from one part to the other."""
    return after.rows[0].text[:1].islower() and not before.rows[-1].text.rstrip().endswith(_SENTENCE_END)

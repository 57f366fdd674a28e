"""Divide blocks into paragraphs and list items, and join the lines of a paragraph.

The end of a row is a deliberate break if the first word of the next row would have fitted into it. After the end of a
sentence, such a break ends the paragraph; elsewhere it stays a break in the text, as in an address.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .hyphenation import Vocabulary, join_two
from .markers import Marker, is_list, list_marker
from .text_rows import PageType, TextRow

_SENTENCE_END = (".", "!", "?", ":", '"', "”", "»", "…", "。", "؟", "।", "٫", "؛")
#: Characters by which the free space must exceed the first word of the next row.
_MARGIN = 2.5
#: Shorter rows, in characters, are no running text: names, addresses, labels.
_MIN_RUNNING = 25
#: Ratio of the letter sizes of two rows of a paragraph.
_SIZE_STEP = 1.22
_MIN_CAPITALS = 5
_SUBHEADING, _FULL = 0.6, 0.85  # widths of a subheading and of the row below it, as shares of the column
_MIN_FULL = 40  # characters of that row
_HYPHENS = ("-", "\u2010", "\u00ad", "\u00ac")


@dataclass
class Paragraph:
    """Rows of a paragraph, with the marker if it is a list item. right: right edge of its column."""

    rows: list[TextRow]
    right: float
    marker: Marker | None = None


def divide(rows: Sequence[TextRow], page: PageType) -> Iterator[Paragraph]:
    """Yield the paragraphs of a block of text."""
    right = max([row.box[2] for row in rows])
    markers = [list_marker(row.text) for row in rows]
    lists = _list_rows(rows, markers)
    current = Paragraph([rows[0]], right, markers[0] if lists[0] else None)
    for number in range(1, len(rows)):
        before, row = rows[number - 1], rows[number]
        if lists[number] or _is_new(current, before, row, right, page):
            yield current
            current = Paragraph([], right, markers[number] if lists[number] else None)
        current.rows.append(row)
    yield current


def _list_rows(rows: Sequence[TextRow], markers: Sequence[Marker | None]) -> list[bool]:
    """Return which rows begin list items: markers of one left edge that are a list together."""
    found = [False] * len(rows)
    if not any(markers):
        return found
    groups: list[list[int]] = []
    for number, marker in enumerate(markers):
        if marker is None:
            continue
        for group in groups:
            if abs(rows[group[-1]].box[0] - rows[number].box[0]) <= rows[number].size:
                group.append(number)
                break
        else:
            groups.append([number])
    for group in groups:
        if is_list([marker for number in group if (marker := markers[number])]):
            for number in group:
                found[number] = True
    return found


def _is_new(current: Paragraph, before: TextRow, row: TextRow, right: float, page: PageType) -> bool:
    """Return whether a row begins a paragraph."""
    ratio = max(before.size, row.size) / max(min(before.size, row.size), 1e-6)
    if ratio > _SIZE_STEP and _is_clear(before, row, page) and not row.text[:1].islower():
        return True
    if current.marker and row.box[0] < current.rows[0].box[0] - row.size:
        return True
    if row.text[:1].islower() or not is_deliberate(before, row, right):
        return False
    capitals = _is_upper(before.text) and not _is_upper(row.text)
    return before.text.endswith(_SENTENCE_END) or capitals or _is_subheading(before, row, right)


def _is_subheading(before: TextRow, row: TextRow, right: float) -> bool:
    """Return whether a short row stands above a full one, without the end of a sentence."""
    width = right - min(before.box[0], row.box[0])
    short = before.box[2] - before.box[0] <= _SUBHEADING * width and not before.text.endswith(",")
    full = row.box[2] - row.box[0] >= _FULL * width and len(row.text) >= _MIN_FULL
    return short and full and not before.text[:1].islower() and len(before.lines) == 1


def _is_upper(text: str) -> bool:
    """Return whether a row is a heading in capitals."""
    return text.isupper() and sum(char.isalpha() for char in text) >= _MIN_CAPITALS


def _is_clear(before: TextRow, row: TextRow, page: PageType) -> bool:
    """Return whether a change of size is more than the noise of a detector: one row is much larger than the text."""
    return max(before.size, row.size) > _SIZE_STEP * page.size


def is_deliberate(before: TextRow, row: TextRow, right: float) -> bool:
    """Return whether the first word of a row would have fitted into the row before."""
    space = row.text.find(" ")
    word = (space if space >= 0 else len(row.text)) + _MARGIN
    return right - before.box[2] > word * before.character_width


def joined_text(paragraph: Paragraph, words: Vocabulary, lang: str) -> str:
    """Return the text of a paragraph: rows are joined, except at deliberate breaks."""
    rows = paragraph.rows
    if len(rows) == 1:
        return rows[0].text
    length = sorted(len(row.text) for row in rows)[len(rows) // 2]
    text = rows[0].text
    for before, row in zip(rows, rows[1:], strict=False):
        broken = before.text.endswith(_HYPHENS) and row.text[:1].isalpha()
        if broken or row.text[:1].islower() or (length >= _MIN_RUNNING and not _breaks(before, row, paragraph.right)):
            text = join_two(text, row.text, words, lang)
        else:
            text = f"{text}\n{row.text}"
    return text


def _breaks(before: TextRow, row: TextRow, right: float) -> bool:
    return is_deliberate(before, row, right)

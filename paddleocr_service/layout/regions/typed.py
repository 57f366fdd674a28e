"""From blocks of lines to typed regions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ...results import HEADING, LIST_ITEM, PARAGRAPH, SIDE_NOTE, TABLE, TITLE, Block, Line
from .drop_caps import join_in_row
from .figures import with_figures
from .hyphenation import Vocabulary
from .kinds import find_kinds
from .ordering import ordered
from .paragraphs import Paragraph, divide, joined_text
from .parts import Part
from .text_rows import Box, PageType, TextRow, joined_box, overlap_x

_MAX_LEADING = 2.0  # distance of the rows of a heading, in letter sizes
_SAME_SIZE = 1.3
_HEADING = 1.25
_VERTICAL = 2.0
_MIN_NUMBERS = 3
_LINE_NUMBERS, _INSET = 0.8, 0.7  # confidence


def typed_regions(
    blocks: Sequence[Block],
    width: int,
    height: int,
    lang: str = "",
    figures: Sequence[Box] = (),
    *,
    as_written: bool = False,
) -> tuple[Block, ...]:
    """Return the regions of a page in reading order; each line of the blocks is in exactly one.

    blocks: paragraphs and tables in reading order. width, height: pixels of the page. lang: for hyphenation.
    figures: boxes around pictures; they become blocks without lines.
    as_written: the blocks are in the order of a text layer, which stays.
    """
    blocks = [block for block in blocks if block.rows]
    lines = [line for block in blocks for row in block.rows for line in row]
    if not blocks or _is_vertical(lines):
        return tuple(blocks)
    page = PageType.of(lines, width, height)
    parts = _joined_headings(list(_parts(blocks, page)), page)
    find_kinds(parts, page)
    if figures:
        parts = with_figures(parts, figures, page)
    words = Vocabulary([line.text for line in lines])
    return tuple([_block(part, words, lang) for part in ordered(parts, page, as_written)])


def _is_vertical(lines: Sequence[Line]) -> bool:
    """Return whether most of the text is written from top to bottom."""
    vertical = total = 0
    for line in lines:
        (ax, ay), _, (cx, cy), _ = line.polygon
        length = len(line.text)
        total += length
        if abs(cy - ay) > _VERTICAL * abs(cx - ax) and length > 2:  # noqa: PLR2004
            vertical += length
    return 2 * vertical > total


def _parts(blocks: Sequence[Block], page: PageType) -> Iterator[Part]:
    for block in blocks:
        rows = [page.row(join_in_row(row) if _may_have_drop_cap(row) else row) for row in block.rows]
        if block.kind == PARAGRAPH and _are_line_numbers(rows):
            yield Part(SIDE_NOTE, rows, block.bbox, _LINE_NUMBERS)
            continue
        if block.kind == SIDE_NOTE:
            yield Part(SIDE_NOTE, rows, block.bbox, _INSET)
            continue
        if block.kind != PARAGRAPH:
            yield Part(block.kind, rows, block.bbox, block.confidence, table=block)
            continue
        for paragraph in divide(rows, page):
            box = joined_box([row.box for row in paragraph.rows])
            kind = LIST_ITEM if paragraph.marker else PARAGRAPH
            marker = paragraph.marker.text if paragraph.marker else None
            yield Part(kind, paragraph.rows, box, 0.9, marker=marker, paragraph=paragraph)


def _may_have_drop_cap(row: tuple[Line, ...]) -> bool:
    return len(row) > 1 and len(row[0].text) <= 2  # noqa: PLR2004


def _are_line_numbers(rows: Sequence[TextRow]) -> bool:
    """Return whether rows are the numbers of lines, which the reading order puts in a block of their own."""
    return len(rows) >= _MIN_NUMBERS and all(row.text.isdigit() for row in rows)


def _joined_headings(parts: list[Part], page: PageType) -> list[Part]:
    """Join rows of large type below each other: large leading divides headings of several rows."""
    result: list[Part] = []
    for part in parts:
        last = result[-1] if result else None
        if last and last.paragraph and part.paragraph and not part.marker and _is_same_heading(last, part, page):
            last.extend(part.rows)
            last.paragraph.right = max(last.paragraph.right, part.paragraph.right)
        else:
            result.append(part)
    return result


def _is_same_heading(one: Part, other: Part, page: PageType) -> bool:
    if min(one.size, other.size) < _HEADING * page.size:
        return False
    same = max(one.size, other.size) <= _SAME_SIZE * min(one.size, other.size)
    step = other.rows[0].box[1] - one.rows[-1].box[1]
    close = 0 < step <= _MAX_LEADING * max(one.size, other.size)
    return same and close and overlap_x(one.box, other.box) > 0


def _block(part: Part, words: Vocabulary, lang: str) -> Block:
    if part.table:
        return part.table if part.kind == TABLE else replace(part.table, kind=part.kind, confidence=part.confidence)
    if not part.rows:
        return Block(part.kind, (), part.box, part.confidence)
    if part.kind in (HEADING, TITLE):  # no break of a heading is deliberate
        joined = " ".join([row.text for row in part.rows])
    else:
        joined = joined_text(part.paragraph or Paragraph(part.rows, part.box[2]), words, lang)
    rows = tuple([row.lines for row in part.rows])
    return Block(part.kind, rows, part.box, part.confidence, part.level, part.marker, joined=joined)

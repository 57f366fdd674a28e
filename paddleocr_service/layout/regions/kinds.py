"""The kind of each paragraph of a page, by its position, type size and first characters.

Each rule gives a confidence: a constant that says how often the rule is right, not a measurement of the page.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...results import CAPTION, FOOTNOTE, FORMULA, HEADING, LIST_ITEM, PARAGRAPH, SIDE_NOTE, TITLE
from .furniture import find_furniture
from .markers import Marker, heading_depth, is_caption, is_credit, is_list, is_note, list_marker
from .parts import Part
from .text_rows import Box, PageType, joined_box, overlap_x, overlap_y, weighted_median

_HEADING_SIZE = 1.25  # relative to the running text
_MIN_SIZE = 0.93  # the same for a heading without a number, not in capitals
_LEVEL_SIZES = (1.7, 1.4)  # from which a heading has level 1, and level 2
_TITLE_SIZE = 1.45
_TITLE_REACH = 0.45  # share of the page's height in which a title begins
_MAX_HEADING_ROWS = 4
_MAX_HEADING_LENGTH = 140
_MAX_PLAIN_HEADING = 70  # characters of a heading in the size of the text
_SHORT = 0.7  # width of a heading in the size of the text, relative to the text below it
_MIN_NUMBERED = 3
_MIN_TEXT = 300  # characters of a page that can have page headers
_NOTE_SIZE = 0.93
_NOTE_REACH = 0.55  # footnotes begin below this share of the page's height
_SIDE_WIDTH = 0.62  # of a side column, relative to the main one
_MAIN_WIDTH = 0.42  # of the main column, as a share of the width that text covers
_SIDE_SHARE = 0.4  # most of the characters of a page that side columns may have
_MATH = set("=∑∫√±≤≥≈≠∞∂∇∈→×÷^")


def find_kinds(parts: list[Part], page: PageType) -> None:
    """Set the kind of each part of a page; parts are in reading order."""
    texts = [part for part in parts if part.kind in (PARAGRAPH, LIST_ITEM)]
    if page.characters >= _MIN_TEXT:
        find_furniture(parts, page)
    for number, part in enumerate(texts):
        if part.kind != PARAGRAPH:
            continue
        following = texts[number + 1] if number + 1 < len(texts) else None
        if is_caption(part.text) and len(part.rows) <= _MAX_HEADING_ROWS * 2:
            part.kind, part.confidence = CAPTION, 0.9
        elif is_credit(part.text) and part.size <= page.size:
            part.kind, part.confidence = CAPTION, 0.6
        elif _is_formula(part, page):
            part.kind, part.confidence = FORMULA, 0.6
        else:
            _find_heading(part, following, page)
    _find_lists(parts)
    _find_title(parts, page)
    _find_footnotes(parts, page)
    _find_side_notes(parts, page)


def _find_heading(part: Part, following: Part | None, page: PageType) -> None:
    text, rows = part.text, part.rows
    if len(rows) > _MAX_HEADING_ROWS or len(text) > _MAX_HEADING_LENGTH:
        return
    ratio = part.size / page.size
    goes_on = following is not None and following.text[:1].islower() and ratio < _TITLE_SIZE
    if goes_on or text.rstrip().endswith((".", ",", ";")):  # a sentence
        return
    letters = sum(map(str.isalpha, text))
    if letters < 3 or letters * 2 < len(text) - 2 or any(len(row.lines) > 2 for row in rows):
        return
    depth = heading_depth(text)
    if ratio >= _HEADING_SIZE and not (text[:1].islower() and ratio < _TITLE_SIZE):
        level = 1 + sum(ratio < size for size in _LEVEL_SIZES)
        part.kind, part.level, part.confidence = HEADING, min(depth, 6) or level, 0.85
    elif following is not None and _begins_section(part, following):
        if depth:
            part.kind, part.level, part.confidence = HEADING, min(depth + 1, 6), 0.8
        elif text.isupper():
            part.kind, part.level, part.confidence = HEADING, 3, 0.7
        elif _is_short(part, following) and ratio >= _MIN_SIZE and not text.endswith((":", "?", "!")):
            part.kind, part.level, part.confidence = HEADING, 3, 0.5


def _begins_section(part: Part, following: Part) -> bool:
    """Return whether a row in the size of the text stands above running text in its column."""
    text, begin = part.text, following.text
    most = _MAX_HEADING_ROWS - 1 if text.isupper() else 1
    if len(part.rows) > most or len(text) > _MAX_PLAIN_HEADING or ". " in text[4:] or text[:1].islower():
        return False
    depth = heading_depth(text)
    enough = len(begin) >= (_MAX_PLAIN_HEADING / 2 if text.isupper() else _MAX_PLAIN_HEADING)
    enough = enough or bool(depth and not heading_depth(begin) and following.kind != LIST_ITEM)
    below = following.box[1] >= part.box[3] - part.size / 2 and overlap_x(part.box, following.box) > 0
    return enough and below and (depth > 0 or not begin[:1].islower())


def _is_short(part: Part, following: Part) -> bool:
    """Return whether a part is one short line, compared with the text below it."""
    return len(part.rows[0].lines) == 1 and part.box[2] - part.box[0] < _SHORT * (following.box[2] - following.box[0])


def _find_lists(parts: Sequence[Part]) -> None:
    """Find numbered paragraphs that are blocks of their own: at one left edge, with increasing numbers."""
    groups: list[list[tuple[Part, Marker]]] = []
    for part in parts:
        marker = list_marker(part.text) if part.kind == PARAGRAPH else None
        if marker is None:
            continue
        group = next((one for one in groups if abs(one[-1][0].box[0] - part.box[0]) <= part.size), None)
        if group is None:
            groups.append([(part, marker)])
        else:
            group.append((part, marker))
    for group in groups:
        if len(group) >= _MIN_NUMBERED and is_list([marker for _, marker in group]):
            for part, marker in group:
                part.kind, part.marker, part.confidence = LIST_ITEM, marker.text, 0.8


def _find_title(parts: Sequence[Part], page: PageType) -> None:
    """The largest heading is the title if it is at the top, alone in its size, and has no number."""
    headings = [part for part in parts if part.kind == HEADING]
    if not headings:
        return
    largest = max(headings, key=lambda part: part.size)
    others = [part for part in headings if part is not largest and part.size > largest.size / 1.15]
    before = sum(len(part.text) for part in parts[: parts.index(largest)] if part.kind == PARAGRAPH)
    at_top = largest.box[1] <= _TITLE_REACH * page.height and before * 3 <= page.characters
    if at_top and not others and largest.size >= _TITLE_SIZE * page.size and not heading_depth(largest.text):
        largest.kind, largest.level = TITLE, None


def _is_formula(part: Part, page: PageType) -> bool:
    """Return whether a part is a short row of mathematics: signs, and hardly a word."""
    text = part.text
    if "=" not in text or len(part.rows) > 2 or len(text) > _MAX_PLAIN_HEADING:
        return False
    words = [word for word in text.split() if sum(char.isalpha() for char in word) > 3]
    signs = sum(char in _MATH for char in text)
    return signs >= 1 and len(words) <= 1


def _find_footnotes(parts: Sequence[Part], page: PageType) -> None:
    """Small text that begins with a mark, below all other text of its column. Further lines without a mark follow."""
    body = [part for part in parts if part.kind in (PARAGRAPH, LIST_ITEM) and part.rows]
    for part in sorted(body, key=lambda part: -part.box[1]):
        low = part.box[1] >= _NOTE_REACH * page.height and part.size <= _NOTE_SIZE * page.size
        if not low or not is_note(part.text):
            continue
        below = [one for one in body if one.box[1] >= part.box[3] - part.size and overlap_x(one.box, part.box) > 0]
        if all(one.kind == FOOTNOTE or one.size <= _NOTE_SIZE * page.size for one in below):
            part.kind, part.confidence, part.marker = FOOTNOTE, 0.8, None


def _find_side_notes(parts: Sequence[Part], page: PageType) -> None:
    """Narrow columns beside a wide one are side notes, unless they hold much of the text."""
    body = [part for part in parts if part.kind in (PARAGRAPH, LIST_ITEM) and part.rows]
    if not body:
        return
    covered = joined_box([part.box for part in body])
    running = [part for part in body if len(part.rows) >= 2 and len(part.text) >= _MAX_PLAIN_HEADING]
    if not running:
        return
    wide = weighted_median([(part.box[2] - part.box[0], float(len(part.text))) for part in running])
    main = [part for part in running if part.box[2] - part.box[0] >= 0.8 * wide]
    left = weighted_median([(part.box[0], float(len(part.text))) for part in main])
    right = weighted_median([(part.box[2], float(len(part.text))) for part in main])
    if wide < _MAIN_WIDTH * (covered[2] - covered[0]):
        return
    column: Box = (left, covered[1], right, covered[3])
    beside = [
        part
        for part in body
        if overlap_x(part.box, column) <= page.size / 2
        and part.box[2] - part.box[0] <= _SIDE_WIDTH * wide
        and any(overlap_y(part.box, other.box) > 0 for other in main)
    ]
    if 0 < sum(len(part.text) for part in beside) <= _SIDE_SHARE * page.characters:
        edges = min(part.box[0] for part in beside), max(part.box[2] for part in beside)
        side: Box = (edges[0] - page.size, 0.0, edges[1] + page.size, 0.0)
        for part in body:
            if not (overlap_x(part.box, side) >= part.box[2] - part.box[0] and overlap_x(part.box, column) <= 0):
                continue
            part.kind, part.confidence, part.marker = SIDE_NOTE, 0.7, None

"""Corrections of a text layer that need the position of each character.

Extracting characters takes longer than extracting lines, so it is done only for pages whose text shows a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

import numpy as np

from services.ocr_service.helpers.page_drawing import Raw
from services.ocr_service.helpers.page_transform import Box, join

#: Gap (em) from which two characters are different words. MuPDF uses the same.
WORD_GAP = 0.15
#: Minimum width (em) of a soft hyphen that draws something.
_MIN_HYPHEN = 0.05
_LAST_ASCII = 0x7F
SOFT_HYPHEN = "\xad"


class Character(NamedTuple):
    """One character with its extent along the line, its offset across it (both in points), and its span."""

    raw: Raw
    start: float
    end: float
    across: float
    span: Raw

    @property
    def text(self) -> str:
        return str(self.raw["c"])

    @property
    def size(self) -> float:
        return float(self.span["size"])

    @property
    def centre(self) -> float:
        return (self.start + self.end) / 2

    @property
    def is_added(self) -> bool:
        """Whether it is a space that MuPDF has added at a gap."""
        return bool(self.raw.get("synthetic"))


class PageText:
    """The text of all spans of a page, one line each, and what the tests of corrections need of it.

    rare: the different characters beyond ASCII. codes: the text as UTF-32. Searching that with NumPy takes a tenth
    of the time of a regular expression.
    """

    def __init__(self, blocks: Iterable[Raw]) -> None:
        self.lines = list(lines_of(blocks))
        self.spans = [span for line in self.lines for span in line["spans"]]
        self.has_characters = bool(self.spans) and "chars" in self.spans[0]
        self.text = "\n".join([span_text(span) if self.has_characters else span["text"] for span in self.spans])
        self.codes = np.frombuffer(self.text.encode("utf-32-le", "replace"), np.uint32)
        self.rare = "" if self.text.isascii() else "".join(map(chr, set(self.codes[self.codes > _LAST_ASCII].tolist())))


def span_text(span: Raw) -> str:
    return span["text"] if "text" in span else "".join([char["c"] for char in span["chars"]])


def lines_of(blocks: Iterable[Raw]) -> Iterator[Raw]:
    for block in blocks:
        yield from block.get("lines", ())


def characters(line: Raw) -> list[Character]:
    """The characters of a line, in its order."""
    cos, sin = line["dir"]
    low, high, sign = (0, 2, cos) if abs(cos) >= abs(sin) else (1, 3, sin)
    result = []
    for span in line["spans"]:
        for char in span["chars"]:
            box, (x, y) = char["bbox"], char["origin"]
            start, end = (box[low], box[high]) if sign > 0 else (-box[high], -box[low])
            result.append(Character(char, start, end, y * cos - x * sin, span))
    return result


def set_characters(line: Raw, chars: Iterable[Character]) -> None:
    """Replace the characters of a line. Neighbours of one span stay together."""
    spans = []
    for _, run in groupby(chars, key=lambda char: id(char.span)):
        members = list(run)
        raw = [char.raw for char in members]
        spans.append({**members[0].span, "chars": raw, "bbox": join(char["bbox"] for char in raw)})
    line["spans"] = spans
    if spans:
        line["bbox"] = join(span["bbox"] for span in spans)


def space_between(before: Character, after: Character) -> Character:
    """A space for the gap between two characters."""
    edges = [(char.raw["bbox"], char.raw["origin"]) for char in (before, after)]
    (box, origin), (other, _) = edges
    gap: Box = (min(box[2], other[2]), box[1], max(box[0], other[0]), box[3])
    if gap[0] > gap[2]:
        gap = (gap[2], gap[1], gap[0], gap[3])
    raw = {"c": " ", "bbox": gap, "origin": origin, "synthetic": True}
    return Character(raw, before.end, after.start, before.across, before.span)


def with_gaps(chars: Iterable[Character]) -> list[Character]:
    """Characters from left to right, with a space at each gap that has none."""
    result: list[Character] = []
    for char in chars:
        last = result[-1] if result else None
        is_gap = last and char.start - last.end > WORD_GAP * max(last.size, char.size)
        if last and is_gap and not last.text.isspace() and not char.text.isspace():
            result.append(space_between(last, char))
        result.append(char)
    return result


def join_row(blocks: Iterable[Raw], is_part: Callable[[Raw, Raw], bool], max_gap: float) -> None:
    """Join lines of a block that follow each other on one baseline with a gap of at most `max_gap` em.

    is_part(line, other): whether the two may be joined.
    """
    for block in blocks:
        joined: list[Raw] = []
        for line in block.get("lines", ()):
            if joined and is_part(joined[-1], line) and _is_continued(joined[-1], line, max_gap):
                set_characters(joined[-1], with_gaps([*characters(joined[-1]), *characters(line)]))
            else:
                joined.append(line)
        if "lines" in block:
            block["lines"] = joined


def _is_continued(line: Raw, other: Raw, max_gap: float) -> bool:
    if line["dir"] != other["dir"] or not line["spans"] or not other["spans"]:
        return False
    one, two = characters(line), characters(other)
    size = max(one[0].size, two[0].size)
    gap = max(
        min(char.start for char in two) - max(char.end for char in one),
        min(char.start for char in one) - max(char.end for char in two),
    )
    return abs(one[0].across - two[0].across) <= 0.1 * size and -0.3 * size <= gap <= max_gap * size


def show_hyphens(line: Raw) -> None:
    """Turn soft hyphens that are drawn into hyphens, and drop the others."""
    if SOFT_HYPHEN not in "".join(map(span_text, line["spans"])):
        return
    kept = []
    for char in characters(line):
        if char.text == SOFT_HYPHEN:
            if char.end - char.start < _MIN_HYPHEN * char.size:
                continue
            char.raw["c"] = "-"
        kept.append(char)
    set_characters(line, kept)


def drop_empty(blocks: Iterable[Raw]) -> None:
    for block in blocks:
        if "lines" in block:
            block["lines"] = [line for line in block["lines"] if line["spans"]]

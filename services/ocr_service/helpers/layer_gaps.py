"""Characters of a text layer without meaning: gaps in its text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from services.ocr_service.helpers.text_layer import LayerLine

GAP = "\ufffd"
#: Up to this many unmapped characters on a line of their own are icons.
_MAX_ICON_LENGTH = 2
#: Several gaps, or one beside a digit, two lower-case letters, or between letters.
_GAP_IN_WORD = re.compile("\ufffd{2}|\ufffd[0-9]|[0-9]\ufffd|\ufffd[a-z]{2}|[a-z]{2}\ufffd|\\w\ufffd\\w")


@lru_cache(4096)
def is_unmapped(char: str) -> bool:
    """Whether a character is not in the font, for private use, or a control code."""
    return char == GAP or (unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs") and not char.isspace())


def is_private(char: str) -> bool:
    """Whether a character is for private use: fonts of icons have such characters, and fonts with lost maps."""
    return "\ue000" <= char <= "\uf8ff"


def unmapped_characters(lines: Sequence[LayerLine], text: str) -> int:
    """Number of characters without meaning. text: the text of all lines.

    One or two such characters on a line of their own are icons and do not count.
    """
    if not _may_have_gaps(text):
        return 0
    unmapped = {char for char in set(text) if is_unmapped(char)}
    texts = [line.line.text for line in lines]
    written = "".join(text for text in texts if len(text) > _MAX_ICON_LENGTH or not unmapped.issuperset(text))
    return sum(map(written.count, unmapped))


def lines_with_gaps(lines: Sequence[LayerLine]) -> tuple[LayerLine, ...]:
    """Lines in which a word or number has a gap. Other gaps are icons, or symbols of a formula."""
    if not _may_have_gaps("".join([line.line.text for line in lines])):
        return ()
    return tuple(line for line in lines if _has_gap_in_word(line.line.text))


def _may_have_gaps(text: str) -> bool:
    return GAP in text or not text.isprintable()


def _has_gap_in_word(text: str) -> bool:
    if not _may_have_gaps(text):
        return False
    marked = _mark(text)
    return bool(_GAP_IN_WORD.search(marked)) and len(marked.strip(GAP)) > 0


def mark_gaps(lines: Iterable[LayerLine]) -> tuple[LayerLine, ...]:
    """Replace characters without meaning by U+FFFD, the sign of Unicode for them."""
    return tuple(_marked(line) for line in lines)


def _marked(line: LayerLine) -> LayerLine:
    if not any(map(is_unmapped, line.line.text)):
        return line
    words = tuple(replace(word, text=_mark(word.text)) for word in line.line.words)
    return line._replace(line=replace(line.line, text=_mark(line.line.text), words=words))


def _mark(text: str) -> str:
    return "".join(GAP if is_unmapped(char) else char for char in text)

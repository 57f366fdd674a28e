"""Uses /ActualText of a tagged PDF where it says more than the glyphs: where they have no meaning of their own.

Elsewhere the glyphs are what a reader sees: /ActualText can be empty or something else entirely.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.ocr_service.helpers.layer_characters import PageText, lines_of, span_text
from services.ocr_service.helpers.page_drawing import Raw
from services.ocr_service.helpers.page_transform import Box

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pymupdf

#: A character without meaning, or a letter of a script whose glyphs are not characters in the order of reading:
#: Arabic and Indic scripts, Thai to Khmer.
NEEDS_ACTUAL_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u0600-\u08ff\u0900-\u109f\u1780-\u17ff\ufb50-\ufdff"
                               "\ufe70-\ufefc\ue000-\uefff\uf100-\uf8ff\ufffd]")  # fmt: skip
_UNMAPPED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]")
_ALPHABET = 26
#: The value of an /ActualText in a content stream.
_VALUE = re.compile(rb"/ActualText\s*(\((?:\\.|[^)\\])*|<[0-9A-Fa-f\s]*|[0-9]+)", re.DOTALL)
#: A sign of /ActualText in a content stream, which can also be in the resources of the page.
_ANY_ACTUAL_TEXT = re.compile(rb"/ActualText|/Span\s*/\w+\s+BDC")
#: Number of pages of each document that are searched for /ActualText, without and with a reason in their text.
_FIRST_PAGES, _REASON_PAGES = 1, 5
#: Maximum distance (points) of the upper and lower edges of a line in two extractions, and the minimum share of its
#: length that overlaps. MuPDF spreads the letters of /ActualText.
_SAME_EDGE, _MIN_OVERLAP = 1.0, 0.8
#: Minimum share of equal letters of glyphs and /ActualText.
_MIN_EQUAL = 0.5
#: Maximum length of /ActualText, as a multiple of the letters of the glyphs. MuPDF sometimes returns a part twice.
_MAX_LONGER = 1.5
#: Minimum length of /ActualText, as a share of the number of glyphs.
_MIN_LENGTH = 0.5


class ActualTextCheck:
    """Says which pages of a document may need /ActualText. Reading it takes as long as reading the page.

    Looking for it in a page takes a tenth of that. So it is done for the first pages, for more with glyphs that
    need it or a sign of fonts of small capitals, and for all if one has it.
    """

    def __init__(self) -> None:
        self._checked = 0
        self._found = False

    def is_needed(self, page: pymupdf.Page, text: PageText) -> bool:
        """text: of the page, from the glyphs."""
        needs_it = NEEDS_ACTUAL_TEXT.search(text.rare)
        limit = _REASON_PAGES if needs_it or _has_mixed_case(text.codes) else _FIRST_PAGES
        if not self._found and self._checked >= limit:
            return False
        self._checked += 1
        content = page.read_contents()
        is_used = _ANY_ACTUAL_TEXT.search(content) is not None if needs_it else _has_letters(content)
        self._found |= is_used
        return is_used or (needs_it is not None and bool(page.get_xobjects()))


def _has_mixed_case(codes: npt.NDArray[np.uint32]) -> bool:
    """Whether a small letter precedes two capitals, as in fonts of small capitals with a wrong mapping."""
    capital, small = codes - ord("A") < _ALPHABET, codes - ord("a") < _ALPHABET
    return bool((small[:-2] & capital[1:-1] & capital[2:]).any())


def _has_letters(content: bytes) -> bool:
    """Whether a content stream has an /ActualText with letters. Often it is only a hyphen or a space."""
    return b"ActualText" in content and any(map(_is_text, _VALUE.findall(content)))


def _is_text(value: bytes) -> bool:
    """value: a literal or hexadecimal string as in the file, or an object number."""
    if value.startswith(b"<"):
        value = bytes.fromhex(re.sub(rb"[^0-9A-Fa-f]", b"", value).decode().ljust(4, "0"))
    elif not value.startswith(b"("):
        return True
    is_utf16 = value.lstrip(b"(").startswith(b"\xfe\xff")
    text = value.lstrip(b"(").decode("utf-16", "ignore") if is_utf16 else value.decode("latin-1")
    return any(map(str.isalpha, text))


def use_actual_text(blocks: Sequence[Raw], with_actual_text: Sequence[Raw]) -> None:
    """Replace lines by the same lines read with /ActualText, where those say more.

    blocks, with_actual_text: of one page, without and with /ActualText.
    """
    others: dict[int, list[Raw]] = {}
    for line in lines_of(with_actual_text):
        others.setdefault(round(line["bbox"][1]), []).append(line)
    for block in blocks:
        for index, line in enumerate(block.get("lines", ())):
            text, top = _line_text(line), round(line["bbox"][1])
            near = [other for row in (top - 1, top, top + 1) for other in others.get(row, ())]
            same = (other for other in near if _is_same_place(line["bbox"], other["bbox"]))
            block["lines"][index] = next((other for other in same if _is_better(_line_text(other), text)), line)


def _line_text(line: Raw) -> str:
    return "".join(map(span_text, line["spans"]))


def _is_same_place(box: Box, other: Box) -> bool:
    overlap = min(box[2], other[2]) - max(box[0], other[0])
    is_same_row = abs(box[1] - other[1]) <= _SAME_EDGE and abs(box[3] - other[3]) <= _SAME_EDGE
    return is_same_row and overlap >= _MIN_OVERLAP * max(box[2] - box[0], other[2] - other[0])


def _is_better(actual: str, glyphs: str) -> bool:
    if actual == glyphs:
        return False
    unmapped = len(_UNMAPPED.findall(glyphs))
    if unmapped:
        return len(_UNMAPPED.findall(actual)) < unmapped and len(actual) >= _MIN_LENGTH * len(glyphs)
    one, two = _letters(actual), _letters(glyphs)
    if not NEEDS_ACTUAL_TEXT.search(glyphs):  # fonts of small capitals often map them to small letters
        return one != two and one.casefold() == two.casefold()
    if Counter(one) < Counter(two):  # MuPDF loses an alef before the ligature of lam and alef
        return False
    equal = (Counter(one) & Counter(two)).total()
    is_similar = equal >= _MIN_EQUAL * len(two) and len(one) <= _MAX_LONGER * len(two)
    return is_similar and _digits(one) == _digits(two)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text)))


def _digits(text: str) -> list[str]:
    return sorted(filter(str.isdigit, text))

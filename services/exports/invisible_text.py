"""The content stream with the invisible text of one page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from services.exports.glyphless_font import DESCENT, GlyphlessFont
from services.exports.page_matrix import PageMatrix
from services.exports.text_strips import Strip, strips
from services.exports.word_positions import PlacedWord, placed_words, runs_backwards

#: Render mode 3: neither filled nor stroked.
_START, _END = "q BT 3 Tr\n", "ET Q\n"
#: Around each word. pdf.js makes one element of what stands side by side, and stretches it as a whole: a word in it
#: would be highlighted where it is in the browser's own font.
_WORD_START, _WORD_END = "/Span BMC", "EMC"
#: Two lines stand side by side without a gap if their tops and their ends differ by less than these shares of the
#: height. Then their words become narrower by the last share of their width.
_SAME_ROW, _GAP, _GAP_SHARE = 0.5, 0.15, 0.15
#: A word continues the strip of an earlier one if its middle and its height differ by less than this share of the
#: height, and the cosine of the angle between them is greater.
_SAME_STRIP, _SAME_DIRECTION = 0.1, 0.995
#: Part of a word at the end of a line. Poppler joins it with the next line, also if that is one of another column. It
#: leaves the other hyphen as it is, which viewers search like the first.
_BROKEN, _HYPHEN = re.compile(r"[^\W\d_]-$"), "\u2010"


def invisible_text(lines: Sequence[Mapping[str, Any]], matrix: PageMatrix, font: GlyphlessFont, resource: str) -> bytes:
    """lines: of a page of a result, in reading order. resource: name of the font on the page. Empty without text."""
    drawn = [_drawn(line) for line in lines]
    for one, other in pairwise(drawn):
        _separate(one, other)
    polygons = [word.polygon for words in drawn for word in words]
    if not polygons:
        return b""
    each_strip = strips(polygons, matrix)
    # Each line takes as many strips as it has words.
    parts = [part for words in drawn for part in _line(zip(words, each_strip, strict=False), font, resource)]
    return "".join([_START, *parts, _END]).encode("ascii") if parts else b""


def _separate(one: list[PlacedWord], other: list[PlacedWord]) -> None:
    """Leave a gap where the second line begins at the end of the first one: poppler would join their words."""
    if not one or not other:
        return
    _, (right, top), (_, bottom), _ = one[-1].polygon
    (left, beside), *_ = other[0].polygon
    height = bottom - top
    if abs(beside - top) < _SAME_ROW * height and abs(left - right) < _GAP * height:
        one[-1] = one[-1].part(0, 1 - _GAP_SHARE)
        other[0] = other[0].part(_GAP_SHARE, 1)


def _line(words: Iterable[tuple[PlacedWord, Strip]], font: GlyphlessFont, resource: str) -> Iterator[str]:
    """words: from left to right. They follow each other along the line, so most of them need only their distance from
    the one before."""
    origin, back, height, at = 0j, 0j, 0.0, 0.0
    for word, (start, direction, length, size, oblique) in words:
        if not size:
            continue
        offset = (start - origin) * back
        tolerance = _SAME_STRIP * height
        if (
            abs(offset.imag) < tolerance
            and abs(size - height) < tolerance
            and (direction * back).real > _SAME_DIRECTION
        ):
            move = f"{offset.real - at:.2f} 0 Td "
            at = offset.real
        else:
            origin, back, height, at = start, direction.conjugate(), size, 0.0
            move = _start(start, direction, size, resource)
        codes, width = font.encode_whole(word.drawn) if oblique else font.encode(word.drawn)
        scale = 100_000 * length / (height * max(1, width))
        if word.space_after:
            codes += font.encode(" ")[0]
        yield f"{move}{scale:.2f} Tz {_WORD_START} <{codes}> Tj {_WORD_END}\n"


def _start(middle: complex, direction: complex, size: float, resource: str) -> str:
    """Sets the font, and the baseline as the line from which words are placed. middle: of the side where it starts."""
    origin = middle - 1j * direction * (0.5 - DESCENT) * size
    return f"/{resource} {size:.2f} Tf {_axes(direction)} {origin.real:.2f} {origin.imag:.2f} Tm\n"


@lru_cache(maxsize=16)  # four of them are those of nearly all lines
def _axes(direction: complex) -> str:
    cos, sin = direction.real, direction.imag
    return f"{cos:.5g} {sin:.5g} {0 - sin:.5g} {cos:.5g}"


def _drawn(line: Mapping[str, Any]) -> list[PlacedWord]:
    """The words of a line in the order in which they are drawn: from left to right."""
    words = list(placed_words(line))
    if words and _BROKEN.search(words[-1].text):
        words[-1] = words[-1]._replace(text=words[-1].text[:-1] + _HYPHEN)
    return words[::-1] if runs_backwards(line["text"]) else words

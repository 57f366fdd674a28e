"""PDFs with known text layers: correct ones, and layers that differ from the visible text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pymupdf
from PIL import Image, ImageDraw

from tests.support.drawing import saved
from tests.support.engine import PROSE, draw_lines, wrap_text

A4 = (595, 842)


def pdf_of(*draw: Callable[[pymupdf.Page], object], size: tuple[float, float] = A4) -> bytes:
    """A PDF with one page per function; each function draws its page."""
    document = pymupdf.open()
    for one in draw:
        one(document.new_page(width=size[0], height=size[1]))
    return document.tobytes()


def write(
    page: pymupdf.Page, lines: Sequence[str], x: float = 72, y: float = 72, size: float = 11, **how: object
) -> None:
    """Insert lines of text below each other, from (x, y). All sizes are in points."""
    for row, line in enumerate(lines):
        page.insert_text((x, y + 1.4 * size * row), line, fontsize=size, **how)


def two_columns(page: pymupdf.Page) -> list[str]:
    """Two columns of prose, the left one first in the layer. Returns the lines in reading order."""
    lines = wrap_text(" ".join(PROSE), 11, 200)
    half = len(lines) // 2
    write(page, lines[:half])
    write(page, lines[half:], x=320)
    return lines


def across_columns(page: pymupdf.Page) -> list[str]:
    """The same page, but the layer goes from left to right across both columns. Returns the lines in reading order."""
    lines = wrap_text(" ".join(PROSE), 11, 200)
    half = len(lines) // 2
    for row in range(half):
        for x, line in ((72, lines[row]), (320, lines[half + row])):
            page.insert_text((x, 72 + 15.4 * row), line, fontsize=11)
    return lines[: 2 * half]


def embedded(lines: Sequence[str], change: Callable[[pymupdf.Document, int], object]) -> bytes:
    """A page of text in an embedded font. `change(document, xref)` may change the font object."""
    document = pymupdf.open()
    page = document.new_page()
    page.insert_font(fontname="F0", fontbuffer=pymupdf.Font("helv").buffer)
    write(page, lines, fontname="F0")
    document = pymupdf.open(stream=document.tobytes())
    change(document, document[0].get_fonts()[0][0])
    return document.tobytes()


def without_mapping(document: pymupdf.Document, font: int) -> None:
    """Remove the mapping from glyphs to characters."""
    document.xref_set_key(font, "ToUnicode", "null")


def shifted_mapping(document: pymupdf.Document, font: int) -> None:
    """Map each glyph to the next character: a becomes b."""
    mapping = int(document.xref_get_key(font, "ToUnicode")[1].split()[0])

    def shift(found: re.Match) -> bytes:
        return b"%s <%04x>" % (found[1], int(found[2], 16) + 1)

    stream = re.sub(rb"(<\w{4}> <\w{4}>) <(\w{4})>", shift, document.xref_stream(mapping))
    document.update_stream(mapping, stream)


def sheet(*lines: str) -> bytes:
    """A PNG of a whole page with lines of text, as a scanner makes it."""
    image = Image.new("L", (A4[0] * 2, A4[1] * 2), 255)
    draw_lines(ImageDraw.Draw(image), list(lines), 100, 100, 40)
    return saved(image, format="PNG")


def scan(page: pymupdf.Page, *shown: str, hidden: Sequence[str] = (), first: bool = False, mode: int = 3) -> None:
    """A picture of the `shown` text over the whole page, and a layer with the `hidden` text.

    The layer is invisible (`mode` is its text rendering mode), or covered by the picture (`first`).
    """
    if first:
        write(page, hidden, y=120)
    page.insert_image(page.rect, stream=sheet(*shown))
    if not first:
        write(page, hidden, y=120, render_mode=mode)

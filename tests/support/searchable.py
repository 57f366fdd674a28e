"""Searchable PDFs of many kinds, with the words that are in them and their places."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf
from PIL import Image

from services.exports.searchable_pdf import write
from services.exports.word_positions import placed_words
from tests.support.exports import Box, FakeResult, encoded, line_with, page_with, polygon, scan_pdf

#: Boxes in pixels of a page of 850 x 1100. All words are different, and none is part of another.
WORDS = (
    ("Hello", (100, 200, 260, 240)),
    ("wide", (280, 200, 650, 240)),
    ("narrow", (100, 400, 190, 440)),
    ("tall", (300, 380, 420, 500)),
    ("x", (600, 700, 620, 730)),
    ("4711-A", (100, 1000, 330, 1040)),
)
SCRIPTS = (
    ("你好世界", (100, 200, 300, 250)),
    ("हिन्दी", (100, 300, 300, 350)),
    ("Ελληνικά", (100, 400, 300, 450)),
    ("Straße", (100, 500, 300, 550)),
    ("한국어", (100, 600, 300, 650)),
    ("مرحبا", (100, 700, 300, 750)),
)


SKEWED = (("rising", (100, 500, 300, 540)), ("words", (330, 488, 530, 528)))
Words = Sequence[tuple[str, Box]]


@dataclass
class Case:
    """source: of one page. page: of the result. words: on it, in pixels. size: in units of the page."""

    source: bytes
    page: dict[str, Any]
    words: Words = WORDS
    size: tuple[float, float] = (612, 792)

    @property
    def pdf(self) -> bytes:
        return searchable(self.source, self.page)

    def share(self, box: Box) -> list[float]:
        """A box of a word in shares of the page's width and height."""
        return [edge / side for edge, side in zip(box, (self.page["width"], self.page["height"]) * 2, strict=True)]


def searchable(source: bytes, *pages: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    write(io.BytesIO(source), FakeResult(pages), out, io.BytesIO())
    return out.getvalue()


def scan(change: Callable[[pikepdf.Object], None] = lambda page: None, size: tuple[float, float] = (612, 792)) -> bytes:
    with pikepdf.open(io.BytesIO(scan_pdf(size=size))) as pdf:
        change(pdf.pages[0].obj)
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def turned(page: pikepdf.Object) -> None:
    page.Rotate = 90


def cropped(page: pikepdf.Object) -> None:
    page.CropBox = pikepdf.Array([100, 50, 406, 446])


def large_units(page: pikepdf.Object) -> None:
    page.UserUnit = 2


def skewed() -> dict[str, Any]:
    """Words of one line that rises by 3°, each with the box around it."""
    page = page_with()
    page["lines"] = [line_with(*SKEWED)]
    page["lines"][0]["bbox"] = [[100, 512], [530, 488], [530, 528], [100, 552]]
    return page


def line_without_words() -> dict[str, Any]:
    page = page_with()
    page["lines"] = [{"text": "nothing but lines", "confidence": 0.9, "bbox": polygon((100, 200, 500, 240))}]
    return page


def words_of_lines(page: dict[str, Any]) -> Words:
    """The words where they are taken to be, because only their line is known."""
    placed = [word for line in page["lines"] for word in placed_words(line)]
    return [(word.text, (*word.polygon[0], *word.polygon[2])) for word in placed]


CASES = {
    "scan": Case(scan(), page_with(*WORDS)),
    "turned": Case(scan(turned, (792, 612)), page_with(*WORDS)),
    "upright": Case(scan(size=(792, 612)), page_with(*WORDS, orientation=270)),
    "cropped": Case(scan(cropped), page_with(*WORDS), size=(306, 396)),
    "large-units": Case(scan(large_units), page_with(*WORDS)),
    "jpeg": Case(encoded(Image.new("RGB", (850, 1100), "white"), "JPEG", dpi=(100, 100)), page_with(*WORDS)),
    "skewed": Case(scan(), skewed(), SKEWED),
    "scripts": Case(scan(), page_with(*SCRIPTS), SCRIPTS),
    "lines": Case(scan(), line_without_words(), words_of_lines(line_without_words())),
}

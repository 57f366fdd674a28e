"""The text that MuPDF draws for one widget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from paddleocr_service import Line, Word
from services.ocr_service.helpers.page_transform import Box, PageTransform, box_around, join
from services.ocr_service.helpers.text_layer import LayerLine

if TYPE_CHECKING:
    from pymupdf import mupdf

#: Type of PyMuPDF's blocks.
_IMAGE = 1


class AppearanceLine(NamedTuple):
    """A line of text in points. characters: the boxes of its characters other than spaces. height: of its letters."""

    text: str
    box: Box
    characters: tuple[Box, ...] = ()
    direction: tuple[float, float] = (1.0, 0.0)
    height: float = 0.0

    @classmethod
    def joined(cls, lines: Sequence[AppearanceLine]) -> AppearanceLine:
        """The parts of one line that MuPDF took apart, as it does with letters in a comb."""
        characters = tuple(box for line in lines for box in line.characters)
        text = " ".join(line.text for line in lines)
        return cls(text, join(line.box for line in lines), characters, lines[0].direction, lines[0].height)


def appearance_of(widget: mupdf.PdfAnnot) -> list[AppearanceLine]:
    """The lines of text in a widget, from top to bottom."""
    import pymupdf

    page = _text_page(widget, pymupdf.TEXT_PRESERVE_LIGATURES)
    lines = []
    for block in pymupdf.TextPage(page).extractRAWDICT()["blocks"]:
        for line in block["lines"]:
            spans = line["spans"]
            chars = [char for span in spans for char in span["chars"]]
            text = " ".join("".join(char["c"] for char in chars).split())
            boxes = tuple(char["bbox"] for char in chars if not char["c"].isspace())
            height = spans[0]["size"] * (spans[0]["ascender"] - spans[0]["descender"])
            if text:
                lines.append(AppearanceLine(text, line["bbox"], boxes, line["dir"], height))
    return lines


def draws_image(widget: mupdf.PdfAnnot) -> bool:
    import pymupdf

    block = _text_page(widget, pymupdf.TEXT_PRESERVE_IMAGES).m_internal.first_block
    while block:
        if block.type == _IMAGE:
            return True
        block = block.next
    return False


def _text_page(widget: mupdf.PdfAnnot, flags: int) -> mupdf.FzStextPage:
    """What MuPDF draws for a widget. flags: PyMuPDF's, for text."""
    from pymupdf import mupdf

    page = mupdf.FzStextPage(mupdf.FzRect(mupdf.FzRect.Fixed_INFINITE))
    device = mupdf.fz_new_stext_device(page, mupdf.FzStextOptions(flags))
    mupdf.pdf_run_annot(widget, device, mupdf.FzMatrix(), mupdf.FzCookie())
    mupdf.fz_close_device(device)
    return page


def layer_line(line: AppearanceLine, transform: PageTransform, block: int, with_words: bool) -> LayerLine:
    """A line of a widget as a line of the text layer. It has no fonts: the file states its text."""
    polygon, upright = transform.polygon(line.box, line.direction, line.height)
    words = tuple(_words(line, transform)) if with_words else ()
    return LayerLine(Line(line.text, 1.0, polygon, words), box_around(polygon), block, (), False, False, upright)


def _words(line: AppearanceLine, transform: PageTransform) -> Iterator[Word]:
    """The words of a line. If the places of its letters are unknown, they share its width equally."""
    texts = line.text.split()
    boxes = line.characters
    if len(boxes) != sum(map(len, texts)):
        x0, y0, x1, y1 = line.box
        step = (x1 - x0) / len(line.text)
        edges = [x0 + step * index for index, char in enumerate(line.text) if not char.isspace()]
        boxes = tuple((left, y0, left + step, y1) for left in edges)
    for text in texts:
        polygon, _ = transform.polygon(join(boxes[: len(text)]), line.direction, line.height)
        boxes = boxes[len(text) :]
        yield Word(text, 1.0, polygon)

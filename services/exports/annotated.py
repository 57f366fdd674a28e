"""The pages of the uploaded file with an outline around each line.

The outlines are vector graphics over the page, which is not changed. They are numbered in reading order and coloured by
confidence. Documents that were found have a frame and their type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any, BinaryIO

import pikepdf
from pikepdf import Dictionary, Name, Pdf
from PIL import Image

from services.exports.page_boxes import visible_box
from services.exports.page_matrix import PageMatrix, pixels_to_page
from services.exports.page_resources import add_font, own_resources
from services.exports.pages import Pages
from services.exports.picture_streams import PNG_LEVEL
from services.exports.searchable_pdf import opened, pages_of, save
from services.ocr_service.helpers.pdf_processor import POINTS_PER_INCH, PdfDocument
from utils.sources import Source

#: Least confidence and colour (red, green, blue from 0 to 1). The last one is for anything less.
COLOURS = ((0.95, (0.1, 0.6, 0.2)), (0.8, (0.9, 0.6, 0.0)), (0.0, (0.85, 0.1, 0.1)))
_DOCUMENT_COLOUR = (0.1, 0.3, 0.9)
#: Width of outlines and size of numbers, as shares of the median height of the lines.
_OUTLINE, _NUMBER = 0.06, 0.55
_RESOURCE = "Numbers"


def write(
    source: BinaryIO, result: Pages, out: BinaryIO, scratch: BinaryIO, masked: bool = False, password: str = ""
) -> None:
    """Write a PDF of all pages. source: the uploaded file, a PDF or an image. scratch: an empty file.

    masked: see `searchable_pdf`. Raises OCRServiceError.
    """
    file = pages_of(source, result, scratch, masked, password)
    with opened(file, password) as pdf:
        font = pdf.make_indirect(
            Dictionary(
                Type=Name.Font, Subtype=Name.Type1, BaseFont=Name("/Helvetica-Bold"), Encoding=Name.WinAnsiEncoding
            )
        )
        for page in result.pages():
            if page["success"] and (page["lines"] or page.get("documents")):
                _annotate(pdf, pdf.pages[page["page"] - 1], page, font, upright=masked)
        save(pdf, out)


def draw(annotated: Source, number: int, side: int, password: str = "") -> bytes:
    """A page of what `write` wrote, as PNG. side: pixels on the longer side. Raises OCRServiceError."""
    with PdfDocument(annotated, password) as pdf, BytesIO() as packed:
        dpi = side / max(pdf.page_size(number)) * POINTS_PER_INCH
        Image.fromarray(pdf.render(number, dpi, side**2)).save(packed, "PNG", compress_level=PNG_LEVEL)
        return packed.getvalue()


def _annotate(pdf: Pdf, page: pikepdf.Page, read: Mapping[str, Any], font: pikepdf.Object, upright: bool) -> None:
    turn = 0 if upright else read["orientation"] or 0
    matrix = pixels_to_page(visible_box(page), page.rotation + turn, read["width"], read["height"])
    name = add_font(own_resources(page), font, _RESOURCE)
    # What the page itself changes, such as its coordinates, ends before the outlines begin.
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(b"\nQ\n" + outlines(read, matrix, name))
    if turn:
        page.obj.Rotate = (page.rotation + turn) % 360


def outlines(read: Mapping[str, Any], matrix: PageMatrix, font: str) -> bytes:
    """The content stream over one page. font: its resource name."""
    heights = sorted(_distance(line["bbox"][0], line["bbox"][3]) for line in read["lines"])
    height = heights[len(heights) // 2] if heights else read["height"] / 50
    scale = _distance(matrix((0, 0)), matrix((0, 1)))
    parts = [f"q {_OUTLINE * height * scale:.3f} w\n"]
    for number, line in enumerate(read["lines"], 1):
        parts += _outline(line["bbox"], matrix, colour_of(line["confidence"]))
        parts += _label(str(number), line["bbox"], matrix, _NUMBER * height, font)
    for document in read.get("documents") or ():
        parts += _outline(document["bbox"], matrix, _DOCUMENT_COLOUR)
        parts += _label(document["type"], document["bbox"], matrix, _NUMBER * height, font)
    return "".join([*parts, "Q\n"]).encode("ascii", "replace")


def colour_of(confidence: float) -> tuple[float, float, float]:
    return next((colour for least, colour in COLOURS if confidence >= least), COLOURS[-1][1])


def _outline(
    polygon: Sequence[Sequence[float]], matrix: PageMatrix, colour: tuple[float, float, float]
) -> Iterator[str]:
    red, green, blue = colour
    yield f"{red:g} {green:g} {blue:g} RG {red:g} {green:g} {blue:g} rg\n"
    first, *others = [f"{x:.2f} {y:.2f}" for x, y in (matrix(point) for point in polygon)]
    yield " ".join([first, "m", *[f"{point} l" for point in others], "s\n"])


def _label(text: str, polygon: Sequence[Sequence[float]], matrix: PageMatrix, size: float, font: str) -> Iterator[str]:
    """A text left of the top left corner, upright on the page as it is displayed. size: in pixels."""
    x, y = polygon[0]
    start = matrix((max(0.0, x - size * (0.62 * len(text) + 0.2)), max(size, y + size)))
    right, down = matrix((x + 1, y)), matrix((x, y + 1))
    origin = matrix((x, y))
    a, b = right[0] - origin[0], right[1] - origin[1]
    c, d = origin[0] - down[0], origin[1] - down[1]
    axes = " ".join(f"{size * value:.4f}" for value in (a, b, c, d))
    yield f"BT /{font} 1 Tf {axes} {start[0]:.2f} {start[1]:.2f} Tm ({text}) Tj ET\n"


def _distance(one: Sequence[float], other: Sequence[float]) -> float:
    return float(((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5)

"""A PDF of the pictures of all pages, in which hidden numbers are painted over.

Only pixels come from the uploaded file. Its text, drawings, annotations, form fields, attachments, metadata and earlier
revisions stay behind, because each of them may have the number, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO, Protocol

from PIL import Image, ImageDraw

from paddleocr_service.orientation import rotated
from services.exports.image_pdf import (
    MAX_PIXELS,
    POINTS_PER_INCH,
    add_page,
    frames_of,
    is_pdf,
    is_sideways,
    number_of_points,
    on_disk,
    resolution,
)
from services.exports.page_matrix import PageMatrix
from services.exports.pages import Pages
from services.exports.pdf_writer import PdfWriter
from services.exports.picture_streams import PictureStream, fax_stream, packed_stream
from services.ocr_service.helpers.colour import RGBArray
from services.ocr_service.helpers.image_processor import displayed_size, go_to_frame, open_picture, read_frame
from services.ocr_service.helpers.pdf_processor import PdfDocument
from utils.sources import Source

_QUALITY = 90
#: Largest side of a JPEG.
_MAX_JPEG_SIDE = 65_500
_UPRIGHT = PageMatrix(1, 0, 0, 1, 0, 0)

Page = Mapping[str, Any]


class _Source(Protocol):
    """The uploaded file. number: of a page, from 1. turn: degrees by which the result turns the page clockwise."""

    @property
    def count(self) -> int:
        """The number of its pages."""

    def size(self, number: int) -> tuple[float, float]:
        """Width and height in points, not turned."""

    def picture(self, number: int, width: int) -> RGBArray:
        """The page, not turned. width: its pixels, if there is a choice."""


def write_masked(source: BinaryIO, result: Pages, out: BinaryIO, password: str = "") -> None:
    """Write the pages upright, as in the result. Pages that were not read are blank: nobody knows what they show.

    Raises OCRServiceError.
    """
    writer = PdfWriter(out)
    with on_disk(source) as path, _opened(path, is_pdf(source), password) as document:
        pages = result.pages()
        page = next(pages, None)
        for number in range(1, document.count + 1):
            if page is None or page["page"] != number:
                _add_blank_page(writer, document.size(number))
                continue
            if page["success"]:
                _add_masked_page(writer, document, page)
            else:
                _add_blank_page(writer, document.size(number))
            page = next(pages, None)
    writer.finish()


@contextmanager
def _opened(path: Source, pdf: bool, password: str) -> Iterator[_Source]:
    if pdf:
        with PdfDocument(path, password) as document:
            yield _Pdf(document, document.page_count)
    else:
        with open_picture(path, max_pixels=MAX_PIXELS) as picture:
            count = frames_of(picture)
        yield _Frames(path, count)


@dataclass(frozen=True)
class _Pdf:
    document: PdfDocument
    count: int

    def size(self, number: int) -> tuple[float, float]:
        return self.document.page_size(number)

    def picture(self, number: int, width: int) -> RGBArray:
        dpi = width * POINTS_PER_INCH / self.size(number)[0]
        return self.document.render(number, dpi, MAX_PIXELS)


@dataclass(frozen=True)
class _Frames:
    path: Source
    count: int

    def size(self, number: int) -> tuple[float, float]:
        with open_picture(self.path, max_pixels=MAX_PIXELS) as picture:
            go_to_frame(picture, number, MAX_PIXELS)
            (width, height), dpi = displayed_size(picture), resolution(picture)
            if is_sideways(picture):
                dpi = dpi[::-1]
        return width * POINTS_PER_INCH / dpi[0], height * POINTS_PER_INCH / dpi[1]

    def picture(self, number: int, width: int) -> RGBArray:
        return read_frame(self.path, number, max_pixels=MAX_PIXELS)


def _add_masked_page(writer: PdfWriter, document: _Source, page: Page) -> None:
    number, turn = page["page"], page["orientation"] or 0
    width, height = document.size(number)
    array = document.picture(number, page["height"] if turn in (90, 270) else page["width"])
    array = rotated(array, turn) if turn else array
    if turn in (90, 270):
        width, height = height, width
    dpi = array.shape[1] * POINTS_PER_INCH / width, array.shape[0] * POINTS_PER_INCH / height
    add_page(writer, _stream_of(painted(array, page)), _UPRIGHT, dpi)


def painted(array: RGBArray, page: Page) -> Image.Image:
    """The picture of a page with its masked areas in black. array: turned as in the result."""
    picture = _without_colours(array)
    across, down = picture.width / page["width"], picture.height / page["height"]
    draw = ImageDraw.Draw(picture)
    for area in page["masked_areas"]:
        draw.polygon([(x * across, y * down) for x, y in area], fill=0, outline=0, width=2)
    return picture


def _without_colours(array: RGBArray) -> Image.Image:
    """In grey if all pixels are."""
    red, green, blue = array[..., 0], array[..., 1], array[..., 2]
    is_grey = bool((red == green).all() and (green == blue).all())
    return Image.fromarray(red if is_grey else array)


def _stream_of(picture: Image.Image) -> PictureStream:
    if picture.mode == "L" and _is_bilevel(picture):
        return fax_stream(picture.convert("1", dither=Image.Dither.NONE))
    if max(picture.size) > _MAX_JPEG_SIDE:
        return packed_stream(picture)
    with BytesIO() as packed:
        picture.save(packed, "JPEG", quality=_QUALITY)
        space = b"/DeviceGray" if picture.mode == "L" else b"/DeviceRGB"
        entries = b"/ColorSpace %b /BitsPerComponent 8 /Filter /DCTDecode" % space
        return PictureStream(*picture.size, entries, [packed.getvalue()])


def _is_bilevel(picture: Image.Image) -> bool:
    return not any(picture.histogram()[1:255])


def _add_blank_page(writer: PdfWriter, size: Sequence[float]) -> None:
    writer.add_page(b"/MediaBox [0 0 %b %b]" % (number_of_points(size[0]), number_of_points(size[1])))

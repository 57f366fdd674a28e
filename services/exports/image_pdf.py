"""An uploaded image as a PDF with one page for each frame, of the same physical size and without text."""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from PIL import ExifTags, Image

from services.exports.page_matrix import PageMatrix
from services.exports.pdf_writer import PdfWriter
from services.exports.picture_streams import PictureStream, may_be_turned, stream_of
from services.ocr_service.helpers.image_processor import go_to_frame, open_picture, orientation_of
from utils.sniffing import HEAD_BYTES, sniff
from utils.sources import Source

#: Resolutions of a picture that are believed, in dots per inch; else the last one is assumed.
_LEAST_DPI, _MOST_DPI, _USUAL_DPI = 72, 600, 200
POINTS_PER_INCH = 72
#: Largest side of a page in units (ISO 32000-2, C.2). Larger pages have larger units.
_MAX_SIDE = 14_400
_X_RESOLUTION = ExifTags.Base.XResolution
MAX_PIXELS = 1 << 30  # the upload was checked
#: EXIF orientation to the matrix that draws the picture upright on the unit square.
_MATRICES = {
    1: PageMatrix(1, 0, 0, 1, 0, 0),
    2: PageMatrix(-1, 0, 0, 1, 1, 0),
    3: PageMatrix(-1, 0, 0, -1, 1, 1),
    4: PageMatrix(1, 0, 0, -1, 0, 1),
    5: PageMatrix(0, -1, -1, 0, 1, 1),
    6: PageMatrix(0, -1, 1, 0, 0, 1),
    7: PageMatrix(0, 1, 1, 0, 0, 0),
    8: PageMatrix(0, 1, -1, 0, 1, 0),
}


def as_pdf(source: BinaryIO, scratch: BinaryIO) -> BinaryIO:
    """The source itself if it is a PDF, else a PDF of the image in the empty file `scratch`. Raises OCRServiceError."""
    if is_pdf(source):
        return source
    write_pages(source, scratch)
    scratch.seek(0)
    return scratch


def is_pdf(source: BinaryIO) -> bool:
    source.seek(0)
    kind = sniff(source.read(HEAD_BYTES))
    source.seek(0)
    return kind == "application/pdf"


def write_pages(source: BinaryIO, out: BinaryIO) -> None:
    """Write the image as a PDF. Raises OCRServiceError."""
    writer = PdfWriter(out)
    with on_disk(source) as path, open_picture(path, max_pixels=MAX_PIXELS) as picture:
        for number in range(1, frames_of(picture) + 1):
            go_to_frame(picture, number, MAX_PIXELS)
            stored = orientation_of(picture) if may_be_turned(source, picture) else 1
            add_page(writer, stream_of(source, picture), _MATRICES[stored], resolution(picture))
    writer.finish()


def frames_of(picture: Image.Image) -> int:
    """Only a TIFF has more than one: an animation is read as its first frame."""
    return getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1


def is_sideways(picture: Image.Image) -> bool:
    """Whether its EXIF orientation swaps width and height."""
    return not _MATRICES[orientation_of(picture)].a


def add_page(writer: PdfWriter, stream: PictureStream, matrix: PageMatrix, dpi: tuple[float, float]) -> None:
    """matrix: draws the picture upright on the unit square."""
    image = writer.add_stream(stream.dictionary, stream.parts)
    sides = stream.width * POINTS_PER_INCH / dpi[0], stream.height * POINTS_PER_INCH / dpi[1]
    width, height = sides if matrix.a else reversed(sides)
    unit = max(1, math.ceil(max(width, height) / _MAX_SIDE))
    width, height = width / unit, height / unit
    drawn = PageMatrix(width, 0, 0, height, 0, 0).after(matrix)
    content = writer.add_stream(b"", [b"q %b cm /Image Do Q" % b" ".join(map(number_of_points, drawn))])
    entries = b"/MediaBox [0 0 %b %b] /Contents %d 0 R" % (number_of_points(width), number_of_points(height), content)
    resources = b" /Resources << /XObject << /Image %d 0 R >> >>" % image
    writer.add_page(entries + resources + (b" /UserUnit %d" % unit if unit > 1 else b""))


def number_of_points(value: float) -> bytes:
    return f"{value:.4f}".rstrip("0").rstrip(".").encode()


def resolution(picture: Image.Image) -> tuple[float, float]:
    """Dots per inch, across and down."""
    found = picture.info.get("dpi")
    if picture.format == "JPEG" and not picture.info.get("jfif_unit") and _X_RESOLUTION not in picture.getexif():
        found = None  # Pillow reports 72 if EXIF data has no resolution
    if not found or not all(_LEAST_DPI <= round(float(value)) <= _MOST_DPI for value in found):
        return _USUAL_DPI, _USUAL_DPI
    return float(found[0]), float(found[1])


@contextmanager
def on_disk(source: BinaryIO) -> Iterator[Source]:
    """The file as Pillow's reader takes it. What is only in memory is copied to a temporary file."""
    name = getattr(source, "name", None)
    if isinstance(name, int):
        yield name
        return
    if isinstance(name, str) and Path(name).is_file():
        yield Path(name)
        return
    source.seek(0)
    with tempfile.NamedTemporaryFile() as copy:
        shutil.copyfileobj(source, copy)
        copy.flush()
        yield Path(copy.name)

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

from services.exports.pdf_writer import PdfWriter
from services.exports.picture_streams import PictureStream, jpeg_stream, packed_stream
from services.ocr_service.helpers.colour import to_rgb_array
from services.ocr_service.helpers.image_processor import go_to_frame, open_picture, orientation_of
from utils.sniffing import HEAD_BYTES, sniff

#: Resolutions of a picture that are believed, in dots per inch; else the last one is assumed.
_LEAST_DPI, _MOST_DPI, _USUAL_DPI = 72, 600, 200
_POINTS_PER_INCH = 72
#: Largest side of a page in units (ISO 32000-2, C.2). Larger pages have larger units.
_MAX_SIDE = 14_400
_X_RESOLUTION = ExifTags.Base.XResolution
_MAX_PIXELS = 1 << 30  # the upload was checked
#: EXIF orientation to the matrix (a, b, c, d, e, f) that draws the picture upright on the unit square.
_MATRICES = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}
_SIDEWAYS = (5, 6, 7, 8)


@contextmanager
def as_pdf(source: BinaryIO) -> Iterator[BinaryIO]:
    """The source itself if it is a PDF, else a temporary PDF of the image. Raises OCRServiceError."""
    source.seek(0)
    kind = sniff(source.read(HEAD_BYTES))
    source.seek(0)
    if kind == "application/pdf":
        yield source
        return
    with tempfile.TemporaryFile() as file:
        write_pages(source, file)
        file.seek(0)
        yield file


def write_pages(source: BinaryIO, out: BinaryIO) -> None:
    """Write the image as a PDF. Raises OCRServiceError."""
    writer = PdfWriter(out)
    with _on_disk(source) as path, open_picture(path, max_pixels=_MAX_PIXELS) as picture:
        for number in range(1, frames_of(picture) + 1):
            go_to_frame(picture, number, _MAX_PIXELS)
            turn = orientation_of(picture)
            _add_page(writer, stream_of(source, picture), turn, _resolution(picture))
    writer.finish()


def frames_of(picture: Image.Image) -> int:
    """Only a TIFF has more than one: an animation is read as its first frame."""
    return getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1


def stream_of(file: BinaryIO, picture: Image.Image) -> PictureStream:
    """The current frame."""
    if stream := jpeg_stream(file, picture):
        return stream
    picture.load()
    if picture.mode not in ("1", "L", "RGB") or picture.has_transparency_data:
        picture = Image.fromarray(to_rgb_array(picture))
    return packed_stream(picture)


def _add_page(writer: PdfWriter, stream: PictureStream, turn: int, dpi: tuple[float, float]) -> None:
    image = writer.add_stream(stream.dictionary, stream.parts)
    sides = stream.width * _POINTS_PER_INCH / dpi[0], stream.height * _POINTS_PER_INCH / dpi[1]
    width, height = reversed(sides) if turn in _SIDEWAYS else sides
    unit = max(1, math.ceil(max(width, height) / _MAX_SIDE))
    width, height = width / unit, height / unit
    a, b, c, d, e, f = _MATRICES[turn]
    matrix = b" ".join(number(value) for value in (a * width, b * height, c * width, d * height, e * width, f * height))
    content = writer.add_stream(b"", [b"q %b cm /Image Do Q" % matrix])
    entries = b"/MediaBox [0 0 %b %b] /Contents %d 0 R" % (number(width), number(height), content)
    resources = b" /Resources << /XObject << /Image %d 0 R >> >>" % image
    writer.add_page(entries + resources + (b" /UserUnit %d" % unit if unit > 1 else b""))


def number(value: float) -> bytes:
    return f"{value:.4f}".rstrip("0").rstrip(".").encode()


def _resolution(picture: Image.Image) -> tuple[float, float]:
    """Dots per inch, across and down."""
    found = picture.info.get("dpi")
    if picture.format == "JPEG" and "jfif_density" not in picture.info and _X_RESOLUTION not in picture.getexif():
        found = None  # Pillow reports 72 if EXIF data has no resolution
    if not found or not all(_LEAST_DPI <= round(float(value)) <= _MOST_DPI for value in found):
        return _USUAL_DPI, _USUAL_DPI
    return float(found[0]), float(found[1])


@contextmanager
def _on_disk(source: BinaryIO) -> Iterator[Path]:
    """The path of the file. What has none, such as bytes in memory, is copied to a temporary file."""
    name = getattr(source, "name", None)
    if isinstance(name, str) and Path(name).is_file():
        yield Path(name)
        return
    source.seek(0)
    with tempfile.NamedTemporaryFile() as copy:
        shutil.copyfileobj(source, copy)
        copy.flush()
        yield Path(copy.name)

"""Pictures as PDF images.

The data of a JPEG, a PNG, or a TIFF in fax codes (CCITT group 4) is embedded as it is. What PDF has no encoding for is
packed without loss: pictures in black and white as fax, others by Flate.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import (
    COMPRESSION,
    PHOTOMETRIC_INTERPRETATION,
    ROWSPERSTRIP,
    SAMPLESPERPIXEL,
    STRIPBYTECOUNTS,
    STRIPOFFSETS,
)

from services.ocr_service.helpers.colour import to_rgb_array
from services.ocr_service.helpers.picture_repair import PNG_SIGNATURE

#: Bytes that are copied at a time.
_PART = 1 << 18
#: Pillow's modes of a JPEG.
_JPEG_SPACES = {"L": b"/DeviceGray", "RGB": b"/DeviceRGB", "CMYK": b"/DeviceCMYK"}
#: Adobe's programs store inverted values.
_INVERTED_CMYK = b" /Decode [1 0 1 0 1 0 1 0]"
#: Colour types of PNG without transparency, and their number of components.
_PNG_GREY, _PNG_RGB, _PNG_PALETTE = 0, 2, 3
_PNG_COMPONENTS = {_PNG_GREY: 1, _PNG_RGB: 3, _PNG_PALETTE: 1}
#: With these tags, the codes of a TIFF can be copied: no codes for single pixels, not turned, one bit per pixel.
_GROUP_4, _PLAIN_FAX = 4, {293: 0, 274: 1, SAMPLESPERPIXEL: 1}
#: Bits of a byte are stored from the highest one (1) or from the lowest.
_FILL_ORDER = 266
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
#: Chunks that change how the pixels are shown.
_PNG_TRANSPARENCY, _PNG_EXIF = b"tRNS", b"eXIf"
#: Of compression: fast, and files are hardly larger than with the usual 6.
TEXT_LEVEL, PNG_LEVEL = 3, 4
#: Rows in the middle of a picture that show how it is packed best.
_SAMPLE_ROWS = 64
_OPAQUE = 255


@dataclass(frozen=True, slots=True)
class PictureStream:
    """width, height: pixels as stored. entries: of the image dictionary. parts: the encoded data."""

    width: int
    height: int
    entries: bytes
    parts: Iterable[bytes]

    @property
    def dictionary(self) -> bytes:
        return b"/Type /XObject /Subtype /Image /Width %d /Height %d %b" % (self.width, self.height, self.entries)


def stream_of(file: BinaryIO, picture: Image.Image) -> PictureStream:
    """The current frame of a picture that was opened from this file."""
    copied = _jpeg_stream(file, picture) or _png_file_stream(file, picture) or _fax_file_stream(file, picture)
    return copied or packed_stream(picture)


def may_be_turned(file: BinaryIO, picture: Image.Image) -> bool:
    """Whether the file may have an EXIF orientation. Pillow would decode a PNG to find out."""
    return picture.format != "PNG" or any(chunk.name == _PNG_EXIF for chunk in _png_chunks(file))


def _jpeg_stream(file: BinaryIO, picture: Image.Image) -> PictureStream | None:
    """The unchanged JPEG file. None for other formats, and for JPEGs in colour spaces that PDF does not support."""
    space = _JPEG_SPACES.get(picture.mode)
    if picture.format not in ("JPEG", "MPO") or space is None:
        return None
    inverted = _INVERTED_CMYK if picture.mode == "CMYK" and "adobe" in picture.info else b""
    entries = b"/ColorSpace %b%b /BitsPerComponent 8 /Filter /DCTDecode" % (space, inverted)
    return PictureStream(*picture.size, entries, _copied(file))


def _copied(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while part := file.read(_PART):
        yield part


def _png_file_stream(file: BinaryIO, picture: Image.Image) -> PictureStream | None:
    """The unchanged pixels of the PNG file. None for other formats, and for interlaced, transparent or damaged PNGs."""
    if picture.format != "PNG" or picture.info.get("interlace"):
        return None
    chunks = list(_png_chunks(file))
    if chunks[-1].name != b"IEND" or any(chunk.name == _PNG_TRANSPARENCY for chunk in chunks):
        return None
    return _png_stream(file, chunks)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """start: position of its data in the file."""

    name: bytes
    start: int
    size: int

    def read(self, file: BinaryIO) -> bytes:
        file.seek(self.start)
        return file.read(self.size)


def _png_chunks(file: BinaryIO) -> Iterator[_Chunk]:
    place = len(PNG_SIGNATURE)
    while True:
        file.seek(place)
        header = file.read(8)
        if len(header) < 8:
            return
        size, name = struct.unpack(">I4s", header)
        yield _Chunk(name, place + 8, size)
        if name == b"IEND":
            return
        place += size + 12


def _png_stream(file: BinaryIO, chunks: Sequence[_Chunk]) -> PictureStream | None:
    """PDF knows PNG's compression and filters. None for pixels with an alpha channel."""
    width, height, bits, colour, _, _, interlace = struct.unpack(">IIBBBBB", chunks[0].read(file)[:13])
    components = _PNG_COMPONENTS.get(colour)
    if components is None or interlace:
        return None
    space = b"/DeviceRGB" if colour == _PNG_RGB else b"/DeviceGray"
    if colour == _PNG_PALETTE:
        palette = next(chunk for chunk in chunks if chunk.name == b"PLTE").read(file)
        space = b"[/Indexed /DeviceRGB %d <%b>]" % (len(palette) // 3 - 1, palette.hex().encode())
    predictor = b"<< /Predictor 15 /Colors %d /BitsPerComponent %d /Columns %d >>" % (components, bits, width)
    entries = b"/ColorSpace %b /BitsPerComponent %d /Filter /FlateDecode /DecodeParms %b" % (space, bits, predictor)
    return PictureStream(width, height, entries, (chunk.read(file) for chunk in chunks if chunk.name == b"IDAT"))


def packed_stream(picture: Image.Image) -> PictureStream:
    """The pixels that the recogniser sees, packed without loss."""
    picture.load()
    if picture.mode == "1" and not picture.has_transparency_data:
        return fax_stream(picture)
    return _flate_stream(_pixels(picture))


def _pixels(picture: Image.Image) -> NDArray[np.uint8]:
    """(height, width) if all pixels are grey, else (height, width, 3).

    Many scans are stored in colour, and take a third of the space in grey.
    """
    if picture.mode in ("RGBA", "LA") and picture.getchannel("A").getextrema()[0] == _OPAQUE:
        picture = Image.merge(picture.mode[:-1], picture.split()[:-1])
    if picture.mode not in ("L", "RGB") or picture.has_transparency_data:
        picture = Image.fromarray(to_rgb_array(picture))
    first, *others = picture.split()
    grey = first.tobytes()
    is_grey = all(other.tobytes() == grey for other in others)
    return np.frombuffer(grey, np.uint8).reshape(picture.size[::-1]) if is_grey else np.asarray(picture)


def _flate_stream(pixels: NDArray[np.uint8]) -> PictureStream:
    """pixels: (height, width) or (height, width, 3). Text is packed as it is, photos as in PNG, by differences."""
    height, width = pixels.shape[:2]
    if _is_photo(pixels):
        packed = BytesIO()
        Image.Image.save(Image.fromarray(pixels), packed, "PNG", compress_level=PNG_LEVEL)
        stream = _png_stream(packed, list(_png_chunks(packed)))
        assert stream is not None
        return stream
    space = b"/DeviceGray" if pixels.ndim == 2 else b"/DeviceRGB"
    entries = b"/ColorSpace %b /BitsPerComponent 8 /Filter /FlateDecode" % space
    return PictureStream(width, height, entries, [zlib.compress(pixels.tobytes(), TEXT_LEVEL)])


def _is_photo(pixels: NDArray[np.uint8]) -> bool:
    """Whether differences of neighbours take less space than the pixels themselves, in some rows in the middle."""
    start = max(0, (len(pixels) - _SAMPLE_ROWS) // 2)
    sample = pixels[start : start + _SAMPLE_ROWS]
    differences = sample[:, 1:] - sample[:, :-1]
    return len(zlib.compress(differences.tobytes(), 1)) < len(zlib.compress(sample.tobytes(), 1))


def _fax_file_stream(file: BinaryIO, picture: Image.Image) -> PictureStream | None:
    """The unchanged codes of a TIFF. None for other formats, and for TIFFs that are turned, damaged or in strips: each
    strip begins with a white line of its own."""
    if picture.format != "TIFF" or picture.mode != "1":
        return None
    tags = picture.tag_v2  # type: ignore[attr-defined]  # a TIFF
    starts, sizes = tags.get(STRIPOFFSETS, ()), tags.get(STRIPBYTECOUNTS, ())
    is_plain = all(tags.get(tag, usual) == usual for tag, usual in _PLAIN_FAX.items())
    if tags.get(COMPRESSION) != _GROUP_4 or not is_plain or len(starts) != 1 or len(sizes) != 1:
        return None
    if starts[0] + sizes[0] > file.seek(0, os.SEEK_END):
        return None
    file.seek(starts[0])
    codes = file.read(sizes[0])
    return _fax_codes(picture.size, tags, codes)


def fax_stream(picture: Image.Image) -> PictureStream:
    """picture: in Pillow's mode `1`."""
    packed = BytesIO()
    picture.save(packed, "TIFF", compression="group4", tiffinfo={ROWSPERSTRIP: picture.height})
    with Image.open(packed, formats=("TIFF",)) as file:
        tags = file.tag_v2  # type: ignore[attr-defined]  # a TIFF
        (start,), (size,) = tags[STRIPOFFSETS], tags[STRIPBYTECOUNTS]
    return _fax_codes(picture.size, tags, packed.getvalue()[start : start + size])


def _fax_codes(size: tuple[int, int], tags: Mapping[int, Any], codes: bytes) -> PictureStream:
    """tags: of the TIFF with these codes. Pillow saves a TIFF with some of the tags that it had before."""
    # In the file, black is what the fax codes call white, unless zeros mean white.
    black = b"true" if tags.get(PHOTOMETRIC_INTERPRETATION) else b"false"
    form = b"<< /K -1 /Columns %d /Rows %d /BlackIs1 %b >>" % (*size, black)
    entries = b"/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode /DecodeParms %b" % form
    return PictureStream(*size, entries, [codes if tags.get(_FILL_ORDER, 1) == 1 else codes.translate(_MIRRORED)])

"""Pictures as PDF images. A picture whose encoding PDF knows is embedded as it is; others are packed without loss."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image

#: Bytes that are copied or packed at a time.
_PART = 1 << 18
#: Pillow's modes of a JPEG: colour space, and the meaning of its values if it is not the usual one.
_JPEG_SPACES = {
    "L": b"/ColorSpace /DeviceGray",
    "RGB": b"/ColorSpace /DeviceRGB",
    # Adobe's programs store inverted values, and Pillow knows no other CMYK JPEGs.
    "CMYK": b"/ColorSpace /DeviceCMYK",
}
_INVERTED_CMYK = b" /Decode [1 0 1 0 1 0 1 0]"


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


def jpeg_stream(file: BinaryIO, picture: Image.Image) -> PictureStream | None:
    """The JPEG file as it is. None if PDF has no such JPEGs."""
    space = _JPEG_SPACES.get(picture.mode)
    if picture.format != "JPEG" or space is None:
        return None
    inverted = _INVERTED_CMYK if picture.mode == "CMYK" and "adobe" in picture.info else b""
    entries = b"%b%b /BitsPerComponent 8 /Filter /DCTDecode" % (space, inverted)
    return PictureStream(*picture.size, entries, _copied(file))


def packed_stream(picture: Image.Image) -> PictureStream:
    """The pixels of a picture in mode 1, L or RGB, packed without loss."""
    space, bits = (b"/DeviceRGB", 8) if picture.mode == "RGB" else (b"/DeviceGray", 1 if picture.mode == "1" else 8)
    entries = b"/ColorSpace %b /BitsPerComponent %d /Filter /FlateDecode" % (space, bits)
    return PictureStream(*picture.size, entries, _packed(picture))


def _copied(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while part := file.read(_PART):
        yield part


def _packed(picture: Image.Image) -> Iterator[bytes]:
    packer = zlib.compressobj(6)
    width, height = picture.size
    rows = max(1, _PART // max(1, width * len(picture.getbands())))
    for top in range(0, height, rows):
        yield packer.compress(picture.crop((0, top, width, min(height, top + rows))).tobytes())
    yield packer.flush()

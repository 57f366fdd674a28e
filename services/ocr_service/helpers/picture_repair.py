"""Makes pictures readable for Pillow that viewers show and Pillow refuses.

- PNG: Pillow raises for texts of more than 1 MiB, and for wrong checksums of chunks without pixels.
- JPEG: Pillow waits for an end marker, which some cameras and fax servers do not write.
"""

from __future__ import annotations

import mmap
import re
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from os import PathLike
from typing import IO, NamedTuple

from PIL import Image

from services.ocr_service.helpers.picture_memory import decoded_bytes
from utils.sources import Source, open_source

#: A JPEG marker, except stuffed zeros, restart markers and padding.
_JPEG_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])")
_JPEG_END_CODE = 0xD9
#: Markers without a segment, except the end.
_JPEG_WITHOUT_SEGMENT = frozenset({0x01, 0xD8})
_JPEG_END = b"\xff\xd9"
#: Data that decodes to noise, long enough for several blocks of pixels.
_JPEG_NOISE = bytes(range(1, 255)) * 8
#: Maximum size in bytes of decoded pixels that are compared, and rows that are copied at once.
_MAX_DECODED, _ROWS = 48 << 20, 256

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: PNG chunks without pixels that change how a picture is shown: transparency, EXIF orientation.
_PNG_DISPLAY_CHUNKS = frozenset({b"tRNS", b"eXIf"})
#: Position of the colour type in the file, the type with a palette, and bytes of tRNS for the types with one value.
_PNG_COLOUR_TYPE, _PNG_PALETTE = 25, 3
_PNG_TRANSPARENT_VALUE = {0: 2, 2: 6}
#: Maximum size in bytes of such a chunk.
_MAX_METADATA = 1 << 16
#: PNG chunks that Pillow reads without risk if they have this size in bytes.
_PNG_HARMLESS_CHUNKS = {b"pHYs": 9, b"sRGB": 1, b"gAMA": 4, b"cHRM": 32, b"tIME": 7}


class PngChunk(NamedTuple):
    """start, end: position of its content in the file. `end` is after the file's end if the file was cut."""

    name: bytes
    start: int
    end: int

    @property
    def critical(self) -> bool:
        """Whether a decoder must understand it to show the pixels."""
        return not self.name[0] & 0x20


def readable(path: Source, format_name: str) -> str | PathLike[str] | IO[bytes]:
    """The file as Pillow can read it: itself, or a mended copy in memory if Pillow would refuse it."""
    if mend := _MENDERS.get(format_name):
        with open_source(path) as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            mended = mend(data)
        if mended is not None:
            return BytesIO(mended)
    return open_source(path) if isinstance(path, int) else path


def has_end_marker(data: mmap.mmap) -> bool:
    """Whether a JPEG's markers lead to an end marker."""
    position = 2
    while marker := _JPEG_MARKER.search(data, position):
        code = marker[1][0]
        if code == _JPEG_END_CODE:
            return True
        position = marker.end()
        if code not in _JPEG_WITHOUT_SEGMENT and position + 2 <= len(data):
            position += struct.unpack_from(">H", data, position)[0]
    return False


def png_chunks(data: mmap.mmap) -> Iterator[PngChunk]:
    """The chunks of a PNG up to its end chunk, or up to the first that is cut."""
    position = len(PNG_SIGNATURE)
    while position + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, position)
        chunk = PngChunk(name, position + 8, position + 8 + length)
        yield chunk
        if name == b"IEND" or chunk.end + 4 > len(data):
            return
        position = chunk.end + 4


def checksum_matches(data: mmap.mmap, chunk: PngChunk) -> bool:
    """Whether the CRC of a complete PNG chunk is right."""
    with memoryview(data) as view:
        expected: int = struct.unpack_from(">I", view, chunk.end)[0]
        return zlib.crc32(view[chunk.start - 4 : chunk.end]) == expected


def has_all_pixels(data: mmap.mmap) -> bool:
    """Whether a JPEG without an end marker was cut after its last pixel.

    Data that follows the last pixel changes nothing, data in place of missing pixels does.
    """
    try:
        return _jpeg_checksum(data[:] + _JPEG_END) == _jpeg_checksum(data[:] + _JPEG_NOISE + _JPEG_END)
    except (OSError, SyntaxError, ValueError):
        return False


def _jpeg_checksum(data: bytes) -> int:
    """A checksum of the pixels. Large pictures are decoded at an eighth of their size."""
    checksum = 0
    with Image.open(BytesIO(data), formats=("JPEG",)) as picture:
        if decoded_bytes(picture.mode, picture.size) > _MAX_DECODED:
            picture.draft(None, (picture.width // 8, picture.height // 8))
        picture.load()
        for top in range(0, picture.height, _ROWS):
            band = picture.crop((0, top, picture.width, min(picture.height, top + _ROWS)))
            checksum = zlib.crc32(band.tobytes(), checksum)
    return checksum


def _with_end_marker(data: mmap.mmap) -> bytes | None:
    """The JPEG with an end marker, if it has none but all of its pixels."""
    if data[-2:] == _JPEG_END or has_end_marker(data) or not has_all_pixels(data):
        return None
    return data[:] + _JPEG_END


def _without_risky_metadata(data: mmap.mmap) -> bytes | None:
    """The PNG without metadata, if Pillow might refuse any of it."""
    chunks = list(png_chunks(data))
    risky = {chunk for chunk in chunks if not chunk.critical and _is_risky(data, chunk)}
    if not risky:
        return None
    kept = (chunk for chunk in chunks if chunk.critical or (chunk.name in _PNG_DISPLAY_CHUNKS and chunk not in risky))
    return PNG_SIGNATURE + b"".join(data[chunk.start - 8 : chunk.end + 4] for chunk in kept)


def _fits_colours(data: mmap.mmap, length: int) -> bool:
    """Whether a tRNS chunk of this length suits the PNG's colour type: one value, or one byte per palette entry."""
    colour_type = data[_PNG_COLOUR_TYPE]
    if colour_type != _PNG_PALETTE:
        return length == _PNG_TRANSPARENT_VALUE.get(colour_type)
    entries = sum((chunk.end - chunk.start) // 3 for chunk in png_chunks(data) if chunk.name == b"PLTE")
    return length <= entries


def _is_risky(data: mmap.mmap, chunk: PngChunk) -> bool:
    length = chunk.end - chunk.start
    if chunk.end + 4 > len(data):
        return False
    if chunk.name == b"tRNS" and not _fits_colours(data, length):
        return True
    known = chunk.name in _PNG_DISPLAY_CHUNKS or _PNG_HARMLESS_CHUNKS.get(chunk.name) == length
    return not known or length > _MAX_METADATA or not checksum_matches(data, chunk)


_MENDERS = {"JPEG": _with_end_marker, "PNG": _without_risky_metadata}

"""Is a picture's file whole? Told from the structure of each format, at a fraction of the cost of decoding it."""

from __future__ import annotations

import mmap
import os
import re
import struct
import zlib
from os import PathLike
from typing import TYPE_CHECKING

from services.errors import CorruptFile, TruncatedFile
from services.inspection.facts import InspectionLimits, check_page_count
from services.ocr_service.helpers.image_processor import go_to_frame

if TYPE_CHECKING:
    from PIL import Image

#: A JPEG marker with a meaning of its own: not a stuffed zero, not a restart, not padding.
_JPEG_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])")
_JPEG_END = 0xD9
#: Markers besides the end that carry no segment.
_JPEG_BARE = frozenset({0x01, 0xD8})

#: Deflate packs no tighter than this.
_DEFLATE_RATIO = 1032
#: Bytes of PNG rows unpacked to see that they are there; 2 MiB take about 7 ms. Checksums vouch for the rest.
_PNG_PROBE = 2 << 20
#: Packed bytes handed over, and unpacked ones taken, at a time.
_BLOCK = 1 << 16
_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
#: Adam7: first column, first row, column step, row step of each pass.
_PNG_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))

#: TIFF tags: where the strips or tiles of a frame begin, and how long they are.
_TIFF_PARTS = ((273, 279), (324, 325))


def check_length(path: str | PathLike[str], media_type: str) -> None:
    """A WebP tells its length at once, and Pillow, which cannot open a cut one, not why. Raises TruncatedFile."""
    if media_type == "image/webp":
        with open(path, "rb") as file:
            (length,) = struct.unpack_from("<I", file.read(8), 4)
        if length + 8 > os.path.getsize(path):
            raise _truncated()


def check_structure(path: str | PathLike[str], picture: Image.Image, limits: InspectionLimits) -> int:
    """The number of pages of an opened picture that is whole.

    Raises TruncatedFile, CorruptFile, TooManyPages, TooManyPixels.
    """
    if picture.format == "TIFF":
        return _check_tiff(picture, os.path.getsize(path), limits)
    if picture.format == "WEBP":
        return 1  # Pillow has followed its parts to open it
    check = _CHECKS.get(picture.format)
    if check is None:
        picture.load()  # GIF and BMP decode faster than they could be followed from here
        return 1
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        check(data)
    return 1


def _check_jpeg(data: mmap.mmap) -> None:
    """Follow the markers to the end of the image. What a decoder makes of missing data would be a grey area."""
    position = 2
    while marker := _JPEG_MARKER.search(data, position):
        code = marker[1][0]
        if code == _JPEG_END:
            return
        position = marker.end()
        if code not in _JPEG_BARE and position + 2 <= len(data):
            position += struct.unpack_from(">H", data, position)[0]
    raise _truncated()


def _check_png(data: mmap.mmap) -> None:
    """Walk the chunks, check the checksums of those that matter, and see that enough pixel data unpacks."""
    rows = _png_row_bytes(data)
    spans, whole = _png_pixel_spans(data)
    if sum(end - start for start, end in spans) * _DEFLATE_RATIO < rows:
        raise _truncated()
    # Without its end chunk the file was cut, perhaps behind the pixels: then all of them are counted.
    _unpack(data, spans, min(rows, _PNG_PROBE) if whole else rows)


def _png_pixel_spans(data: mmap.mmap) -> tuple[list[tuple[int, int]], bool]:
    """Where pixel data lies, as (start, end) of each chunk, and whether the end chunk was reached."""
    spans: list[tuple[int, int]] = []
    position = 8
    with memoryview(data) as view:
        while position + 8 <= len(view):
            length, name = struct.unpack_from(">I4s", view, position)
            start, end = position + 8, position + 8 + length
            if end + 4 > len(view):
                if name == b"IDAT":
                    spans.append((start, len(view)))
                break
            critical = not name[0] & 0x20
            if critical and zlib.crc32(view[position + 4 : end]) != struct.unpack_from(">I", view, end)[0]:
                raise CorruptFile("The PNG is damaged: a checksum does not match. Save it again and send the new file.")
            if name == b"IEND":
                return spans, True
            if name == b"IDAT":
                spans.append((start, end))
            position = end + 4
    return spans, False


def _png_row_bytes(data: mmap.mmap) -> int:
    """Bytes of all rows once unpacked, each with its filter byte."""
    width, height, depth, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
    bits = depth * _PNG_CHANNELS.get(colour, 1)
    passes = _PNG_PASSES if interlaced else ((0, 0, 1, 1),)
    total = 0
    for column, row, column_step, row_step in passes:
        columns = max(0, -(-(width - column) // column_step))
        rows = max(0, -(-(height - row) // row_step))
        if columns:
            total += rows * (1 + -(-columns * bits // 8))
    return total


def _unpack(data: mmap.mmap, spans: list[tuple[int, int]], wanted: int) -> None:
    """Unpack `wanted` bytes, keeping none. Raises TruncatedFile where there are fewer, zlib.error for nonsense."""
    inflater = zlib.decompressobj()
    for start, end in spans:
        for position in range(start, end, _BLOCK):
            packed = data[position : min(position + _BLOCK, end)]
            while packed and not inflater.eof:
                wanted -= len(inflater.decompress(packed, _BLOCK))
                if wanted <= 0:
                    return
                packed = inflater.unconsumed_tail
    raise _truncated()


def _check_tiff(picture: Image.Image, file_size: int, limits: InspectionLimits) -> int:
    """Walk the frames. The first is decoded: libtiff is better tried here than in a worker. Others when in doubt."""
    pages = 1
    while True:
        cut = _reaches_past_end(picture, file_size)
        if cut or pages == 1:
            try:
                picture.load()
            except OSError as error:
                if cut:
                    raise _truncated() from error
                raise
        try:
            go_to_frame(picture, pages + 1, limits.max_pixels)
        except EOFError:
            return pages
        pages += 1
        check_page_count(pages, limits)


def _reaches_past_end(picture: Image.Image, file_size: int) -> bool:
    """Whether the current frame claims data behind the end of the file. Some good files do; decoders cope."""
    for offsets_tag, lengths_tag in _TIFF_PARTS:
        parts = zip(picture.tag_v2.get(offsets_tag, ()), picture.tag_v2.get(lengths_tag, ()), strict=False)
        if any(offset + length > file_size for offset, length in parts):
            return True
    return False


def _truncated() -> TruncatedFile:
    return TruncatedFile("The picture ends before all of its pixels. Send the whole file.")


_CHECKS = {"JPEG": _check_jpeg, "MPO": _check_jpeg, "PNG": _check_png}

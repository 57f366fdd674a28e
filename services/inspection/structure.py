"""Checks that an image file is complete, from the structure of its format. Far cheaper than decoding it."""

from __future__ import annotations

import mmap
import os
import struct
import zlib

from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from services.errors import CorruptFile, TruncatedFile
from services.inspection.boxes import check_boxes, check_jpeg2000
from services.inspection.facts import InspectionLimits, check_page_count
from services.ocr_service.helpers.image_processor import check_memory, go_to_frame
from services.ocr_service.helpers.picture_memory import decoded_bytes
from services.ocr_service.helpers.picture_repair import checksum_matches, has_all_pixels, has_end_marker, png_chunks
from utils.sources import Source, open_source

#: Highest compression ratio of Deflate.
_DEFLATE_RATIO = 1032
#: Bytes of PNG rows that are decompressed, which takes about 7 ms. Checksums cover the rest.
_PNG_PROBE = 2 << 20
#: Size in bytes of the pieces in which pixel data is decompressed.
_BLOCK = 1 << 16
#: Size in bytes of decoded frames above which they are left to the worker, which has more memory.
_MAX_DECODED = 48 << 20
_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
#: Adam7 interlacing: first column, first row, column step, row step of each pass.
_PNG_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))

#: TIFF tags: offsets and lengths of the strips, and of the tiles, of a frame.
_TIFF_PARTS = ((273, 279), (324, 325))


def check_length(path: Source, media_type: str) -> None:
    """Raises TruncatedFile for a WebP, HEIC or AVIF shorter than its headers say. Pillow would not say why."""
    if media_type in ("image/heic", "image/avif"):
        with open_source(path) as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            check_boxes(data)
    if media_type == "image/webp":
        with open_source(path) as file:
            (length,) = struct.unpack_from("<I", file.read(8), 4)
        if length + 8 > os.path.getsize(path):
            raise _truncated()


def size_of_large_webp(path: Source, max_pixels: int) -> tuple[int, int] | None:
    """Width and height in pixels of a WebP that is too large for its decoder here. None for all others.

    libwebp takes the memory for two decoded frames as soon as it opens a file. Raises TooManyPixels.
    """
    with open_source(path) as file:
        head = file.read(30).ljust(30, b"\0")
    match head[12:16]:
        case b"VP8X":
            width, height = (int.from_bytes(head[at : at + 3], "little") + 1 for at in (24, 27))
        case b"VP8L":
            bits = int.from_bytes(head[21:25], "little")
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case _:
            width, height = (size & 0x3FFF for size in struct.unpack_from("<HH", head, 26))
    check_memory("WEBP", "RGBA", (width, height), max_pixels)
    return (width, height) if width * height * 8 > _MAX_DECODED else None


def check_structure(path: Source, picture: Image.Image, limits: InspectionLimits) -> int:
    """Check an opened image and return its number of pages.

    Raises TruncatedFile, CorruptFile, TooManyPages, TooManyPixels.
    """
    if isinstance(picture, TiffImageFile):
        return _check_tiff(picture, os.path.getsize(path), limits)
    if picture.format in ("WEBP", "HEIF", "AVIF"):
        return 1  # the structure was checked when the file was opened, or before
    check = _CHECKS.get(picture.format or "")
    if check is None:
        if decoded_bytes(picture.mode, picture.size) <= _MAX_DECODED:
            picture.load()  # decoding GIF and BMP is faster than a check of their structure in Python
        return 1
    with open_source(path) as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        check(data)
    return 1


def _check_jpeg(data: mmap.mmap) -> None:
    """Look for the end of the image. A decoder would fill missing data with grey."""
    if not has_end_marker(data) and not has_all_pixels(data):
        raise _truncated()


def _check_png(data: mmap.mmap) -> None:
    """Walk the chunks, verify the checksums of critical ones, and decompress enough pixel data."""
    rows = _png_row_bytes(data)
    spans, has_end = _png_pixel_spans(data)
    if sum(end - start for start, end in spans) * _DEFLATE_RATIO < rows:
        raise _truncated()
    # Without its end chunk the file was cut, possibly after the last pixel: only decompressing all of them can tell.
    _decompress(data, spans, min(rows, _PNG_PROBE) if has_end else rows)


def _png_pixel_spans(data: mmap.mmap) -> tuple[list[tuple[int, int]], bool]:
    """The (start, end) of each chunk of pixel data, and whether there is an end chunk."""
    spans: list[tuple[int, int]] = []
    for chunk in png_chunks(data):
        complete = chunk.end + 4 <= len(data)
        has_content = chunk.critical and chunk.name != b"IEND"
        if complete and has_content and not checksum_matches(data, chunk):
            raise CorruptFile(f"The PNG is damaged: a checksum does not match. {CorruptFile.remedy}")
        if chunk.name == b"IEND" and complete:
            return spans, True
        if chunk.name == b"IDAT":
            spans.append((chunk.start, min(chunk.end, len(data))))
    return spans, False


def _png_row_bytes(data: mmap.mmap) -> int:
    """Size of all decompressed rows, each with its filter byte."""
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


def _decompress(data: mmap.mmap, spans: list[tuple[int, int]], wanted: int) -> None:
    """Decompress `wanted` bytes and discard them. Raises TruncatedFile if there are fewer, zlib.error if invalid."""
    inflater = zlib.decompressobj()
    for start, end in spans:
        for position in range(start, end, _BLOCK):
            compressed = data[position : min(position + _BLOCK, end)]
            while compressed and not inflater.eof:
                wanted -= len(inflater.decompress(compressed, _BLOCK))
                if wanted <= 0:
                    return
                compressed = inflater.unconsumed_tail
    raise _truncated()


def _check_tiff(picture: TiffImageFile, file_size: int, limits: InspectionLimits) -> int:
    """Walk the frames and return their number.

    The first frame is decoded, because the client should learn now if libtiff fails. Others are decoded only if their
    data seems to be missing, and large ones never.
    """
    pages = 1
    while True:
        cut = _reaches_past_end(picture, file_size)
        if (cut or pages == 1) and decoded_bytes(picture.mode, picture.size) <= _MAX_DECODED:
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


def _reaches_past_end(picture: TiffImageFile, file_size: int) -> bool:
    """Whether the current frame refers to data past the end of the file. Some valid files do; decoders accept them."""
    for offsets_tag, lengths_tag in _TIFF_PARTS:
        parts = zip(picture.tag_v2.get(offsets_tag, ()), picture.tag_v2.get(lengths_tag, ()), strict=False)
        if any(offset + length > file_size for offset, length in parts):
            return True
    return False


def _truncated() -> TruncatedFile:
    return TruncatedFile(f"The image ends before its last pixel. {TruncatedFile.remedy}")


_CHECKS = {
    "JPEG": _check_jpeg,
    "MPO": _check_jpeg,
    "PNG": _check_png,
    "JPEG2000": check_jpeg2000,
}

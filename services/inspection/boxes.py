"""Checks that pictures in boxes are complete: HEIC and AVIF (ISO/IEC 14496-12), JPEG 2000 (ISO/IEC 15444-1)."""

from __future__ import annotations

import mmap

from services.errors import CorruptFile, TruncatedFile

#: More boxes at the top level are no picture of a camera or a program.
_MAX_BOXES = 1000
#: End of a JPEG 2000 codestream. Some programs write a few bytes after it.
_END_OF_CODESTREAM, _TAIL_BYTES = b"\xff\xd9", 64


def check_boxes(data: mmap.mmap) -> None:
    """Each box at the top level must be there as a whole. Raises TruncatedFile or CorruptFile."""
    at = 0
    for _ in range(_MAX_BOXES):
        if at == len(data):
            return
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 1:  # a size of 64 bits follows
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size == 0:  # up to the end of the file
            return
        if len(data) - at < 8 or size > len(data) - at:
            raise TruncatedFile(f"The image ends before its last pixel. {TruncatedFile.remedy}")
        if size < 8:
            break
        at += size
    raise CorruptFile(f"The image is damaged: its boxes cannot be read. {CorruptFile.remedy}")


def check_jpeg2000(data: mmap.mmap) -> None:
    """Look for the end of the codestream: a decoder would leave missing parts blurred. Raises TruncatedFile."""
    if data[:4] != b"\xff\x4f\xff\x51":
        check_boxes(data)
    if data.rfind(_END_OF_CODESTREAM, max(0, len(data) - _TAIL_BYTES)) < 0:
        raise TruncatedFile(f"The image ends before its last pixel. {TruncatedFile.remedy}")

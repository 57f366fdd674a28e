"""What kind of file some bytes are, told by the bytes alone; a file's name proves nothing.

A short table of our own rather than a library: `filetype` and `puremagic` know hundreds of kinds that we refuse anyway,
want a PDF's header at offset 0 (viewers allow 1,024 bytes before it), and take any two letters "BM" for a bitmap.
"""

from __future__ import annotations

import struct
from os import PathLike

#: Viewers find a PDF's header anywhere within this many bytes; so do we.
PDF_HEADER_WITHIN = 1024
_PDF_HEADER = b"%PDF-"

#: As many bytes as `sniff` wants to see.
HEAD_BYTES = PDF_HEADER_WITHIN + len(_PDF_HEADER)

_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0", "image/tiff"),  # BigTIFF
    (b"MM\0+", "image/tiff"),
)

#: Sizes of the header that follows a bitmap's file header: OS/2 1, Windows 3, its extensions, OS/2 2, Windows 4 and 5.
_BITMAP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})


def sniff(head: bytes) -> str | None:
    """Media type of a file that begins with `head` (its first HEAD_BYTES bytes); None for a kind we do not take."""
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if _is_bitmap(head):
        return "image/bmp"
    if _PDF_HEADER in head[:HEAD_BYTES]:
        return "application/pdf"
    return None


def sniff_file(path: str | PathLike[str]) -> str | None:
    """Like `sniff`, for the file at `path`. Raises OSError where it cannot be read."""
    with open(path, "rb") as file:
        return sniff(file.read(HEAD_BYTES))


def _is_bitmap(head: bytes) -> bool:
    """Two letters are thin evidence, so the size of the second header has to be one that exists."""
    return head[:2] == b"BM" and len(head) >= 18 and struct.unpack_from("<I", head, 14)[0] in _BITMAP_HEADERS

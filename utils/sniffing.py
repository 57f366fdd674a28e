"""Detects the type of a file from its first bytes. The name of a file proves nothing.

Why not a library: `filetype` and `puremagic` know hundreds of types that this service rejects anyway, find a PDF header
only at offset 0 (viewers allow 1,024 bytes before it), and take any file that begins with "BM" for a bitmap.
"""

import struct

from utils.sources import Source, open_source

_PDF_HEADER = b"%PDF-"
#: The number of bytes that `sniff` needs. Like PDF viewers, it accepts up to 1,024 bytes before the header.
HEAD_BYTES = 1024 + len(_PDF_HEADER)

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

MEDIA_TYPES = frozenset({media_type for _, media_type in _MAGIC} | {"image/webp", "image/bmp", "application/pdf"})

#: Possible sizes of a bitmap's second header: OS/2 1, Windows 3, its extensions, OS/2 2, Windows 4 and 5.
_BITMAP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})


def sniff(head: bytes) -> str | None:
    """Media type of a file whose first HEAD_BYTES bytes are `head`. None: not a supported type."""
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


def sniff_file(source: Source) -> str | None:
    """`sniff` for a file. Raises OSError if it cannot be read."""
    with open_source(source) as file:
        return sniff(file.read(HEAD_BYTES))


def _is_bitmap(head: bytes) -> bool:
    """Two letters prove little, so check also that the size of the second header is a known one."""
    return head[:2] == b"BM" and len(head) >= 18 and struct.unpack_from("<I", head, 14)[0] in _BITMAP_HEADERS

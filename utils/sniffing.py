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
    (b"\0\0\0\x0cjP  \r\n\x87\n", "image/jp2"),
    (b"\xff\x4f\xff\x51", "image/jp2"),  # a codestream without a container
    (b"II+\0", "image/tiff"),  # BigTIFF
    (b"MM\0+", "image/tiff"),
)

#: Brands of ISO base media files (ISO/IEC 14496-12, 23008-12): the codecs HEVC and AV1. The general brands of HEIF,
#: `mif1` and `msf1`, say nothing about the codec; then another brand of the list does.
_HEVC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_AV1_BRANDS = frozenset({b"avif", b"avis"})
#: Bytes of the list of brands that are read.
_MAX_BRANDS = 256

_OTHERS = {"image/webp", "image/bmp", "image/heic", "image/avif", "application/pdf"}
MEDIA_TYPES = frozenset({media_type for _, media_type in _MAGIC} | _OTHERS)
#: Other names of these types, which clients may use.
ALIASES = {"image/heif": "image/heic", "image/jpx": "image/jp2"}

#: Possible sizes of a bitmap's second header: OS/2 1, Windows 3, its extensions, OS/2 2, Windows 4 and 5.
_BITMAP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})


def sniff(head: bytes) -> str | None:
    """Media type of a file whose first HEAD_BYTES bytes are `head`. None: not a supported type."""
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and (found := _media_of_brands(head)):
        return found
    if _is_bitmap(head):
        return "image/bmp"
    if _PDF_HEADER in head[:HEAD_BYTES]:
        return "application/pdf"
    return None


def sniff_file(source: Source) -> str | None:
    """`sniff` for a file. Raises OSError if it cannot be read."""
    with open_source(source) as file:
        return sniff(file.read(HEAD_BYTES))


def _media_of_brands(head: bytes) -> str | None:
    """The first brand of a known codec decides: the main one, or one of those that the file is compatible with."""
    end = min(int.from_bytes(head[:4], "big"), _MAX_BRANDS, len(head))
    for at in (8, *range(16, end - 3, 4)):
        brand = head[at : at + 4]
        if brand in _HEVC_BRANDS:
            return "image/heic"
        if brand in _AV1_BRANDS:
            return "image/avif"
    return None


def _is_bitmap(head: bytes) -> bool:
    """Two letters prove little, so check also that the size of the second header is a known one."""
    return head[:2] == b"BM" and len(head) >= 18 and struct.unpack_from("<I", head, 14)[0] in _BITMAP_HEADERS

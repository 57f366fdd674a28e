"""Small PDFs, written byte by byte: the constructs of the bombs are those that no library writes."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

#: Adler-32 is computed modulo this prime.
_ADLER_PRIME = 65521
_BLOCK = 1 << 20


def deflated_zeros(size: int) -> bytes:
    """`size` zero bytes in the zlib format, a thousandth as long. The compressed form of 1 MB is repeated."""
    compressor = zlib.compressobj(9, wbits=-15)
    block = compressor.compress(bytes(_BLOCK)) + compressor.flush(zlib.Z_FULL_FLUSH)
    whole, rest = divmod(size, _BLOCK)
    end = compressor.compress(bytes(rest)) + compressor.flush()
    checksum = (size % _ADLER_PRIME) << 16 | 1
    return b"\x78\xda" + block * whole + end + checksum.to_bytes(4, "big")


def stream(content: bytes, entries: str = "") -> bytes:
    """A stream object with these entries in its dictionary."""
    return f"<<{entries}/Length {len(content)}>>stream\n".encode() + content + b"\nendstream"


def flate(content: bytes, entries: str = "", times: int = 1) -> bytes:
    """The same, compressed `times` times."""
    for _ in range(times):
        content = zlib.compress(content, 9)
    return stream(content, f"{entries}/Filter[{'/FlateDecode' * times}]")


def pdf_file(objects: Sequence[bytes]) -> bytes:
    """A file of these objects, numbered from 1. The first one is the catalogue."""
    body, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + trailer


#: Number of the first object that `page_pdf` takes from its caller.
FIRST_OTHER = 5


def page_pdf(
    content: bytes,
    resources: str = "",
    others: Sequence[bytes] = (),
    page: str = "/MediaBox[0 0 500 500]",
    pages: int = 1,
) -> bytes:
    """A file whose pages share one content stream. `content`: a stream object. `others`: objects from 5 on."""
    first = FIRST_OTHER + len(others)
    kids = " ".join(["3 0 R", *(f"{first + index} 0 R" for index in range(pages - 1))])
    leaf = f"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<<{resources}>>{page}>>".encode()
    tree = f"<</Type/Pages/Count {pages}/Kids[{kids}]>>".encode()
    return pdf_file([b"<</Type/Catalog/Pages 2 0 R>>", tree, leaf, content, *others, *[leaf] * (pages - 1)])

"""Small files that take long to render or much memory to decode."""

import struct
import zlib

import pymupdf


def filled_pdf(fills: int, pages: int = 1) -> bytes:
    """Pages that take long to render: large shapes on top of each other."""
    with pymupdf.open() as document:
        xref = None
        for _ in range(pages):
            page = document.new_page(width=500, height=500)
            if xref is None:
                xref = document.get_new_xref()
                document.update_object(xref, "<<>>")
                document.update_stream(xref, b"0 0 m 0 500 l 500 500 l 250 3 l 500 0 l h f*\n" * fills)
            page.set_contents(xref)
        content: bytes = document.tobytes()
    return content


def blank_png(width: int, height: int, depth: int, colour_type: int, channels: int) -> bytes:
    """A PNG of zeros that takes no memory to write."""
    compressor = zlib.compressobj(9)
    left = height * (1 + width * depth * channels // 8)
    data = b""
    while left > 0:
        data += compressor.compress(bytes(min(left, 1 << 20)))
        left -= 1 << 20
    data += compressor.flush()
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


def webp_header(width: int, height: int) -> bytes:
    """A lossless WebP that is cut after its header."""
    body = b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14) + bytes(9)
    return b"RIFF" + struct.pack("<I", len(body) + 12) + b"WEBPVP8L" + struct.pack("<I", len(body)) + body

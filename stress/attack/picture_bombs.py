"""Small picture files that take long to decode, or much memory."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from functools import partial

from PIL import Image

from stress.attack.pdf_writer import deflated_zeros


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_file(header: bytes, *chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + b"".join(chunks) + png_chunk(b"IEND", b"")


def blank_png(width: int, height: int, depth: int = 8, colour_type: int = 0, channels: int = 1) -> bytes:
    """A PNG of zeros, of any size."""
    rows = deflated_zeros(height * (1 + width * depth * channels // 8))
    return png_file(_png_header(width, height, depth, colour_type), png_chunk(b"IDAT", rows))


def webp_header(width: int, height: int) -> bytes:
    """A lossless WebP that is cut after its header."""
    body = b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14) + bytes(9)
    return b"RIFF" + struct.pack("<I", len(body) + 12) + b"WEBPVP8L" + struct.pack("<I", len(body)) + body


def _png_header(width: int, height: int, depth: int = 8, colour_type: int = 0, interlaced: int = 0) -> bytes:
    return struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, interlaced)


def _png_of_tiny_chunks() -> bytes:
    """The pixels in 300,000 chunks of one byte."""
    rows = zlib.compress(bytes(i * 7919 % 251 for i in range(601 * 600)), 0)
    return png_file(_png_header(600, 600), *(png_chunk(b"IDAT", rows[at : at + 1]) for at in range(300_000)))


def _png_with_profile() -> bytes:
    """A colour profile of 1 GB."""
    profile = png_chunk(b"iCCP", b"p\0\0" + deflated_zeros(1 << 30))
    return png_file(_png_header(64, 64), profile, png_chunk(b"IDAT", deflated_zeros(65 * 64)))


def _png_with_text() -> bytes:
    """Texts of 100 MB, fifty of them."""
    text = png_chunk(b"zTXt", b"Comment\0\0" + deflated_zeros(100 << 20))
    return png_file(_png_header(64, 64), *[text] * 50, png_chunk(b"IDAT", deflated_zeros(65 * 64)))


def _interlaced_png() -> bytes:
    size = 9_000
    rows = sum(-(-size // step_y) * (1 + -(-size // step_x)) for step_x, step_y in _ADAM7)
    return png_file(_png_header(size, size, interlaced=1), png_chunk(b"IDAT", deflated_zeros(rows)))


_ADAM7 = ((8, 8), (8, 8), (4, 8), (4, 4), (2, 4), (2, 2), (1, 2))


def _saved(image: Image.Image, **how: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, **how)  # type: ignore[arg-type]
    return buffer.getvalue()


def _tiff(entries: Sequence[tuple[int, int, int, int]], data: bytes, next_directory: int = 0) -> bytes:
    """One frame: `entries` are (tag, type, count, value). Data begin at byte 8."""
    at = 8 + len(data) + len(data) % 2
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return (
        struct.pack("<2sHI", b"II", 42, at) + data.ljust(at - 8, b"\0") + directory + struct.pack("<I", next_directory)
    )


def _tiff_frame(width: int, height: int, bits: int, coding: int, length: int) -> list[tuple[int, int, int, int]]:
    return [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, bits),
        (259, 3, 1, coding),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (278, 4, 1, height),
        (279, 4, 1, length),
    ]


def _blank_tiff(width: int, height: int, bits: int) -> bytes:
    """One strip of zeros, compressed."""
    data = deflated_zeros(height * -(-width * bits // 8))
    return _tiff(_tiff_frame(width, height, bits, 8, len(data)), data)


def _tiff_loop() -> bytes:
    """A directory that is its own successor."""
    return _tiff(_tiff_frame(8, 8, 8, 1, 64), bytes(64), next_directory=8 + 64)


def _tiff_of_tiles() -> bytes:
    """A million tiles of 16 x 16 pixels that all share one place in the file."""
    tile = deflated_zeros(256)
    count = 390 * 390
    offsets, lengths = struct.pack("<I", 8) * count, struct.pack("<I", len(tile)) * count
    at = 8 + len(tile) + len(tile) % 2
    entries = [
        *((tag, 4, 1, 6240) for tag in (256, 257)),
        (258, 3, 1, 8),
        (259, 3, 1, 8),
        (262, 3, 1, 1),
        *((tag, 4, 1, 16) for tag in (322, 323)),
        (324, 4, count, at),
        (325, 4, count, at + len(offsets)),
    ]
    return _tiff(entries, tile.ljust(at - 8, b"\0") + offsets + lengths)


def _tiff_of_frames(count: int, size: tuple[int, int], mode: str = "1") -> bytes:
    frame = Image.new(mode, size, 1)
    return _saved(frame, format="TIFF", save_all=True, append_images=[frame] * (count - 1), compression="group4")


def _animation(kind: str, count: int) -> bytes:
    """Frames of which no two are equal, so that no encoder joins them."""
    frames = [Image.new("L", (64, 64), number % 251) for number in range(count)]
    return _saved(frames[0], format=kind, save_all=True, append_images=frames[1:])


def _gif_canvas() -> bytes:
    """A canvas of 65,535 x 65,535 with a frame of one pixel."""
    head = b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0x80, 0, 0) + bytes(6)
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    return head + frame * 5000 + b";"


def _bmp(width: int, height: int, bits: int, coding: int, data: bytes) -> bytes:
    palette = bytes(4 * 256) if bits == 8 else b""
    at = 54 + len(palette)
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, coding, len(data), 0, 0, len(palette) // 4, 0)
    return b"BM" + struct.pack("<IHHI", at + len(data), 0, 0, at) + info + palette + data


def _bmp_runs() -> bytes:
    """90 million pixels in runs of 255."""
    row = b"\xff\0" * 39 + b"\x37\0" + b"\0\0"
    return _bmp(10_000, 9_000, 8, 1, row * 9_000 + b"\0\1")


def _bmp_jumps() -> bytes:
    """Moves of the position, ten million of them."""
    return _bmp(30_000, 3_000, 8, 1, b"\0\2\1\0" * 2_500_000 + b"\0\1")


def _jpeg(width: int, height: int, mode: str = "L", **how: object) -> bytes:
    return _saved(Image.new(mode, (width, height)), format="JPEG", **how)


def _jpeg_header(width: int, height: int) -> bytes:
    data = bytearray(_jpeg(64, 64))
    struct.pack_into(">HH", data, data.index(b"\xff\xc0") + 5, height, width)
    return bytes(data)


def _jpeg_scans() -> bytes:
    """A progressive JPEG of 9,000 x 9,000 pixels whose last scan is repeated a thousand times."""
    data = _jpeg(9_000, 9_000, progressive=True)[:-2]
    scan = data[data.rindex(b"\xff\xda") :]
    return data + scan * min(1000, (20 << 20) // len(scan)) + b"\xff\xd9"


def _jpeg_markers() -> bytes:
    """A picture followed by ten million empty scans and no end."""
    return _jpeg(8, 8)[:-2] + b"\xff\xda\x00\x02" * 2_500_000


#: Name: function that writes the file.
PICTURE_BOMBS: dict[str, Callable[[], bytes]] = {
    "PNG of 1 x 100,000,000": partial(blank_png, 1, 100_000_000),
    "PNG of 100,000,000 x 1": partial(blank_png, 100_000_000, 1),
    "PNG of 10,000 x 10,000, 16 bits": partial(blank_png, 10_000, 10_000, 16),
    "PNG of 10,000 x 10,000, RGBA 16": partial(blank_png, 10_000, 10_000, 16, 6, 4),
    "PNG of 40,000 x 40,000": partial(blank_png, 40_000, 40_000, 1),
    "PNG interlaced, 9,000 x 9,000": _interlaced_png,
    "PNG with 300,000 chunks": _png_of_tiny_chunks,
    "PNG with a profile of 1 GB": _png_with_profile,
    "PNG with texts of 5 GB": _png_with_text,
    "TIFF of 10,000 x 10,000, float": partial(_blank_tiff, 10_000, 10_000, 32),
    "TIFF of 60,000 x 60,000": partial(_blank_tiff, 60_000, 60_000, 1),
    "TIFF that loops": _tiff_loop,
    "TIFF with 152,100 tiles": _tiff_of_tiles,
    "TIFF with 4 frames of 30 MP": partial(_tiff_of_frames, 4, (6_000, 5_000)),
    "TIFF with 2,000 frames": partial(_tiff_of_frames, 2_000, (8, 8)),
    "WebP of 10,000 x 10,000, 34 bytes": partial(webp_header, 10_000, 10_000),
    "WebP of 16,383 x 6,000": partial(webp_header, 16_383, 6_000),
    "WebP with 2,000 frames": partial(_animation, "WEBP", 2_000),
    "GIF of 65,535 x 65,535": _gif_canvas,
    "GIF with 5,000 frames": partial(_animation, "GIF", 5_000),
    "BMP of runs, 90 MP": _bmp_runs,
    "BMP of jumps": _bmp_jumps,
    "BMP header of 2 billion": partial(_bmp, 2_000_000_000, 1, 24, 0, b""),
    "JPEG header of 65,500 x 65,500": partial(_jpeg_header, 65_500, 65_500),
    "JPEG with repeated scans": _jpeg_scans,
    "JPEG with 2.5 million markers": _jpeg_markers,
    "JPEG of 10,000 x 9,900, CMYK": partial(_jpeg, 10_000, 9_900, "CMYK"),
    "one pixel wide": partial(_jpeg, 1, 20_000),
}

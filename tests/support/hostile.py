"""Files that mean harm or are broken, drawn by the tests: what the sample folder of hostile files shows, without it."""

from __future__ import annotations

import io
import struct
import zlib

import pymupdf
from PIL import Image

from tests.support.drawing import saved


def noise(width: int = 400, height: int = 300, mode: str = "RGB") -> Image.Image:
    """A picture that compresses badly, so that cutting its file cuts its pixels."""
    return Image.effect_noise((width, height), 80).convert(mode)


def png_chunk(name: bytes, body: bytes, checksum: int | None = None) -> bytes:
    crc = zlib.crc32(name + body) if checksum is None else checksum
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", crc)


def png(width: int, height: int, packed_rows: bytes, end: bytes = png_chunk(b"IEND", b"")) -> bytes:
    """An 8-bit grey PNG whose header promises a size and whose pixel data is `packed_rows`."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + png_chunk(b"IDAT", packed_rows) + end


def huge_png() -> bytes:
    """40,000 x 40,000 white pixels, all of them there, in a few kB."""
    rows = zlib.compressobj(9)
    row = b"\0" + b"\xff" * 5000
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 40_000, 40_000, 1, 0, 0, 0, 0))
    packed = b"".join(rows.compress(row) for _ in range(40_000)) + rows.flush()
    return b"\x89PNG\r\n\x1a\n" + header + png_chunk(b"IDAT", packed) + png_chunk(b"IEND", b"")


def endless_jpeg(markers: int) -> bytes:
    """A picture followed by empty scans without end: cheap to send, dear to follow."""
    return saved(Image.new("L", (8, 8)), format="JPEG")[:-2] + b"\xff\xda\x00\x02" * markers


def tiff(*frames: Image.Image) -> bytes:
    return saved(frames[0], format="TIFF", save_all=True, append_images=frames[1:])


def gif(*frames: Image.Image) -> bytes:
    return saved(frames[0], format="GIF", save_all=True, append_images=frames[1:])


def pdf(pages: int = 1, **save: object) -> bytes:
    document = pymupdf.open()
    for number in range(pages):
        document.new_page(width=200, height=100).insert_text((20, 50), f"Page {number + 1}")
    return document.tobytes(**save)


def encrypted_pdf(user_password: str) -> bytes:
    return pdf(encryption=pymupdf.PDF_ENCRYPT_AES_256, owner_pw="owner", user_pw=user_password)


def broken_pdf() -> bytes:
    return b"%PDF-1.7\nthis is not a PDF\n%%EOF\n"


def pdf_without_pages() -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n"
        b"trailer<</Root 1 0 R>>\n"
    )


def pdf_of_broken_pages() -> bytes:
    """A page tree whose leaves are numbers."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 2/Kids[7 8]>>endobj\n"
        b"trailer<</Root 1 0 R>>\n"
    )


def all_files() -> dict[str, tuple[bytes, str | None]]:
    """Name to (content, code of the error that is due, or None where the file is good)."""
    jpeg, png_file = saved(noise(), format="JPEG"), saved(noise(), format="PNG")
    two_frames = tiff(noise(), noise())
    bad_checksum = png(4, 4, zlib.compress(bytes(20)), end=b"")[:-4] + b"\0\0\0\0" + png_chunk(b"IEND", b"")
    return {
        "empty.png": (b"", "empty_file"),
        "text.png": (b"This is text, whatever its name says.\n" * 50, "unsupported_type"),
        "bitmap_in_name_only.bmp": (b"BMW builds cars, not bitmaps." * 9, "unsupported_type"),
        "icon.png": (saved(noise(16, 16), format="ICO"), "unsupported_type"),
        "half.jpg": (jpeg[: len(jpeg) // 2], "truncated_file"),
        "no_end.jpg": (jpeg[:-2], "truncated_file"),
        "header_only.jpg": (jpeg[:100], "truncated_file"),
        "half_progressive.jpg": (saved(noise(), format="JPEG", progressive=True)[:20_000], "truncated_file"),
        "half.png": (png_file[: len(png_file) // 2], "truncated_file"),
        "no_end_chunk.png": (png(4, 4, zlib.compress(bytes(20)), end=b""), None),
        "short_rows.png": (png(500, 500, zlib.compress(bytes(501 * 400))), "truncated_file"),
        "no_rows.png": (png(500, 500, b""), "truncated_file"),
        "bad_checksum.png": (bad_checksum, "corrupt_file"),
        "not_deflate.png": (png(500, 500, b"\xff" * 2000), "corrupt_file"),
        "huge.png": (huge_png(), "too_many_pixels"),
        "huge_header.jpg": (_resized_jpeg(60_000, 60_000), "too_many_pixels"),
        "half.webp": (saved(noise(), format="WEBP")[:5000], "truncated_file"),
        "half.gif": (saved(noise(mode="L"), format="GIF")[:20_000], "truncated_file"),
        "half.bmp": (saved(noise(), format="BMP")[:20_000], "truncated_file"),
        "second_frame_cut.tif": (_cut_second_frame(two_frames), "truncated_file"),
        "second_frame_huge.tif": (tiff(noise(), Image.new("1", (20_000, 20_000))), "too_many_pixels"),
        "101_frames.tif": (tiff(*[Image.new("1", (8, 8))] * 101), "too_many_pages"),
        "no_frames.tif": (b"II*\0\xff\xff\xff\x7f", "corrupt_file"),
        "encrypted.pdf": (encrypted_pdf("secret"), "encrypted_file"),
        "empty_password.pdf": (encrypted_pdf(""), None),
        "broken.pdf": (broken_pdf(), "corrupt_file"),
        "no_pages.pdf": (pdf_without_pages(), "corrupt_file"),
        "broken_pages.pdf": (pdf_of_broken_pages(), "corrupt_file"),
        "101_pages.pdf": (pdf(101), "too_many_pages"),
        "100_pages.pdf": (pdf(100), None),
        "junk_before.pdf": (b"junk\n" * 200 + pdf(), None),
        "cut.pdf": (pdf(3)[:-300], None),
    }


def _resized_jpeg(width: int, height: int) -> bytes:
    """A small JPEG whose header claims another size."""
    data = bytearray(saved(noise(16, 16), format="JPEG"))
    struct.pack_into(">HH", data, data.index(b"\xff\xc0") + 5, height, width)
    return bytes(data)


def _cut_second_frame(data: bytes) -> bytes:
    """The file ends in the middle of its second frame's pixels, with both directories in place before."""
    with Image.open(io.BytesIO(data)) as picture:
        picture.seek(1)
        offset = picture.tag_v2[273][-1]
    return data[: offset + 100]

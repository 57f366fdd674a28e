"""Pictures that viewers show are read, although Pillow alone refuses them or shows nothing."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from services.errors import CorruptFile, TruncatedFile
from services.inspection.facts import InspectionLimits, inspect_upload
from services.ocr_service.helpers.image_processor import read_frame

_LIMITS = InspectionLimits(max_pixels=10_000_000, max_pages=100)
_END_OF_HEADER = 33
_MANY = b"x" * (3 << 20)


def _picture(mode: str = "RGB") -> Image.Image:
    picture = Image.new("RGB", (320, 120), "white")
    ImageDraw.Draw(picture).text((20, 40), "Order 55-1077", "black", font_size=32)
    return picture.convert(mode)


def _saved(format_name: str, mode: str = "RGB", **options: object) -> bytes:
    output = io.BytesIO()
    _picture(mode).save(output, format_name, **options)
    return output.getvalue()


def _chunk(name: bytes, content: bytes, checksum: int | None = None) -> bytes:
    checksum = zlib.crc32(name + content) if checksum is None else checksum
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


def _png_with(*chunks: bytes, mode: str = "RGB", before_pixels: bool = True) -> bytes:
    data = _saved("PNG", mode)
    position = _END_OF_HEADER if before_pixels else data.index(b"IEND") - 4
    return data[:position] + b"".join(chunks) + data[position:]


def _read(tmp_path: Path, data: bytes) -> np.ndarray:
    """What the service reads, after the check of an upload."""
    path = tmp_path / "picture"
    path.write_bytes(data)
    inspect_upload(path, _LIMITS)
    return read_frame(path, 1, max_pixels=_LIMITS.max_pixels)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(_png_with(_chunk(b"tEXt", b"Comment\0" + _MANY)), id="large text"),
        pytest.param(_png_with(_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(_MANY))), id="large compressed text"),
        pytest.param(_png_with(_chunk(b"iTXt", b"XML\0\1\0\0\0" + zlib.compress(_MANY))), id="large XMP"),
        pytest.param(_png_with(_chunk(b"iCCP", b"icc\0\0" + zlib.compress(_MANY))), id="large colour profile"),
        pytest.param(_png_with(_chunk(b"iCCP", b"icc\0\0not deflate")), id="damaged colour profile"),
        pytest.param(_png_with(_chunk(b"tEXt", b"Comment\0hello", checksum=1)), id="wrong checksum"),
        pytest.param(_png_with(_chunk(b"pHYs", b"\0\0"), before_pixels=True), id="short resolution"),
        pytest.param(_png_with(_chunk(b"eXIf", b"MM", checksum=1), before_pixels=False), id="damaged EXIF at the end"),
        pytest.param(_png_with(_chunk(b"tRNS", b"")), id="empty transparency"),
        pytest.param(_png_with(_chunk(b"tRNS", b"\0")), id="short transparency"),
        pytest.param(_saved("PNG")[:-4] + b"\0\0\0\0", id="wrong checksum of the end"),
        pytest.param(_png_with(_chunk(b"acTL", struct.pack(">II", 9, 0), checksum=1)), id="damaged animation"),
    ],
)
def test_a_png_with_large_or_damaged_metadata_is_read(tmp_path: Path, data: bytes) -> None:
    assert np.array_equal(_read(tmp_path, data), np.asarray(_picture()))


def test_transparency_and_orientation_survive_beside_damaged_metadata(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    bad = _chunk(b"tEXt", b"Comment\0hello", checksum=1)
    turned = _chunk(b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0"))
    transparent = _chunk(b"tRNS", struct.pack(">H", 255))
    pixels = _read(tmp_path, _png_with(bad, turned, transparent, mode="L"))
    assert pixels.shape == (320, 120, 3)


def test_a_png_with_damaged_pixels_is_refused(tmp_path: Path) -> None:
    data = bytearray(_saved("PNG"))
    data[data.index(b"IDAT") + 20] ^= 1
    with pytest.raises(CorruptFile):
        _read(tmp_path, bytes(data))


@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"quality": 20}, {"subsampling": 0}, {"optimize": True}]
)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_jpeg_without_its_end_marker_is_read(tmp_path: Path, mode: str, options: dict[str, object]) -> None:
    whole = _saved("JPEG", mode, **options)
    assert np.array_equal(_read(tmp_path, whole[:-2]), _read(tmp_path, whole))


@pytest.mark.parametrize("missing", [40, 200, 1000])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_without_its_last_pixels_is_truncated(tmp_path: Path, missing: int, progressive: bool) -> None:
    with pytest.raises(TruncatedFile):
        _read(tmp_path, _saved("JPEG", progressive=progressive)[:-missing])


def _bitmap(alpha: int, header: int, opaque: tuple[int, int, int, int] | None = None) -> bytes:
    """A 32-bit BMP with a header of version 3 (40 bytes) or 5 (124 bytes, which names the bits of alpha)."""
    pixels = _picture().transpose(Image.Transpose.FLIP_TOP_BOTTOM).convert("RGBA")
    levels = Image.new("L", pixels.size, alpha)
    if opaque:
        levels.paste(255, opaque)
    pixels.putalpha(levels)
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    compression = 3 if header > 40 else 0
    info = struct.pack("<IiiHHIIiiII", header, *pixels.size, 1, 32, compression, 0, 2835, 2835, 0, 0)
    info += (masks + b"\0" * header)[: header - 40]
    start = 14 + header
    body = pixels.tobytes("raw", "BGRA")
    return b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start) + info + body


@pytest.mark.parametrize("header", [40, 108, 124])
@pytest.mark.parametrize("alpha", [0, 255])
def test_a_bitmap_whose_alpha_is_all_0_is_opaque(tmp_path: Path, alpha: int, header: int) -> None:
    assert np.array_equal(_read(tmp_path, _bitmap(alpha, header)), np.asarray(_picture()))


@pytest.mark.parametrize("opaque", [(0, 0, 1, 1), (0, 0, 3, 120), (0, 110, 320, 120), None])
def test_a_bitmap_that_would_show_only_its_ground_is_opaque(
    tmp_path: Path, opaque: tuple[int, int, int, int] | None
) -> None:
    alpha = 0 if opaque else 1
    assert np.array_equal(_read(tmp_path, _bitmap(alpha, 124, opaque)), np.asarray(_picture()))


def test_a_bitmap_that_shows_text_keeps_its_transparency(tmp_path: Path) -> None:
    pixels = _read(tmp_path, _bitmap(0, 124, opaque=(0, 0, 160, 120)))
    assert np.array_equal(pixels[:, :160], np.asarray(_picture())[:, :160])
    assert np.ptp(pixels[:, 160:]) == 0


def test_a_palette_png_with_too_many_transparent_entries_is_read(tmp_path: Path) -> None:
    data = _saved("PNG", "P")
    end_of_palette = data.index(b"IDAT") - 4
    with_transparency = data[:end_of_palette] + _chunk(b"tRNS", b"\xff" * 400) + data[end_of_palette:]
    assert np.array_equal(_read(tmp_path, with_transparency), _read(tmp_path, data))

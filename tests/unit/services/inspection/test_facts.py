"""The inspection of uploads: facts of good files, errors of bad ones."""

import zlib

import pytest
from PIL import Image

from services.errors import OCRServiceError, TooManyPages, TooManyPixels, TruncatedFile
from services.inspection import FileFacts, InspectionLimits, inspect_upload
from tests.support import hostile
from tests.support.drawing import saved

LIMITS = InspectionLimits(max_pixels=100_000_000, max_pages=100)
FILES = hostile.all_files()


@pytest.fixture
def file(tmp_path):
    def write(data: bytes, name: str = "upload"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


@pytest.mark.parametrize(
    ("format_name", "options"),
    [
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("PNG", {}),
        ("BMP", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("GIF", {}),
    ],
)
def test_facts_of_a_picture(file, format_name, options):
    facts = inspect_upload(file(saved(hostile.noise(123, 45), format=format_name, **options)), LIMITS)
    assert facts == FileFacts("image", f"image/{format_name.lower()}", 1, 123, 45)


def test_facts_of_a_pdf_are_its_pages_and_the_size_of_the_first(file):
    assert inspect_upload(file(hostile.pdf(3)), LIMITS) == FileFacts("pdf", "application/pdf", 3, 200, 100)


def test_frames_of_a_tiff_are_pages(file):
    facts = inspect_upload(file(hostile.tiff(*[hostile.noise(30, 20)] * 3)), LIMITS)
    assert (facts.pages, facts.width, facts.height) == (3, 30, 20)


def test_animation_is_one_page(file):
    assert inspect_upload(file(hostile.gif(hostile.noise(mode="L"), hostile.noise(mode="L"))), LIMITS).pages == 1


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_size_is_that_of_the_displayed_picture(file, format_name):
    exif = Image.Exif()
    exif[274] = 6
    facts = inspect_upload(file(saved(Image.new("RGB", (60, 40)), format=format_name, exif=exif)), LIMITS)
    assert (facts.width, facts.height) == (40, 60)


@pytest.mark.parametrize("name", [name for name, (_, code) in FILES.items() if code])
def test_bad_file_is_rejected_with_the_right_code(file, name):
    data, code = FILES[name]
    with pytest.raises(OCRServiceError) as caught:
        inspect_upload(file(data, name), LIMITS)
    assert caught.value.code == code
    assert str(caught.value)
    assert name not in caught.value.message


@pytest.mark.parametrize("name", [name for name, (_, code) in FILES.items() if code is None])
def test_odd_but_readable_file_is_accepted(file, name):
    assert inspect_upload(file(FILES[name][0], name), LIMITS).pages >= 1


@pytest.mark.parametrize(("data", "pages"), [(hostile.pdf(4), 4), (hostile.tiff(*[hostile.noise(9, 9)] * 4), 4)])
def test_page_limit_is_exact(file, data, pages):
    path = file(data)
    assert inspect_upload(path, InspectionLimits(LIMITS.max_pixels, pages)).pages == pages
    with pytest.raises(TooManyPages, match=f"more than {pages - 1} pages"):
        inspect_upload(path, InspectionLimits(LIMITS.max_pixels, pages - 1))


def test_pixel_limit_is_exact(file):
    path = file(saved(hostile.noise(100, 100), format="PNG"))
    inspect_upload(path, InspectionLimits(10_000, 1))
    with pytest.raises(TooManyPixels, match="10,000 pixels. The limit is 9,999 pixels"):
        inspect_upload(path, InspectionLimits(9_999, 1))


def test_too_many_pixels_are_rejected_without_decoding(file, monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    monkeypatch.setattr(zlib, "decompressobj", lambda: pytest.fail("decompressed"))
    with pytest.raises(TooManyPixels):
        inspect_upload(file(hostile.huge_png()), LIMITS)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("size", [(1, 1), (3, 5), (64, 64), (131, 7)])
def test_size_of_png_rows_is_exact_in_every_mode(file, mode, size):
    image = Image.new(mode, size)
    inspect_upload(file(saved(image, format="PNG")), LIMITS)


@pytest.mark.parametrize(("size", "good"), [(99, False), (100, True), (101, True)])
def test_interlaced_png_needs_the_rows_of_all_passes(file, size, good):
    # 9 x 9 grey pixels: 2 rows of 2 pixels, 2 of 1, 1 of 3, 3 of 2, 2 of 5, 5 of 4, 4 of 9, plus one byte per row.
    header = hostile.png_chunk(b"IHDR", b"\0\0\0\x09\0\0\0\x09\x08\0\0\0\1")
    rows = hostile.png_chunk(b"IDAT", zlib.compress(bytes(size)))
    path = file(b"\x89PNG\r\n\x1a\n" + header + rows + hostile.png_chunk(b"IEND", b""))
    if good:
        assert inspect_upload(path, LIMITS).height == 9
    else:
        with pytest.raises(TruncatedFile):
            inspect_upload(path, LIMITS)


def test_large_png_is_decompressed_only_in_part(file, monkeypatch):
    sizes = []

    class Inflater:
        def __init__(self):
            self.inner = real()

        def decompress(self, data, max_length):
            sizes.append(len(block := self.inner.decompress(data, max_length)))
            return block

        def __getattr__(self, name):
            return getattr(self.inner, name)

    real = zlib.decompressobj
    path = file(saved(hostile.noise(3000, 2000), format="PNG", compress_level=1))
    monkeypatch.setattr(zlib, "decompressobj", Inflater)
    inspect_upload(path, LIMITS)
    assert 1_000_000 < sum(sizes) < 3_000_000


def test_large_png_with_too_little_compressed_data_is_truncated(file):
    with pytest.raises(TruncatedFile):
        inspect_upload(file(hostile.png(8000, 8000, zlib.compress(bytes(4 << 20)))), LIMITS)


def test_large_png_without_end_chunk_is_decompressed_completely(file):
    rows = zlib.compress(hostile.noise(3000, 2000, "L").tobytes() + bytes(2000), 1)
    complete = hostile.png(3000, 2000, rows, end=b"")
    assert inspect_upload(file(complete), LIMITS).width == 3000
    with pytest.raises(OCRServiceError) as caught:
        inspect_upload(file(complete[:-5000]), LIMITS)
    assert caught.value.code == "truncated_file"


def test_jpeg_is_checked_past_its_thumbnail_to_its_own_end(file):
    thumbnail = saved(hostile.noise(32, 32), format="JPEG")
    exif = b"Exif\0\0" + b"II*\0\x08\0\0\0\0\0\0\0\0\0" + thumbnail
    data = saved(hostile.noise(), format="JPEG", exif=exif)
    inspect_upload(file(data), LIMITS)
    inspect_upload(file(data + b"data of the camera"), LIMITS)
    with pytest.raises(OCRServiceError) as caught:
        inspect_upload(file(data[:-4000]), LIMITS)
    assert caught.value.code == "truncated_file"


def test_restart_markers_and_stuffed_bytes_do_not_end_a_jpeg(file):
    data = saved(hostile.noise(), format="JPEG", restart_marker_blocks=3)
    assert b"\xff\xd3" in data
    inspect_upload(file(data), LIMITS)

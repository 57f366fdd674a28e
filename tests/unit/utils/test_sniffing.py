"""Detection of file types from their first bytes."""

import pytest
from PIL import Image

from tests.support.drawing import saved
from utils.sniffing import sniff, sniff_file

HEADERS = {
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "image/png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "image/gif": b"GIF89a\x01\x00",
    "image/webp": b"RIFF\x00\x01\x00\x00WEBPVP8 ",
    "image/bmp": b"BM" + bytes(12) + b"\x28\0\0\0",
    "application/pdf": b"%PDF-1.7\n",
}


@pytest.mark.parametrize(("media_type", "head"), HEADERS.items())
def test_each_type_is_detected_from_its_first_bytes(media_type, head):
    assert sniff(head) == media_type


@pytest.mark.parametrize("head", [b"GIF87a", b"GIF89a"])
def test_both_versions_of_gif_are_detected(head):
    assert sniff(head) == "image/gif"


@pytest.mark.parametrize("head", [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"])
def test_tiff_is_detected_in_both_byte_orders_and_sizes(head):
    assert sniff(head) == "image/tiff"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"plain text",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"PK\x03\x04",
        b"RIFF\x00\x01\x00\x00WAVEfmt ",
        b"%!PS-Adobe-3.0",
        b"BM",
        b"BMW builds cars, not bitmaps",
        b"\x89PNG\r\n",
        b"\xff\xd8",
    ],
)
def test_other_content_has_no_type(head):
    assert sniff(head) is None


@pytest.mark.parametrize(("junk", "expected"), [(0, "application/pdf"), (1024, "application/pdf"), (1025, None)])
def test_a_pdf_header_may_come_after_1024_bytes_of_junk(junk, expected):
    assert sniff(b"x" * junk + b"%PDF-1.4\n" + b"x" * 2000) == expected


def test_enough_of_a_file_is_read_to_find_a_late_pdf_header(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(b"x" * 1024 + b"%PDF-1.4\n")
    assert sniff_file(path) == "application/pdf"


def test_an_image_that_contains_a_pdf_header_is_an_image():
    assert sniff(HEADERS["image/jpeg"] + b"%PDF-1.4") == "image/jpeg"


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP"])
def test_the_name_of_a_file_is_ignored(tmp_path, format_name):
    path = tmp_path / "letter.pdf"
    path.write_bytes(saved(Image.new("RGB", (8, 8)), format=format_name))
    assert sniff_file(path) == f"image/{format_name.lower()}"

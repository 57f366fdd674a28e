"""Conversion of images to arrays."""

import io

import numpy as np
import pytest
from PIL import Image

from paddleocr_service import UnreadableImage
from paddleocr_service.images import load_image, shrink_to_fit

RED = (200, 10, 20)


def red_image(width=6, height=4, mode="RGB"):
    return Image.new("RGB", (width, height), RED).convert(mode)


def png(image, **save) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, **{"format": "PNG", **save})
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["path", "string", "bytes", "pillow", "array"])
def test_supported_inputs(kind, tmp_path):
    (tmp_path / "red.png").write_bytes(png(red_image()))
    image = {
        "path": tmp_path / "red.png",
        "string": str(tmp_path / "red.png"),
        "bytes": png(red_image()),
        "pillow": red_image(),
        "array": np.asarray(red_image()),
    }[kind]
    array = load_image(image)
    assert array.shape == (4, 6, 3) and array.dtype == np.uint8 and array.flags.c_contiguous
    assert tuple(array[0, 0]) == RED


def test_transparent_pixels_become_white():
    image = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    assert load_image(image).min() == 255
    assert load_image(np.zeros((4, 4, 4), np.uint8)).min() == 255


def test_transparent_palette_becomes_white():
    image = Image.new("P", (4, 4), 0)
    assert load_image(png(image, transparency=0)).min() == 255


def test_sixteen_bit_grey_keeps_its_shades():
    grey = Image.fromarray(np.array([[0, 32768, 65535]], dtype=np.uint16))
    assert [int(value) for value in load_image(png(grey))[0, :, 0]] == [0, 127, 255]


def test_grey_array_is_accepted():
    assert load_image(np.full((3, 5), 77, np.uint8)).tolist() == np.full((3, 5, 3), 77).tolist()


def test_exif_orientation_is_applied():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert load_image(png(red_image(6, 4), exif=exif)).shape == (6, 4, 3)


@pytest.mark.parametrize(
    "invalid",
    [b"", b"not an image", png(red_image(400, 400))[:200], np.zeros((0, 4, 3), np.uint8), np.zeros((4, 4, 3)),
     np.zeros((4, 4, 2), np.uint8), np.zeros((2, 4, 4, 3), np.uint8), 42, None],
    ids=["empty", "text", "truncated", "no pixels", "floats", "two channels", "four axes", "number", "none"],
)  # fmt: skip
def test_invalid_image_raises(invalid):
    with pytest.raises(UnreadableImage) as caught:
        load_image(invalid)
    assert caught.value.code == "unreadable_image"


def test_missing_file_error_does_not_contain_the_path(tmp_path):
    with pytest.raises(UnreadableImage) as caught:
        load_image(tmp_path / "secret" / "gone.png")
    assert caught.value.message == "File not found."


@pytest.mark.parametrize("as_bytes", [True, False])
def test_pdf_has_an_error_message_of_its_own(as_bytes, tmp_path):
    (tmp_path / "x.png").write_bytes(b"%PDF-1.7\n...")
    with pytest.raises(UnreadableImage, match="This is a PDF"):
        load_image(b"%PDF-1.7\n..." if as_bytes else tmp_path / "x.png")


def test_large_image_is_scaled_down_to_fit_both_sides():
    array, scale = shrink_to_fit(np.zeros((1000, 4000, 3), np.uint8), 2000, 800)
    assert array.shape == (500, 2000, 3) and scale == 0.5
    array, scale = shrink_to_fit(np.zeros((1000, 4000, 3), np.uint8), 4096, 250)
    assert array.shape == (250, 1000, 3) and scale == 0.25


def test_image_that_fits_is_returned_unchanged():
    image = np.zeros((10, 10, 3), np.uint8)
    array, scale = shrink_to_fit(image, 10, 10)
    assert array is image and scale == 1.0

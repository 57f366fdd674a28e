import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageDraw, ImageFont

from services.errors import CorruptFile, TooManyPixels, TruncatedFile, UnsupportedType
from services.inspection import InspectionLimits, inspect_upload
from services.ocr_service.helpers.image_processor import displayed_size, open_picture, read_frame
from tests.support.drawing import saved
from tests.support.frames import iter_frames
from tests.support.hostile import gif, noise, tiff

PLENTY = 10_000_000
RED, GREEN, BLUE, WHITE, BLACK = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0)


@pytest.fixture
def file(tmp_path):
    """`file(data)`: a file whose name does not show its type."""

    def write(data: bytes):
        path = tmp_path / "upload"
        path.write_bytes(data)
        return path

    return write


def quarters(mode: str = "RGB") -> Image.Image:
    """Red and green over blue and white, 60 x 40, so that any rotation or flip is visible."""
    image = Image.new("RGB", (60, 40), WHITE)
    for colour, corner in ((RED, (0, 0)), (GREEN, (30, 0)), (BLUE, (0, 20))):
        image.paste(colour, (*corner, corner[0] + 30, corner[1] + 20))
    return image.convert(mode)


def corners(array: np.ndarray) -> list[tuple[int, ...]]:
    """Colours at the centre of each quarter: top left, top right, bottom left, bottom right."""
    rows, columns = array.shape[:2]
    return [tuple(int(v) for v in array[rows * y // 4, columns * x // 4]) for y in (1, 3) for x in (1, 3)]


def only_frame(path) -> np.ndarray:
    frames = list(iter_frames(path, max_pixels=PLENTY))
    assert len(frames) == 1
    return frames[0]


def assert_colours(array: np.ndarray, expected: list[tuple[int, ...]], within: int = 3) -> None:
    assert array.dtype == np.uint8
    assert array.flags.c_contiguous
    assert np.abs(np.array(corners(array)) - np.array(expected)).max() <= within, corners(array)


@pytest.mark.parametrize(
    ("format_name", "options", "within"),
    [
        ("PNG", {}, 0),
        ("BMP", {}, 0),
        ("TIFF", {}, 0),
        ("TIFF", {"compression": "tiff_lzw"}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("GIF", {}, 3),
        ("JPEG", {"quality": 95}, 3),
        ("JPEG", {"quality": 95, "progressive": True}, 3),
    ],
)
def test_each_format_is_converted_to_rgb(file, format_name, options, within):
    array = only_frame(file(saved(quarters(), format=format_name, **options)))
    assert array.shape == (40, 60, 3)
    assert_colours(array, [RED, GREEN, BLUE, WHITE], within)


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_exif_orientation_is_applied(file, format_name, orientation):
    stored = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    image = quarters() if stored is None else quarters().transpose(stored)
    exif = Image.Exif()
    exif[274] = orientation
    path = file(saved(image, format=format_name, exif=exif, **({"quality": 95} if format_name == "JPEG" else {})))
    array = only_frame(path)
    assert array.shape == (40, 60, 3)
    assert_colours(array, [RED, GREEN, BLUE, WHITE], within=12)
    with open_picture(path, max_pixels=PLENTY) as picture:
        assert displayed_size(picture) == (60, 40)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_invalid_orientation_is_ignored(file, orientation):
    exif = Image.Exif()
    exif[274] = orientation
    assert_colours(only_frame(file(saved(quarters(), format="PNG", exif=exif))), [RED, GREEN, BLUE, WHITE])


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0XX*\0\x08\0\0\0",
        b"Exif\0\0II*\0",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x02\0\x04\0\0\0abc\0\0\0\0\0",  # the orientation is "abc"
    ],
)
def test_a_damaged_exif_block_is_ignored(file, exif):
    path = file(saved(quarters(), format="PNG", exif=exif))
    assert_colours(only_frame(path), [RED, GREEN, BLUE, WHITE])


def test_every_frame_of_a_tiff_is_a_page(file):
    path = file(tiff(*(Image.new("RGB", (20 + n, 10), colour) for n, colour in enumerate((RED, GREEN, BLUE)))))
    frames = list(iter_frames(path, max_pixels=PLENTY))
    assert [(*frame.shape, corners(frame)[0]) for frame in frames] == [
        (10, 20, 3, RED),
        (10, 21, 3, GREEN),
        (10, 22, 3, BLUE),
    ]
    assert inspect_upload(path, InspectionLimits(PLENTY, 3)).pages == 3
    assert corners(read_frame(path, 2, max_pixels=PLENTY))[0] == GREEN


@pytest.mark.parametrize("format_name", ["GIF", "WEBP", "PNG"])
def test_only_the_first_frame_of_an_animation_is_read(file, format_name):
    frames = [Image.new("RGB", (30, 30), colour) for colour in (RED, GREEN, BLUE)]
    options = {"lossless": True} if format_name == "WEBP" else {}
    path = file(saved(frames[0], format=format_name, save_all=True, append_images=frames[1:], duration=100, **options))
    assert corners(only_frame(path))[0] == RED
    assert inspect_upload(path, InspectionLimits(PLENTY, 1)).pages == 1
    with pytest.raises(CorruptFile, match="no frame 2"):
        read_frame(path, 2, max_pixels=PLENTY)


def test_a_damaged_frame_leaves_the_others_readable(file):
    frames = {"save_all": True, "append_images": [noise(mode="1")] * 2}
    data = bytearray(saved(noise(mode="1"), format="TIFF", compression="group4", **frames))
    with Image.open(io.BytesIO(data)) as picture:
        picture.seek(1)
        start, length = picture.tag_v2[273][0], picture.tag_v2[279][0]
    data[start : start + length] = bytes(length)
    path = file(bytes(data))
    assert read_frame(path, 1, max_pixels=PLENTY).shape == (300, 400, 3)
    assert read_frame(path, 3, max_pixels=PLENTY).shape == (300, 400, 3)
    with pytest.raises(CorruptFile):
        read_frame(path, 2, max_pixels=PLENTY)


@pytest.mark.parametrize(("format_name", "options"), [("PNG", {}), ("TIFF", {"compression": "group4"}), ("BMP", {})])
def test_one_bit_images_are_black_and_white(file, format_name, options):
    image = Image.new("1", (60, 40), 1)
    image.paste(0, (0, 0, 30, 20))
    assert_colours(only_frame(file(saved(image, format=format_name, **options))), [BLACK, WHITE, WHITE, WHITE], 0)


def sixteen_bit(white: int) -> np.ndarray:
    """White with a black and a mid-grey quarter, as values up to `white`."""
    values = np.full((40, 60), white, np.uint16)
    values[:20, :30] = 0
    values[20:, :30] = white // 2
    return values


@pytest.mark.parametrize("format_name", ["PNG", "TIFF"])
@pytest.mark.parametrize("white", [65535, 16383, 4095, 1023, 255])
def test_sixteen_bit_grey_keeps_its_levels_at_any_depth(file, format_name, white):
    array = only_frame(file(saved(Image.fromarray(sixteen_bit(white)), format=format_name)))
    assert_colours(array, [BLACK, WHITE, (127,) * 3, WHITE], within=1)


def test_thirty_two_bit_integers_keep_their_levels(file):
    array = only_frame(file(saved(Image.fromarray(sixteen_bit(65535).astype(np.int32)), format="TIFF")))
    assert_colours(array, [BLACK, WHITE, (127,) * 3, WHITE], within=1)


@pytest.mark.parametrize("white", [1.0, 255.0, 65535.0])
def test_floating_point_grey_keeps_its_levels(file, white):
    values = (sixteen_bit(65535) / 65535 * white).astype(np.float32)
    values[0, 0] = np.nan
    values[0, 1] = np.inf
    values[0, 2] = -5
    array = only_frame(file(saved(Image.fromarray(values), format="TIFF")))
    assert_colours(array, [BLACK, WHITE, (127,) * 3, WHITE], within=1)


def test_sixteen_bit_white_is_zero_is_inverted(file):
    data = saved(Image.fromarray(65535 - sixteen_bit(65535)), format="TIFF", tiffinfo={262: 0})
    with Image.open(io.BytesIO(data)) as picture:
        assert (picture.mode, picture.tag_v2[262]) == ("I;16", 0)
    assert_colours(only_frame(file(data)), [BLACK, WHITE, (127,) * 3, WHITE], within=1)


def test_sixteen_bit_grey_is_turned_by_its_orientation(file):
    exif = Image.Exif()
    exif[274] = 3
    data = saved(Image.fromarray(sixteen_bit(65535)[::-1, ::-1].copy()), format="PNG", exif=exif)
    assert_colours(only_frame(file(data)), [BLACK, WHITE, (127,) * 3, WHITE], within=1)


@pytest.mark.parametrize("format_name", ["JPEG", "TIFF"])
def test_cmyk_is_not_inverted(file, format_name):
    data = saved(quarters("CMYK"), format=format_name, **({"quality": 95} if format_name == "JPEG" else {}))
    if format_name == "JPEG":
        assert b"Adobe" in data[:400]  # the inverted kind
    assert_colours(only_frame(file(data)), [RED, GREEN, BLUE, WHITE], within=6)


def test_ycbcr_and_lab_keep_their_colours(file):
    assert_colours(only_frame(file(saved(quarters("YCbCr"), format="TIFF"))), [RED, GREEN, BLUE, WHITE], within=4)
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    lab = ImageCms.applyTransform(quarters(), to_lab)
    # Saturated primaries are at the limit of 8-bit LAB.
    assert_colours(only_frame(file(saved(lab, format="TIFF"))), [RED, GREEN, BLUE, WHITE], within=25)


@pytest.mark.parametrize("format_name", ["PNG", "GIF"])
def test_palettes_keep_their_colours(file, format_name):
    assert_colours(only_frame(file(saved(quarters().quantize(8), format=format_name))), [RED, GREEN, BLUE, WHITE])


@pytest.mark.parametrize("format_name", ["PNG", "GIF"])
def test_the_transparent_colour_of_a_palette_becomes_white(file, format_name):
    image = quarters().quantize(8)
    green = image.getpixel((45, 5))
    array = only_frame(file(saved(image, format=format_name, transparency=green)))
    assert_colours(array, [RED, WHITE, BLUE, WHITE])


def on_transparent(*texts: tuple[str, tuple[int, int, int]], mode: str = "RGBA") -> Image.Image:
    image = Image.new("RGBA", (300, 60 * len(texts)), (0, 0, 0, 0))
    for index, (text, colour) in enumerate(texts):
        ImageDraw.Draw(image).text((10, 10 + 60 * index), text, fill=(*colour, 255), font=ImageFont.load_default(32))
    return image.convert(mode)


@pytest.mark.parametrize(
    ("texts", "background"),
    [
        ([("Total 42", BLACK)], WHITE),
        ([("Total 42", (150, 0, 0))], WHITE),
        ([("Total 42", WHITE)], BLACK),
        ([("Total 42", (255, 240, 90))], BLACK),
        ([("Total 42", BLACK), ("Total 42", WHITE)], (128, 128, 128)),
    ],
)
@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_text_on_a_transparent_background_stays_readable(file, texts, background, mode):
    array = only_frame(file(saved(on_transparent(*texts, mode=mode), format="PNG")))
    assert tuple(array[0, 0]) == background
    assert array.std() > 10


def test_half_transparent_pixels_are_blended_with_the_background(file):
    image = Image.new("RGBA", (60, 40), (0, 0, 0, 128))
    assert_colours(only_frame(file(saved(image, format="PNG"))), [(127,) * 3] * 4, within=1)


def test_premultiplied_grey_is_blended_with_white(file):
    data = bytearray(saved(Image.new("LA", (60, 40), (0, 128)), format="TIFF"))
    extra_samples = data.index(struct.pack("<HHII", 338, 3, 1, 2))
    data[extra_samples + 8] = 1  # the alpha is associated: Pillow's mode La
    assert_colours(only_frame(file(bytes(data))), [(127,) * 3] * 4, within=1)


def test_an_opaque_alpha_channel_changes_nothing(file):
    assert_colours(only_frame(file(saved(quarters("RGBA"), format="PNG"))), [RED, GREEN, BLUE, WHITE], 0)


def test_the_first_image_of_a_multi_picture_jpeg_is_read(file):
    data = saved(quarters(), format="MPO", save_all=True, append_images=[Image.new("RGB", (60, 40))], quality=95)
    assert_colours(only_frame(file(data)), [RED, GREEN, BLUE, WHITE])


@pytest.mark.parametrize("format_name", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_too_many_pixels_are_rejected(file, format_name):
    path = file(saved(Image.new("RGB", (100, 50)), format=format_name))
    assert len(list(iter_frames(path, max_pixels=5000))) == 1
    with pytest.raises(TooManyPixels):
        list(iter_frames(path, max_pixels=4999))


def test_a_frame_larger_than_its_header_says_is_rejected(file):
    data = bytearray(gif(Image.new("L", (200, 200))))
    data[6:10] = b"\x0a\x00\x0a\x00"  # the header claims 10 x 10
    with pytest.raises(TooManyPixels):
        list(iter_frames(file(bytes(data)), max_pixels=10_000))


def test_pillows_global_limit_is_restored(file, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    path = file(saved(Image.new("RGB", (100, 50)), format="PNG"))
    assert only_frame(path).shape == (50, 100, 3)
    with pytest.raises(TooManyPixels):
        list(iter_frames(path, max_pixels=100))
    assert Image.MAX_IMAGE_PIXELS == 10


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "BMP", "GIF", "TIFF"])
def test_half_a_file_is_truncated_or_corrupt(file, format_name):
    data = saved(noise(mode="L"), format=format_name)
    with pytest.raises((TruncatedFile, CorruptFile)):
        list(iter_frames(file(data[: len(data) // 2]), max_pixels=PLENTY))


def test_half_a_jpeg_is_truncated(file):
    data = saved(noise(), format="JPEG")
    with pytest.raises(TruncatedFile):
        list(iter_frames(file(data[: len(data) // 2]), max_pixels=PLENTY))


@pytest.mark.parametrize("data", [b"text", b"%PDF-1.7", saved(Image.new("L", (16, 16)), format="ICO")])
def test_other_file_types_are_unsupported(file, data):
    with pytest.raises(UnsupportedType):
        list(iter_frames(file(data), max_pixels=PLENTY))


def test_white_text_on_transparency_is_readable_in_the_sample(shared_data):
    array = only_frame(shared_data / "multilang" / "white_font_color_transparent.png")
    assert tuple(array[0, 0]) == BLACK
    assert (array > 200).all(axis=2).mean() > 0.02

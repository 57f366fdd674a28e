"""Pictures that need much memory are rejected before they are decoded, and the others need as much as estimated."""

import io
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from PIL import Image

from services.errors import TooManyPixels
from services.inspection import InspectionLimits, inspect_upload
from services.ocr_service.helpers import colour
from services.ocr_service.helpers.image_processor import read_frame
from services.ocr_service.helpers.picture_memory import allowed_bytes
from stress.harness import REPOSITORY
from tests.support import hostile
from tests.support.bombs import blank_png, webp_header
from tests.support.drawing import saved

MAX_PIXELS = 100_000_000


@pytest.mark.parametrize(
    "data",
    [blank_png(1, MAX_PIXELS, 8, 0, 1), webp_header(10_000, 10_000), webp_header(16_000, 4_000)],
    ids=["a column of pixels", "WebP", "wide WebP"],
)
def test_bombs_are_rejected_by_their_header(tmp_path, data):
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(TooManyPixels, match="memory"):
        inspect_upload(tmp_path / "file", InspectionLimits(MAX_PIXELS, 1))
    with pytest.raises(TooManyPixels, match="memory"):
        read_frame(tmp_path / "file", 1, max_pixels=MAX_PIXELS)


@pytest.mark.parametrize("size", [(9_000, 2_000), (3_000, 6_000)])
def test_the_size_of_a_large_webp_is_read_without_its_decoder(tmp_path, size):
    for options in (
        {"lossless": True},
        {"quality": 5, "method": 0},
        {"quality": 5, "method": 0, "exif": b"Exif\0\0MM"},
    ):
        (tmp_path / "file").write_bytes(saved(Image.new("RGB", size), format="WEBP", **options))
        facts = inspect_upload(tmp_path / "file", InspectionLimits(MAX_PIXELS, 1))
        assert (facts.width, facts.height) == size


def test_a_large_webp_with_too_many_pixels_is_rejected(tmp_path):
    (tmp_path / "file").write_bytes(webp_header(16_000, 16_000))
    with pytest.raises(TooManyPixels, match="256,000,000 pixels"):
        inspect_upload(tmp_path / "file", InspectionLimits(MAX_PIXELS, 1))


@pytest.mark.parametrize(
    ("depth", "colour_type", "channels"), [(16, 0, 1), (8, 6, 4), (16, 2, 3), (8, 4, 2)], ids=["16", "RGBA", "48", "LA"]
)
def test_a_decoded_picture_needs_no_more_than_is_allowed(tmp_path, depth, colour_type, channels):
    side, limit = 5_000, 25_000_000
    path = tmp_path / "file"
    path.write_bytes(blank_png(side, side, depth, colour_type, channels))
    code = f"""
    import resource
    from services.ocr_service.helpers import colour
    from services.ocr_service.helpers.image_processor import read_frame
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert read_frame({str(path)!r}, 1, max_pixels={limit}).shape == ({side}, {side}, 3)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) << 10 < allowed_bytes(limit) + (32 << 20)


MODES = ["1", "L", "P", "RGB", "CMYK", "LA", "RGBA", "I;16", "I", "F"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("turn", [None, *Image.Transpose])
def test_bands_give_the_same_pixels_as_the_whole(monkeypatch, mode, turn):
    image = _picture(mode)
    whole = colour.to_rgb_array(image, turn)
    monkeypatch.setattr(colour, "_BAND_PIXELS", 100)
    bands = colour.to_rgb_array(image, turn)
    assert bands.flags.c_contiguous
    assert np.array_equal(whole, bands)
    expected = Image.fromarray(colour.to_rgb_array(image))
    assert np.array_equal(bands, np.asarray(expected if turn is None else expected.transpose(turn)))


def _picture(mode):
    noise = hostile.noise(31, 23, mode="RGB")
    if mode in ("LA", "RGBA"):
        noise.putalpha(hostile.noise(31, 23, mode="L"))
        return noise.convert(mode)
    if mode in ("I;16", "F"):
        return Image.fromarray(np.asarray(noise.convert("L")).astype(np.uint16 if mode == "I;16" else np.float32) * 9)
    return noise.convert(mode)


def test_a_large_jpeg_without_an_end_marker_is_read(tmp_path):
    file = io.BytesIO()
    hostile.noise(4_000, 3_500, mode="L").convert("RGB").save(file, "JPEG", quality=20)
    path = tmp_path / "file"
    path.write_bytes(file.getvalue()[:-2])
    assert inspect_upload(path, InspectionLimits(MAX_PIXELS, 1)).width == 4_000
    assert read_frame(path, 1, max_pixels=MAX_PIXELS).shape == (3_500, 4_000, 3)

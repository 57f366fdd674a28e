import io
import struct

import numpy as np
import pymupdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from services.errors import CorruptFile
from services.exports.searchable_pdf import write
from services.ocr_service.helpers.image_processor import read_frame
from tests.support.exports import FakeResult, check_syntax, encoded, page_with


def picture(mode="RGB", size=(400, 300)):
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    draw.text((20, 20), "Hello", fill=(200, 0, 0), font=ImageFont.load_default(60))
    draw.rectangle((10, 200, 100, 280), fill=(0, 0, 180))
    return image.convert(mode)


def transparent(mode):
    image = picture(mode)
    image.putalpha(picture("L").point(lambda value: 255 - value))
    return image


def with_exif(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


#: Names of TIFF tags: photometric interpretation, fill order, orientation, rows of each strip.
FAX = {
    "of ones": {"262": 0},
    "of zeros": {"262": 1},
    "from the lowest bit": {"266": 2},
    "turned": {"274": 6},
    "in strips": {"278": 100},
    "in strips from the lowest bit": {"266": 2, "278": 100},
}


def fax(**tags):
    return encoded(picture("1"), "TIFF", compression="group4", tiffinfo={int(tag): tags[tag] for tag in tags})


FILES = {
    **{f"JPEG {mode}": encoded(picture(mode), "JPEG", quality=95) for mode in ("L", "RGB", "CMYK")},
    "progressive JPEG": encoded(picture(), "JPEG", progressive=True),
    **{f"JPEG turned {turn}": encoded(picture(), "JPEG", exif=with_exif(turn), quality=95) for turn in range(1, 9)},
    "PNG turned": encoded(picture(), "PNG", exif=with_exif(6)),
    **{f"PNG {mode}": encoded(picture(mode), "PNG") for mode in ("1", "L", "P", "RGB")},
    **{f"PNG {mode}": encoded(transparent(mode), "PNG") for mode in ("RGBA", "LA")},
    **{f"TIFF {packed}": encoded(picture("1"), "TIFF", compression=packed) for packed in ("group3", "group4")},
    **{f"TIFF {packed}": encoded(picture(), "TIFF", compression=packed) for packed in ("tiff_lzw", "jpeg")},
    **{f"fax {name}": fax(**tags) for name, tags in FAX.items()},
    "TIFF CMYK": encoded(picture("CMYK"), "TIFF"),
    "TIFF of 16 bits": encoded(Image.fromarray(np.asarray(picture("L")).astype("uint16") * 257), "TIFF"),
    **{kind: encoded(picture(), kind) for kind in ("WEBP", "GIF", "BMP")},
}


def as_pdf(source, *pages):
    out = io.BytesIO()
    write(io.BytesIO(source), FakeResult(pages), out, io.BytesIO())
    check_syntax(out.getvalue())
    return pymupdf.open(stream=out.getvalue())


def rendered(page, width):
    pixmap = page.get_pixmap(matrix=pymupdf.Matrix(width / page.rect.width, width / page.rect.width))
    return np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3).astype(int)


@pytest.mark.parametrize("orientation", [0, 90])
@pytest.mark.parametrize("kind", FILES)
def test_the_page_shows_the_picture_as_it_was_read(kind, orientation, tmp_path):
    path = tmp_path / "picture"
    path.write_bytes(FILES[kind])
    expected = np.rot90(read_frame(path, 1, max_pixels=10**9), -orientation // 90)
    height, width = expected.shape[:2]
    page = as_pdf(FILES[kind], page_with(width=width, height=height, orientation=orientation))[0]
    assert page.rotation == orientation
    found = rendered(page, width)[:height, :width]
    assert np.abs(found - expected[: found.shape[0]]).mean() < 5  # CMYK is converted in another way


@pytest.mark.parametrize(
    ("dpi", "expected"), [((300, 300), 300), ((72, 72), 72), ((600, 600), 600), ((30, 30), 200), ((1200, 1200), 200)]
)
def test_the_page_has_the_physical_size_of_the_picture(dpi, expected):
    page = as_pdf(encoded(picture(), "TIFF", dpi=dpi), page_with(width=400, height=300))[0]
    assert page.rect.width == pytest.approx(400 * 72 / expected, abs=0.01)


def test_a_resolution_that_differs_across_and_down():
    page = as_pdf(encoded(picture("1"), "TIFF", dpi=(204, 98)), page_with(width=400, height=300))[0]
    assert tuple(page.rect)[2:] == pytest.approx((400 * 72 / 204, 300 * 72 / 98), abs=0.01)


def test_exif_data_without_a_resolution():
    page = as_pdf(encoded(picture(), "JPEG", exif=with_exif(1)), page_with(width=400, height=300))[0]
    assert page.rect.width == pytest.approx(400 * 72 / 200, abs=0.01)


def test_frames_of_a_tiff_have_their_own_sizes():
    frames = [picture("RGB", (400, 300)), picture("L", (200, 500)), picture("1", (640, 100))]
    file = io.BytesIO()
    frames[0].save(file, "TIFF", save_all=True, append_images=frames[1:], dpi=(100, 100))
    pages = [page_with(number=number, width=1, height=1) for number in (1, 2, 3)]
    document = as_pdf(file.getvalue(), *pages)
    sizes = [tuple(round(side * 100 / 72) for side in tuple(page.rect)[2:]) for page in document]
    assert sizes == [frame.size for frame in frames]


def test_a_png_is_embedded_without_decoding():
    source = FILES["PNG RGB"]
    document = as_pdf(source, page_with())
    start = source.index(b"IDAT") + 4
    assert source[start : start + 200] in document.xref_stream_raw(document[0].get_images()[0][0])


@pytest.mark.parametrize("photometric", [0, 1])
def test_a_fax_is_embedded_without_decoding(photometric):
    source = fax(**{"262": photometric})
    document = as_pdf(source, page_with())
    with Image.open(io.BytesIO(source)) as file:
        (start,), (size,) = file.tag_v2[273], file.tag_v2[279]
    assert source[start : start + size] == document.xref_stream_raw(document[0].get_images()[0][0])


def test_a_fax_without_its_end_is_refused():
    source = fax()
    entry = source.index(struct.pack("<HHI", 279, 4, 1))  # the size of the codes
    with pytest.raises(CorruptFile):
        as_pdf(source[: entry + 8] + struct.pack("<I", len(source)) + source[entry + 12 :], page_with())


def test_a_picture_larger_than_pages_can_be():
    page = as_pdf(encoded(Image.new("1", (16_000, 20), 1), "TIFF", dpi=(72, 72)), page_with(width=16_000, height=20))[0]
    assert page.rect.width == pytest.approx(16_000)  # in the file: 8,000 units of 2 points


def test_a_grey_picture_that_is_stored_in_colour_takes_no_more_space():
    noise = np.random.default_rng(1).integers(0, 255, (300, 400), np.uint8)
    source = encoded(Image.fromarray(noise).convert("RGBA"), "PNG")
    assert len(as_pdf(source, page_with(width=400, height=300)).tobytes()) < 1.05 * len(source)

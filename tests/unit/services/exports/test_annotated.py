import io

import pymupdf
import pytest
from PIL import Image

from services.exports.annotated import COLOURS, colour_of, draw, write
from tests.support.exports import FakeResult, check_syntax, encoded, page_with, polygon, scan_pdf

HELLO, WORLD = ("Hello", (100, 200, 260, 240)), ("world", (300, 400, 450, 440))


def annotated(source, *pages):
    out = io.BytesIO()
    write(io.BytesIO(source), FakeResult(pages), out, io.BytesIO())
    check_syntax(out.getvalue())
    return pymupdf.open(stream=out.getvalue())


def outlines(page):
    return [tuple(drawing["rect"] * page.rotation_matrix) for drawing in page.get_drawings()]


@pytest.mark.parametrize("orientation", [0, 90, 180, 270])
def test_lines_are_outlined_and_numbered_in_reading_order(orientation):
    size = (792, 612) if orientation in (90, 270) else (612, 792)
    page = annotated(scan_pdf(size=size), page_with(HELLO, WORLD, orientation=orientation))[0]
    assert page.get_text().split() == ["1", "2"]
    expected = [tuple(edge * 0.72 for edge in box) for _, box in (HELLO, WORLD)]
    found = [pymupdf.Rect(box).normalize() for box in outlines(page)]
    for box, (x0, y0, x1, y1) in zip(found, expected, strict=True):
        assert tuple(box) == pytest.approx((x0, y0, x1, y1), abs=0.1)


def test_images_of_the_page_stay_as_they_are():
    source = scan_pdf()
    before, after = pymupdf.open(stream=source), annotated(source, page_with(HELLO))
    assert after.xref_stream_raw(after[0].get_images()[0][0]) == before.xref_stream_raw(before[0].get_images()[0][0])


def test_documents_are_framed_with_their_type():
    document = {"type": "aadhaar", "bbox": polygon((100, 600, 500, 640))}
    page = annotated(scan_pdf(), page_with(HELLO, documents=[document]))[0]
    assert page.get_text().split() == ["1", "aadhaar"]


def test_an_image_becomes_a_pdf():
    source = encoded(Image.new("RGB", (850, 1100), "white"), "JPEG", dpi=(100, 100))
    page = annotated(source, page_with(HELLO))[0]
    assert outlines(page)[0] == pytest.approx([edge * 0.72 for edge in HELLO[1]], abs=0.1)


@pytest.mark.parametrize(("confidence", "colour"), [(0.99, 0), (0.9, 1), (0.3, 2), (0.0, 2)])
def test_colours_show_confidence(confidence, colour):
    assert colour_of(confidence) == COLOURS[colour][1]


def test_failed_pages_stay_as_they_are():
    failed = {"page": 1, "success": False, "lines": [], "width": None, "height": None, "orientation": None}
    assert annotated(scan_pdf(), failed)[0].get_drawings() == []


def picture_of(tmp_path, page, side=2000):
    """The picture of a page of a scan."""
    path = tmp_path / "annotated.pdf"
    with open(path, "wb") as file:
        write(io.BytesIO(scan_pdf()), FakeResult([page]), file, io.BytesIO())
    return Image.open(io.BytesIO(draw(path, 1, side)))


@pytest.mark.parametrize(("width", "height", "size"), [(850, 1100, (850, 1100)), (3400, 4400, (1545, 2000))])
def test_pictures_show_the_outlines(tmp_path, width, height, size):
    box = (width / 4, height / 4, width / 2, height / 3)
    picture = picture_of(tmp_path, page_with(("Hello", box), width=width, height=height), size[1])
    assert picture.size == pytest.approx(size, abs=1) and picture.mode == "RGB"
    scale, (red, green, blue) = picture.height / height, COLOURS[0][1]
    on_the_outline = picture.getpixel((int(box[2] * scale), int((box[1] + box[3]) / 2 * scale)))
    assert on_the_outline == pytest.approx((red * 255, green * 255, blue * 255), abs=40)


@pytest.mark.parametrize("orientation", [90, 180, 270])
def test_pictures_are_upright(tmp_path, orientation):
    wide = orientation != 180
    read = page_with(HELLO, width=1100 if wide else 850, height=850 if wide else 1100, orientation=orientation)
    picture = picture_of(tmp_path, read, 1100)
    assert picture.size == pytest.approx((read["width"], read["height"]), abs=1)

"""No byte of a file of a masked job has a hidden number: neither its pixels nor anything else that a PDF can hold."""

import io
import re

import pikepdf
import pymupdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from services.exports import outputs
from tests.support.exports import FakeResult, check_syntax, encoded, everything_in, page_with, polygon

NUMBER = "3663 6024 8814"
HIDDEN = "XXXX XXXX 8814"
SIZE = (850, 1100)
#: Where the number is on the page, and the part of it that is hidden, in pixels.
PLACE, AREA = (100, 200, 380, 240), (95, 195, 290, 245)
SECRET = re.compile(rb"3663\W*6024")


def card(mode="RGB"):
    picture = Image.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(picture)
    draw.text(PLACE[:2], NUMBER, "black", ImageFont.load_default(40))
    draw.text((100, 600), "Government of India", "black", ImageFont.load_default(40))
    return picture.convert(mode)


def full_pdf():
    """A PDF that has the number in every place: text, an image, an annotation, a form, metadata, a file, a revision."""
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=612, height=792)
        page.insert_text((72, 170), NUMBER, fontsize=28)
        page.insert_image((72, 400, 372, 700), stream=encoded(card(), "JPEG"))
        page.add_freetext_annot((300, 20, 500, 60), NUMBER)
        page.insert_link({"kind": pymupdf.LINK_URI, "from": pymupdf.Rect(0, 0, 9, 9), "uri": f"https://a/{NUMBER}"})
        widget = pymupdf.Widget()
        widget.field_type, widget.field_name = pymupdf.PDF_WIDGET_TYPE_TEXT, "number"
        widget.field_value, widget.rect = NUMBER, pymupdf.Rect(72, 60, 250, 80)
        page.add_widget(widget)
        pdf.set_metadata({"title": NUMBER, "subject": NUMBER})
        pdf.set_xml_metadata(f"<x>{NUMBER}</x>")
        pdf.set_toc([[1, NUMBER, 1]])
        pdf.embfile_add("number.txt", NUMBER.encode())
        first = io.BytesIO(pdf.tobytes())
    with pymupdf.open(stream=first) as pdf:
        pdf[0].insert_text((72, 300), "A later revision", fontsize=12)
        return pdf.tobytes()


SOURCES = {
    "jpeg": encoded(card(), "JPEG", quality=95, comment=NUMBER.encode()),
    "grey jpeg": encoded(card("L"), "JPEG", quality=95),
    "png": encoded(card(), "PNG"),
    "png with alpha": encoded(card("RGBA"), "PNG"),
    "webp": encoded(card(), "WEBP"),
    "bilevel tiff": encoded(card("1"), "TIFF", compression="group4", description=NUMBER),
    "pdf": full_pdf(),
}


def masked_page(number=1, **fields):
    words = [("Government", (100, 600, 330, 640)), ("of", (340, 600, 380, 640)), ("India", (390, 600, 500, 640))]
    page = page_with(*words, number=number)
    boxes = zip(HIDDEN.split(), ((100, 200, 190, 240), (195, 200, 285, 240), (295, 200, 380, 240)), strict=True)
    hidden = [{"text": text, "confidence": 0.9, "bbox": polygon(box)} for text, box in boxes]
    line = {"text": HIDDEN, "confidence": 0.9, "bbox": polygon(PLACE), "words": hidden}
    return {**page, "lines": [line, *page["lines"]], "masked_areas": [polygon(AREA)], **fields}


def created(tmp_path, name, source, *pages):
    path, out = tmp_path / "source", tmp_path / "out"
    path.write_bytes(source)
    with open(out, "w+b") as file:
        outputs.create(name, path, FakeResult(pages), file, masked=True)
    check_syntax(out.read_bytes())
    return out


def rendered(path, number=1):
    return Image.open(io.BytesIO(outputs.draw(path, number, SIZE[1]))).convert("L")


def colours(picture, box):
    return {value for _, value in picture.crop(box).getcolors()}


def inside(box, margin=3):
    return box[0] + margin, box[1] + margin, box[2] - margin, box[3] - margin


@pytest.mark.parametrize("name", ["pdf", "annotated"])
@pytest.mark.parametrize("kind", SOURCES)
def test_no_byte_of_a_masked_file_has_the_number(tmp_path, name, kind):
    assert kind != "pdf" or len(SECRET.findall(SOURCES["pdf"])) > 3, "a test that cannot fail"
    page = masked_page()
    if kind == "pdf":  # a page that has the number at five places
        others = [(95, 505, 520, 980), (400, 10, 700, 100), (90, 70, 350, 120)]
        page["masked_areas"] = [*page["masked_areas"], *map(polygon, others)]
    out = created(tmp_path, name, SOURCES[kind], page)
    assert SECRET.search(everything_in(out)) is None
    assert max(colours(rendered(out), inside(AREA))) < 20 or name == "annotated"


@pytest.mark.parametrize("kind", SOURCES)
def test_the_hidden_part_is_black_and_the_rest_stays_readable(tmp_path, kind):
    picture = rendered(created(tmp_path, "pdf", SOURCES[kind], masked_page()))
    assert picture.size == pytest.approx(SIZE, abs=1)
    assert max(colours(picture, inside(AREA))) < 20, "no pixel of the number"
    visible = colours(picture, (310, 195, 400, 245))
    assert min(visible) < 90 and max(visible) > 200, "the visible end"


@pytest.mark.parametrize("orientation", [90, 180, 270])
@pytest.mark.parametrize("kind", ["jpeg", "pdf"])
def test_turned_pages_are_upright_and_painted_at_the_same_place(tmp_path, orientation, kind):
    source = encoded(card().rotate(orientation, expand=True), "JPEG", quality=95)
    if kind == "pdf":
        with pymupdf.open() as pdf:
            size = (612, 792) if orientation == 180 else (792, 612)
            page = pdf.new_page(width=size[0], height=size[1])
            page.insert_image(page.rect, stream=source)
            source = pdf.tobytes()
    picture = rendered(created(tmp_path, "pdf", source, masked_page(orientation=orientation)))
    assert picture.size == pytest.approx(SIZE, abs=1)
    assert max(colours(picture, inside(AREA))) < 20
    assert min(colours(picture, (310, 195, 400, 245))) < 90


def test_no_text_lies_below_a_painted_area(tmp_path):
    for kind in ("jpeg", "pdf"):
        with pymupdf.open(created(tmp_path, "pdf", SOURCES[kind], masked_page())) as pdf:
            assert pdf[0].get_text().split() == ["8814", "Government", "of", "India"]
            below = [edge * 0.72 for edge in AREA]
            assert pdf[0].get_text(clip=below).strip() == ""


def test_the_text_of_a_text_layer_is_that_of_the_result(tmp_path):
    page = masked_page(source="text_layer")
    with pymupdf.open(created(tmp_path, "pdf", SOURCES["pdf"], page)) as pdf:
        assert "Government" in pdf[0].get_text() and "revision" not in pdf[0].get_text()


def test_pages_that_were_not_read_are_blank(tmp_path):
    """Pages that failed or were not chosen: nobody knows what they show."""
    failed = {"page": 2, "success": False, "lines": [], "width": None, "height": None, "orientation": None}
    frames = encoded(card(), "TIFF", save_all=True, append_images=[card(), card()])
    with pymupdf.open() as pdf:
        for _ in range(3):
            page = pdf.new_page(width=612, height=792)
            page.insert_text((72, 170), NUMBER, fontsize=28)
        document = pdf.tobytes()
    for source in (frames, document):
        out = created(tmp_path, "annotated", source, masked_page(1, lines=[]), failed)
        with pymupdf.open(out) as pdf:
            assert len(pdf) == 3 and len({tuple(page.rect) for page in pdf}) == 1
        assert len(colours(rendered(out, 1), (0, 0, *SIZE))) > 1
        assert [colours(rendered(out, number), (0, 0, *SIZE)) for number in (2, 3)] == [{255}, {255}]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_with_an_exif_orientation_keep_their_size(tmp_path, orientation):
    exif = Image.Exif()
    exif[274] = orientation
    sideways = orientation > 4
    picture = Image.new("RGB", (1100, 850) if sideways else SIZE, "white")
    source = encoded(picture, "JPEG", exif=exif, dpi=(100, 100))
    with pymupdf.open(created(tmp_path, "pdf", source, masked_page())) as pdf:
        assert tuple(pdf[0].rect) == pytest.approx((0, 0, 612, 792), abs=0.5)


def test_scans_in_black_and_white_stay_small(tmp_path):
    out = created(tmp_path, "pdf", SOURCES["bilevel tiff"], masked_page())
    with pikepdf.open(out) as pdf:
        (image,) = pdf.pages[0].get_images().values()
        assert image.Filter == "/CCITTFaxDecode"
    assert out.stat().st_size < 20_000


def test_a_result_without_areas_creates_no_file(tmp_path):
    """A page of a job that hides nothing must not pass for one that does."""
    with pytest.raises(KeyError):
        created(tmp_path, "pdf", SOURCES["jpeg"], page_with(("Hello", PLACE)))

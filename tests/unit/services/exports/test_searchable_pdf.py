import io

import pikepdf
import pymupdf
import pytest
from PIL import Image

from services.errors import CorruptFile, EncryptedFile
from services.exports.searchable_pdf import write
from tests.support.exports import (
    FakeResult,
    check_syntax,
    encoded,
    line_with,
    overlap,
    page_with,
    polygon,
    scan_pdf,
    words_in,
)

HELLO, WORLD = ("Hello", (100, 200, 260, 240)), ("world", (280, 200, 450, 240))


def searchable(source, *pages):
    out = io.BytesIO()
    write(io.BytesIO(source), FakeResult(pages), out, io.BytesIO())
    check_syntax(out.getvalue())
    return out.getvalue()


def text_of(file, number=1):
    return pymupdf.open(stream=file)[number - 1].get_text()


def changed(source, change):
    with pikepdf.open(io.BytesIO(source)) as pdf:
        change(pdf)
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def test_words_are_at_their_place():
    found = words_in(searchable(scan_pdf(), page_with(HELLO, WORLD)))
    assert [text for text, _ in found] == ["Hello", "world"]
    for (_, box), (_, expected) in zip(found, (HELLO, WORLD), strict=True):
        assert overlap(box, [edge * 72 / 100 for edge in expected]) > 0.9


def test_text_is_invisible():
    source = scan_pdf()
    before = pymupdf.open(stream=source)[0].get_pixmap().samples
    assert pymupdf.open(stream=searchable(source, page_with(HELLO)))[0].get_pixmap().samples == before


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_text_is_at_its_place_on_turned_pages(turn):
    def rotate(pdf):
        pdf.pages[0].obj.Rotate = turn
        pdf.pages[0].obj.MediaBox = pikepdf.Array([0, 0, 612, 792] if turn % 180 == 0 else [0, 0, 792, 612])

    found = words_in(searchable(changed(scan_pdf(), rotate), page_with(HELLO, WORLD)))
    assert [text for text, _ in found] == ["Hello", "world"]
    assert overlap(found[0][1], [edge * 72 / 100 for edge in HELLO[1]]) > 0.9


@pytest.mark.parametrize("orientation", [90, 180, 270])
def test_pages_that_were_turned_upright_are_upright_in_the_pdf(orientation):
    size = (612, 792) if orientation == 180 else (792, 612)
    file = searchable(scan_pdf(size=size), page_with(HELLO, WORLD, orientation=orientation))
    found = words_in(file)
    assert pymupdf.open(stream=file)[0].rotation == orientation
    assert [text for text, _ in found] == ["Hello", "world"]
    assert overlap(found[1][1], [edge * 72 / 100 for edge in WORLD[1]]) > 0.9


def test_only_the_visible_part_of_the_page_counts():
    def crop(pdf):
        pdf.pages[0].obj.CropBox = pikepdf.Array([100, 50, 406, 446])  # half as wide and high

    found = words_in(searchable(changed(scan_pdf(), crop), page_with(HELLO, WORLD)))
    assert overlap(found[0][1], [edge * 36 / 100 for edge in HELLO[1]]) > 0.9


def test_pages_with_large_units():
    def enlarge(pdf):
        pdf.pages[0].obj.UserUnit = 2

    found = words_in(searchable(changed(scan_pdf(), enlarge), page_with(HELLO, WORLD)))
    assert overlap(found[0][1], [edge * 144 / 100 for edge in HELLO[1]]) > 0.9


def test_words_are_estimated_if_only_lines_were_read():
    line = line_with(HELLO, WORLD)
    page = page_with()
    page["lines"] = [{name: value for name, value in line.items() if name != "words"}]
    found = words_in(searchable(scan_pdf(), page))
    assert [text for text, _ in found] == ["Hello", "world"]
    assert overlap(found[1][1], [edge * 72 / 100 for edge in WORLD[1]]) > 0.8


@pytest.mark.parametrize("text", ["Straße", "你好世界", "हिन्दी", "Ελληνικά", "𝒳𠀋", "naïve", "ทั้งหมด", "מַחְבֶּרֶת", "தமிழ்"])
def test_every_script_is_found(text):
    page = page_with()
    page["lines"] = [{"text": text, "confidence": 0.9, "bbox": polygon((100, 200, 400, 240))}]
    assert text_of(searchable(scan_pdf(), page)).split() == [text]


@pytest.mark.parametrize("box", [(280, 200, 280, 240), (280, 200, 450, 200), (280, 200, 280, 200)])
def test_a_word_without_an_area_is_left_out(box):
    page = page_with()
    page["lines"] = [line_with(HELLO, ("nothing", box)), line_with(("nothing", box)), line_with(WORLD)]
    assert text_of(searchable(scan_pdf(), page)).split() == ["Hello", "world"]


def test_pages_with_a_trusted_layer_are_not_changed():
    source = scan_pdf(2)
    file = searchable(source, page_with(HELLO), page_with(WORLD, number=2, source="text_layer"))
    assert text_of(file, 1).split() == ["Hello"]
    assert text_of(file, 2) == ""


def test_failed_and_other_pages_have_no_text():
    failed = {"page": 1, "success": False, "source": "ocr", "lines": [], "width": None, "height": None}
    file = searchable(scan_pdf(3), failed, page_with(WORLD, number=3))
    assert [text_of(file, number).split() for number in (1, 2, 3)] == [[], [], ["world"]]


def test_images_of_a_pdf_stay_byte_for_byte():
    def images(file):
        with pikepdf.open(io.BytesIO(file)) as pdf:
            return [
                page.obj.Resources.XObject[name].read_raw_bytes() for page in pdf.pages for name in page.get_images()
            ]

    source = scan_pdf(3)
    pages = [page_with(HELLO, number=number) for number in (1, 2, 3)]
    assert images(searchable(source, *pages)) == images(source)


def test_a_pdf_with_an_empty_password_stays_encrypted():
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(scan_pdf())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="owner", user=""))
    file = searchable(out.getvalue(), page_with(HELLO))
    with pikepdf.open(io.BytesIO(file)) as pdf:
        assert pdf.is_encrypted
    assert text_of(file).split() == ["Hello"]


def test_a_pdf_that_needs_a_password_is_refused():
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(scan_pdf())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="owner", user="user"))
    with pytest.raises(EncryptedFile):
        searchable(out.getvalue(), page_with(HELLO))


def test_a_damaged_pdf_is_refused():
    with pytest.raises(CorruptFile):
        searchable(b"%PDF-1.7\nnothing", page_with(HELLO))


def test_a_jpeg_is_embedded_as_it_is():
    source = encoded(Image.new("RGB", (850, 1100), "white"), "JPEG", dpi=(100, 100))
    file = searchable(source, page_with(HELLO, WORLD))
    assert source in file
    page = pymupdf.open(stream=file)[0]
    assert tuple(page.rect) == (0, 0, 612, 792)
    assert overlap(words_in(file)[0][1], [edge * 72 / 100 for edge in HELLO[1]]) > 0.9

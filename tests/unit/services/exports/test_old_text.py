"""Text that was on the page before: it disappears for programs, not for readers."""

import io

import pikepdf
import pymupdf
import pypdfium2
import pytest

from services.exports.searchable_pdf import write
from tests.support.exports import FakeResult, check_syntax, line_with, page_with, polygon, scan_pdf

HELLO = ("Hello", (100, 200, 260, 240))


def searchable(source, page):
    out = io.BytesIO()
    write(io.BytesIO(source), FakeResult([page]), out, io.BytesIO())
    check_syntax(out.getvalue())
    return out.getvalue()


def with_text(mode=0, font="helv", text="garbage"):
    document = pymupdf.open(stream=scan_pdf())
    document[0].insert_text((72, 300), text, fontname=font, render_mode=mode)
    return document.tobytes()


def in_a_form(source):
    """The page as a form that a new page draws."""
    document = pymupdf.open()
    document.new_page().show_pdf_page(document[0].rect, pymupdf.open(stream=source), 0)
    return document.tobytes()


def texts(file):
    """What MuPDF and PDFium find."""
    return {
        " ".join(pymupdf.open(stream=file)[0].get_text().split()),
        " ".join(pypdfium2.PdfDocument(file)[0].get_textpage().get_text_range().split()),
    }


def shown(file):
    return pymupdf.open(stream=file)[0].get_pixmap().samples


SOURCES = {
    "visible": with_text(),
    "invisible": with_text(mode=3),
    "with a composite font": with_text(font="china-s", text="中文"),
    "in a form": in_a_form(with_text()),
    "in a form in a form": in_a_form(in_a_form(with_text())),
    "invisible in a form": in_a_form(with_text(mode=3)),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_only_the_new_text_is_found_and_the_page_looks_the_same(kind):
    source = SOURCES[kind]
    file = searchable(source, page_with(HELLO))
    assert texts(file) == {"Hello"}
    assert shown(file) == shown(source)


def test_text_of_marked_content_is_removed():
    with pikepdf.open(io.BytesIO(with_text())) as pdf:
        page = pdf.pages[0]
        page.contents_add(b"/Span << /ActualText (secret) >> BDC\n", prepend=True)
        page.contents_add(b"\nEMC")
        out = io.BytesIO()
        pdf.save(out)
    assert texts(searchable(out.getvalue(), page_with(HELLO))) == {"Hello"}


def test_pages_that_share_resources_keep_their_own_text():
    with pikepdf.open(io.BytesIO(scan_pdf(2))) as pdf:
        shared = pdf.make_indirect(pdf.pages[0].obj.Resources)
        for page in pdf.pages:
            page.obj.Resources = shared
        out = io.BytesIO()
        pdf.save(out)
    result = io.BytesIO()
    write(io.BytesIO(out.getvalue()), FakeResult([page_with(HELLO), page_with(HELLO, number=2)]), result, io.BytesIO())
    check_syntax(result.getvalue())
    found = pymupdf.open(stream=result.getvalue())
    assert [page.get_text().split() for page in found] == [["Hello"], ["Hello"]]


@pytest.mark.parametrize("text", ["مرحبا بالعالم 2024 هنا", "שלום עולם abc", "لا إله"])
def test_text_from_right_to_left_is_found_in_logical_order(text):
    page = page_with()
    page["lines"] = [{"text": text, "confidence": 0.9, "bbox": polygon((100, 200, 500, 240))}]
    file = searchable(scan_pdf(), page)
    assert pypdfium2.PdfDocument(file)[0].get_textpage().get_text_range().strip() == text


def test_words_of_a_skewed_line_stay_whole():
    line = line_with(HELLO, ("there", (300, 200, 420, 240)))
    slope = 0.06
    for item in [line, *line["words"]]:
        item["bbox"] = [[x, y + slope * x] for x, y in item["bbox"]]
    file = searchable(scan_pdf(), {**page_with(), "lines": [line]})
    assert texts(file) == {"Hello there"}


@pytest.mark.parametrize("character", ["\0", "\ud800", "\u202e", "\x1b"])
def test_harmful_characters_are_left_out(character):
    page = page_with()
    page["lines"] = [{"text": f"a{character}b", "confidence": 0.9, "bbox": polygon((100, 200, 500, 240))}]
    assert texts(searchable(scan_pdf(), page)) == {"ab"}

"""Which pages may cut what they show to the form of letters."""

import pymupdf
import pytest

from services.ocr_service.helpers.clip_paths import has_shaped_clips
from tests.support.pdfs import pdf_of, write
from tests.support.regions import append, letter_path

RECTANGLE = b"60 500 400 100 re"
LINES = b"60 500 m 460 500 l 460 600 l 60 600 l h"
FRAME = b" ".join(b"%d 500 m 460 500 l 460 600 l 60 600 l 60 510 l 50 510 l h" % left for left in (60, 70, 80, 90))
ROUND = (
    b"70 500 m 450 500 l 456 500 460 504 460 510 c 460 590 l 460 596 456 600 450 600 c 70 600 l 64 600 60 596 60 590 c "
    b"60 510 l 60 504 64 500 70 500 c h"
)


def word(text="Total 90"):
    return letter_path(lambda page: write(page, [text], size=40))


def page_with(content, in_form=False):
    def draw(page):
        append(page, b"q " + content + b" 0 0 0 rg 0 0 600 800 re f Q")

    document = pymupdf.open(stream=pdf_of(draw))
    if not in_form:
        return document, document[0]
    outer = pymupdf.open()
    page = outer.new_page()
    page.show_pdf_page(page.rect, document, 0)
    return outer, page


@pytest.mark.parametrize("in_form", [False, True])
@pytest.mark.parametrize(
    ("content", "shaped"),
    [
        (word() + b" W n", True),
        (word("L8") + b" W* n", True),
        (word().replace(b"\n", b" ") + b"\nW\nn", True),
        (RECTANGLE + b" W n " + word() + b" W n", True),
        (RECTANGLE + b" W n", False),
        (LINES + b" W n", False),
        (ROUND + b" W n", False),
        (ROUND + b" " + ROUND + b" W* n", False),
        (FRAME + b" W* n", False),
        (word("HILFE") + b" W n", True),
        (word() + b" f", False),
        (word() + b" f " + RECTANGLE + b" W* n", False),
        (b"", False),
    ],
)
def test_clips_with_the_form_of_letters(content, shaped, in_form):
    document, page = page_with(content, in_form)
    with document:
        assert has_shaped_clips(page) is shaped


def test_a_page_with_very_many_clips_may_have_any():
    document, page = page_with((b"q " + LINES + b" W n Q ") * 2001)
    with document:
        assert has_shaped_clips(page)

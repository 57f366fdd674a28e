"""Which pictures of a page with a text layer are worth reading."""

import numpy as np
import pytest

from paddleocr_service import Line
from services.ocr_service.helpers.layer_pictures import (
    INK_DPI,
    may_hold_text,
    pictures_to_read,
    without_those_of_the_layer,
)
from services.ocr_service.helpers.pdf_processor import PdfDocument
from services.ocr_service.helpers.text_layer import LayerLine, Picture, TextLayer
from tests.support.drawing import picture
from tests.support.engine import PROSE
from tests.support.pdfs import pdf_of, write

PAGE = (0, 0, 595, 842)


def placed(text, box, hidden=False):
    x0, y0, x1, y1 = map(float, box)
    line = Line(text, 1.0, ((x0, y0), (x1, y0), (x1, y1), (x0, y1)))
    return LayerLine(line, (x0, y0, x1, y1), 0, (("Body", text),), hidden, False, True)


def layer(lines, *boxes):
    return TextLayer(595, 842, 1.0, tuple(lines), tuple(Picture(tuple(map(float, box)), None) for box in boxes))


def lines_of(count, x0=72, y0=72):
    return [placed("x" * 80, (x0, y0 + 15 * row, x0 + 450, y0 + 15 * row + 11)) for row in range(count)]


def boxes_read(layer):
    return [tuple(map(round, found.box)) for found, _ in pictures_to_read(layer)]


@pytest.mark.parametrize(
    ("lines", "box", "read"),
    [
        (5, (72, 300, 522, 420), True),
        (20, (72, 400, 522, 700), True),
        (40, (72, 680, 200, 760), False),
        (5, (500, 20, 530, 40), False),
        (0, (72, 300, 172, 304), False),
        (0, (72, 300, 80, 500), False),
    ],
    ids=["some text", "half a page", "small, on a page of text", "logo", "rule", "narrow"],
)
def test_a_picture_is_read_where_it_may_hold_a_noteworthy_part_of_the_text(lines, box, read):
    assert boxes_read(layer(lines_of(lines), box)) == [box] * read


def test_a_picture_with_invisible_text_upon_it_is_a_scan_and_is_read_however_small():
    small = (400, 700, 500, 730)
    assert boxes_read(layer([*lines_of(40), placed("guessed", (410, 705, 480, 725), hidden=True)], small)) == [small]


def test_the_pieces_of_a_picture_that_was_cut_up_are_read_as_one():
    strips = [(0, top, 595, top + 100) for top in range(0, 800, 100)]
    assert boxes_read(layer(lines_of(1), *strips)) == [(0, 0, 595, 800)]


def test_a_picture_upon_another_goes_with_it():
    found = pictures_to_read(layer(lines_of(1), (100, 100, 150, 120), PAGE))
    assert [picture.box for picture, _ in found] == [PAGE]


def test_pictures_apart_from_each_other_are_read_one_by_one():
    boxes = [(72, 300, 522, 420), (72, 500, 522, 620)]
    assert boxes_read(layer(lines_of(3), *boxes)) == boxes


def test_a_picture_with_most_of_the_text_upon_it_is_a_background():
    assert [background for _, background in pictures_to_read(layer(lines_of(10), PAGE))] == [True]
    assert [background for _, background in pictures_to_read(layer(lines_of(10), (72, 300, 522, 700)))] == [False]


@pytest.fixture
def page_of(tmp_path):
    def draw(background: bytes):
        def fill(page):
            page.insert_image(page.rect, stream=background, keep_proportion=False)
            write(page, PROSE, y=400)
            for y in range(100, 800, 60):
                page.draw_line((40, y), (550, y))

        path = tmp_path / "document.pdf"
        path.write_bytes(pdf_of(fill))
        with PdfDocument(path) as document:
            return document.text_layer(1, 100, 10**8), document.render(1, INK_DPI, 10**8).array

    return draw


def gradient():
    from PIL import Image

    from tests.support.drawing import saved

    return saved(Image.linear_gradient("L").resize((1000, 1400)).convert("RGB"), format="JPEG")


def test_a_background_of_colour_and_rules_holds_no_text(page_of):
    found, shown = page_of(gradient())
    assert not may_hold_text(shown, found.pictures[0].box, found)


def test_a_background_with_print_on_it_may_hold_text(page_of):
    form = picture(
        *[f"{number} Name and address of the applicant, in capitals" for number in range(14)], size=20, width=800
    )
    found, shown = page_of(form)
    assert may_hold_text(shown, found.pictures[0].box, found)


def test_an_empty_page_shows_nothing():
    blank = np.full((421, 297, 3), 255, np.uint8)
    assert not may_hold_text(blank, PAGE, layer(lines_of(1), PAGE))


def test_lines_of_a_picture_that_the_layer_has_are_left_out():
    of_the_layer = lines_of(1)
    again = placed("x" * 79, (70, 70, 525, 86)).line
    new = placed("new", (72, 100, 200, 111)).line
    assert without_those_of_the_layer([again, new], of_the_layer) == [new]

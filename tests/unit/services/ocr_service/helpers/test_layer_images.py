"""Which images of a page with a text layer are worth OCR."""

import numpy as np
import pytest

from paddleocr_service import Line
from services.ocr_service.helpers.layer_images import (
    DETAIL_DPI,
    images_to_read,
    may_contain_text,
    without_layer_lines,
)
from services.ocr_service.helpers.page_drawing import LayerImage
from services.ocr_service.helpers.pdf_processor import PdfDocument
from services.ocr_service.helpers.text_layer import LayerLine, TextLayer
from tests.support.drawing import picture
from tests.support.engine import PROSE
from tests.support.pdfs import pdf_of, write

PAGE = (0, 0, 595, 842)


def layer_line(text, box, hidden=False):
    x0, y0, x1, y1 = map(float, box)
    line = Line(text, 1.0, ((x0, y0), (x1, y0), (x1, y1), (x0, y1)))
    return LayerLine(line, (x0, y0, x1, y1), 0, (("Body", text),), hidden, True)


def layer(lines, *boxes):
    return TextLayer(595, 842, 1.0, tuple(lines), tuple(LayerImage(tuple(map(float, box)), None) for box in boxes))


def lines_of(count, x0=72, y0=72):
    return [layer_line("x" * 80, (x0, y0 + 15 * row, x0 + 450, y0 + 15 * row + 11)) for row in range(count)]


def boxes_read(layer):
    return [tuple(map(round, found.box)) for found, _ in images_to_read(layer)]


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
def test_an_image_is_read_if_it_may_hold_much_of_the_text(lines, box, read):
    assert boxes_read(layer(lines_of(lines), box)) == [box] * read


def test_an_image_under_invisible_text_is_read_at_any_size():
    small = (400, 700, 500, 730)
    assert boxes_read(layer([*lines_of(40), layer_line("guessed", (410, 705, 480, 725), hidden=True)], small)) == [
        small
    ]


def test_pieces_of_one_image_are_read_together():
    strips = [(0, top, 595, top + 100) for top in range(0, 800, 100)]
    assert boxes_read(layer(lines_of(1), *strips)) == [(0, 0, 595, 800)]


def test_an_image_on_another_is_read_with_it():
    found = images_to_read(layer(lines_of(1), (100, 100, 150, 120), PAGE))
    assert [image.box for image, _ in found] == [PAGE]


def test_separate_images_are_read_separately():
    boxes = [(72, 300, 522, 420), (72, 500, 522, 620)]
    assert boxes_read(layer(lines_of(3), *boxes)) == boxes


def test_an_image_under_most_of_the_text_is_a_background():
    assert [background for _, background in images_to_read(layer(lines_of(10), PAGE))] == [True]
    assert [background for _, background in images_to_read(layer(lines_of(10), (72, 300, 522, 700)))] == [False]


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
            return document.text_layer(1, 100, 10**8), document.render(1, DETAIL_DPI, 10**8)

    return draw


def gradient():
    from PIL import Image

    from tests.support.drawing import saved

    return saved(Image.linear_gradient("L").resize((1000, 1400)).convert("RGB"), format="JPEG")


def test_a_gradient_with_rules_contains_no_text(page_of):
    found, shown = page_of(gradient())
    assert not may_contain_text(shown, found.images[0].box, found)


def test_a_background_with_print_on_it_may_contain_text(page_of):
    form = picture(
        *[f"{number} Name and address of the applicant, in capitals" for number in range(14)], size=20, width=800
    )
    found, shown = page_of(form)
    assert may_contain_text(shown, found.images[0].box, found)


def test_an_empty_page_contains_no_text():
    blank = np.full((421, 297, 3), 255, np.uint8)
    assert not may_contain_text(blank, PAGE, layer(lines_of(1), PAGE))


def test_ocr_lines_that_the_layer_has_are_dropped():
    of_the_layer = lines_of(1)
    again = layer_line("x" * 79, (70, 70, 525, 86)).line
    new = layer_line("new", (72, 100, 200, 111)).line
    assert without_layer_lines([again, new], of_the_layer) == [new]

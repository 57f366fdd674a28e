"""Which vectors of a page may be outlined text."""

import math

import pymupdf
import pytest

from services.ocr_service.helpers.outlines import outlined_regions
from services.ocr_service.helpers.pdf_processor import PdfDocument
from tests.support.pdfs import pdf_of, write
from tests.support.regions import add_outlines


@pytest.fixture
def regions(tmp_path):
    """`regions(draw, rotation=0)`: boxes in points of the page as displayed."""

    def find(draw, rotation=0):
        def page_of(page):
            write(page, ["A line in the layer"], y=40)
            draw(page)
            page.set_rotation(rotation)

        path = tmp_path / "page.pdf"
        path.write_bytes(pdf_of(page_of))
        with PdfDocument(path) as document:
            layer = document.text_layer(1, 144, 10**8)
        return [tuple(round(edge / layer.zoom) for edge in box) for box in outlined_regions(layer)]

    return find


def outlined(*lines, **how):
    return lambda page: add_outlines(page, lambda other: write(other, lines, y=200, **how))


@pytest.mark.parametrize("font", ["helv", "tiro", "cour", "hebo"])
def test_outlined_lines_are_one_region(regions, font):
    ((x0, y0, x1, y1),) = regions(outlined("Invoice 2024-0815", "Total due 751.20", fontname=font))
    assert (x0, y0) == pytest.approx((72, 192), abs=3) and y1 == pytest.approx(216, abs=4) and x1 > 140


def test_the_box_of_a_turned_page_is_as_displayed(regions):
    ((x0, _, x1, _),) = regions(outlined("Invoice 2024-0815"), rotation=90)
    assert 842 - 204 < x0 < x1 < 842 - 190


def test_distant_lines_are_separate(regions):
    found = regions(
        lambda page: [outlined("First line")(page), add_outlines(page, lambda p: write(p, ["Last"], y=600))]
    )
    assert len(found) == 2


def test_a_paragraph_may_be_one_path(regions):
    def paragraph(page):
        shape = page.new_shape()
        for row in range(5):
            for column in range(30):
                x, y = 72 + 9 * column, 200 + 18 * row
                shape.draw_polyline([(x, y), (x + 3, y - 10), (x + 6, y), (x + 3, y - 4), (x, y)])
                shape.draw_rect((x + 7, y - 10, x + 8, y))
        shape.finish(fill=(0, 0, 0), color=None)
        shape.commit()

    ((x0, y0, x1, y1),) = regions(paragraph)
    assert (x0, y0, x1, y1) == pytest.approx((72, 190, 341, 272), abs=3)


def bullets(page):
    for row in range(10):
        page.draw_circle((60, 100 + 14 * row), 2, fill=(0, 0, 0))


def table(page):
    for row in range(10):
        page.draw_rect((72, 100 + 20 * row, 300, 120 + 20 * row))
        page.draw_line((72, 100 + 20 * row), (300, 100 + 20 * row))


def buttons(page):
    for column in range(3):
        x = 72 + 120 * column
        page.draw_rect((x, 300, x + 100, 325), radius=0.3, fill=(0.1, 0.3, 0.8))
        page.insert_text((x + 20, 317), "Press here")


def curve(page):
    page.draw_polyline([(72 + 4 * x, 400 + 80 * math.sin(x / 9)) for x in range(100)])


@pytest.mark.parametrize("draw", [bullets, table, buttons, curve, lambda page: None])
def test_other_vectors_are_not_outlined_text(regions, draw):
    assert regions(draw) == []


def test_regions_of_thousands_of_vectors_are_on_the_page(regions):
    def map_like(page):
        shape = page.new_shape()
        for number in range(3000):
            x, y = 60 + number * 7 % 450, 100 + number * 13 % 600
            shape.draw_polyline([(x, y), (x + 5, y + 4), (x + 1, y + 6), (x, y)])
            shape.finish(fill=(0, 0.5, 0.2))
        shape.commit()

    assert all(pymupdf.Rect(0, 0, 595, 842).contains(pymupdf.Rect(box)) for box in regions(map_like))

"""Parts of recorded pages have the pixels and the place that PyMuPDF gives them."""

import numpy as np
import pymupdf
import pytest

from services.ocr_service.helpers.page_recording import picture_of


@pytest.fixture
def recorded():
    with pymupdf.open() as document:
        page = document.new_page(width=200, height=100)
        page.draw_rect((20, 10, 150, 60), fill=(0.9, 0.2, 0.1))
        page.insert_text((30, 40), "Total 12.50", fontsize=20)
        yield page.get_displaylist()


@pytest.mark.parametrize("zoom", [0.7, 1.0, 2.0833])
@pytest.mark.parametrize("part", [(25.3, 20.1, 90.7, 45.2), (-20, -5, 60, 30), (150, 80, 260, 140), (30, 30, 30, 40)])
def test_a_part_is_drawn_as_by_pymupdf(recorded, part, zoom):
    picture = picture_of(recorded, zoom, part)
    pixmap = recorded.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), clip=part)
    expected = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3)
    assert np.array_equal(picture.pixels, expected)
    assert (picture.left, picture.top) == (pixmap.x, pixmap.y)

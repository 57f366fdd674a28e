"""Which parts of a page are rendered to find rows of letters, and at which resolution."""

import pytest
from PIL import Image

from services.ocr_service.helpers.layer_regions import images_to_read
from services.ocr_service.helpers.pdf_processor import PdfDocument
from services.ocr_service.region_checks import RegionChecker
from tests.support.engine import PROSE
from tests.support.pdfs import A4, pdf_of, write
from tests.support.regions import letter_image, letters, png

#: Pixels per point of the picture that fills the page.
SCALE = 2


@pytest.fixture
def check(tmp_path):
    """`check(draw)`: the details of the images of a page, and (dpi, number of pictures) of each rendering."""

    def details(draw):
        path = tmp_path / "page.pdf"
        path.write_bytes(pdf_of(draw))
        runs = []
        with PdfDocument(path) as document:

            def sketch(number, dpi, parts, zoom):
                runs.append((dpi, len(parts)))
                return document.sketch(number, dpi, 10**8, [tuple(edge / zoom for edge in part) for part in parts])

            layer = document.text_layer(1, 144, 10**8)
            checker = RegionChecker(sketch)
            found = checker.details(images_to_read(layer), layer, 1)
            assert checker.details(images_to_read(layer), layer, 1) == found
        return found, runs

    return details


def on_background(*pasted):
    def draw(page):
        image = Image.new("RGB", (int(A4[0] * SCALE), int(A4[1] * SCALE)), "#f4f8ff")
        for picture, place in pasted:
            image.paste(picture, place)
        page.insert_image(page.rect, stream=png(image))
        write(page, PROSE)

    return draw


def test_a_plain_background_is_rendered_once_in_low_resolution(check):
    (detail,), runs = check(on_background())
    assert detail.letters == 0 and runs == [(36, 1)]


@pytest.mark.parametrize("ink", ["black", "#a0a0a0"])
def test_text_of_a_background_is_found_where_it_is(check, ink):
    text = letter_image("Registered in England", size=16, ink=ink, ground="#f4f8ff", margin=0)
    (detail,), runs = check(on_background((text, (700, 1500))))
    assert [dpi for dpi, _ in runs] == [36, 150]
    assert detail.is_mostly_text and 10 <= detail.letters <= 30
    x0, y0, x1, y1 = (edge * 72 / 150 * SCALE for edge in detail.box)
    assert 698 <= x0 <= 704 and 1498 <= y0 <= 1508 and x1 <= 700 + text.width + 5 and y1 <= 1525


def test_images_far_from_each_other_are_rendered_alone_and_once(check):
    def draw(page):
        write(page, list(PROSE) * 2, y=120)
        page.insert_image((72, 20, 200, 60), stream=letters("Nordic Timber", "Trading AB"), keep_proportion=False)
        page.insert_image((400, 760, 500, 780), stream=letters("Page 1 of 12"), keep_proportion=False)

    details, runs = check(draw)
    assert [detail.is_mostly_text for detail in details] == [True, True]
    assert runs == [(150, 2)]

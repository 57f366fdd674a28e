"""Which images of a page are judged by their own pixels instead of a rendering of the page."""

import numpy as np
import pymupdf
import pytest
from PIL import Image, ImageDraw

from services.ocr_service.helpers.layer_regions import images_to_read
from services.ocr_service.helpers.pdf_processor import PdfDocument
from services.ocr_service.image_details import ImageDetails
from services.ocr_service.region_checks import RegionChecker
from tests.support.engine import PROSE
from tests.support.pdfs import A4, pdf_of, write
from tests.support.regions import letter_image, png

BOX = (60, 300, 460, 640)
LETTERS = ["Opening hours", "Monday to Friday", "8 to 17"]


def shade(size=(1000, 1400), mode="RGB"):
    """A smooth shade from white to light grey, as below the text of a page."""
    ramp = np.linspace(255, 150, size[1]).astype(np.uint8)
    return Image.fromarray(np.repeat(ramp[:, None], size[0], axis=1)).convert(mode)


def curve(size=(800, 680)):
    """A picture with much contrast and no letters."""
    image = Image.new("RGB", size, "white")
    points = [(x, size[1] / 2 + 250 * np.sin(x / 90)) for x in range(size[0])]
    ImageDraw.Draw(image).line(points, "navy", 6)
    return image


def print_image():
    return letter_image(*LETTERS, size=60, margin=60)


@pytest.fixture
def layers(tmp_path):
    """`layers(draw, ...)`: the text layer of each page."""
    documents = []

    def read(*draws):
        path = tmp_path / "page.pdf"
        path.write_bytes(pdf_of(*draws))
        documents.append(PdfDocument(path))
        return [documents[0].text_layer(number, 144, 10**8) for number in range(1, len(draws) + 1)]

    yield read
    for document in documents:
        document.close()


def with_image(image, box=BOX, text=()):
    def draw(page):
        page.insert_image(box, stream=png(image), keep_proportion=False)
        write(page, text or ["One line of the layer"], y=100)

    return draw


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("turn", [0, 90])
@pytest.mark.parametrize(("image", "letters"), [(shade(), False), (curve(), False), (print_image(), True)])
def test_a_large_image_is_judged_by_its_pixels(layers, image, letters, turn, mode):
    (layer,) = layers(with_image(image.rotate(turn, expand=True).convert(mode)))
    detail = ImageDetails().of(layer.images[0], layer)
    assert (detail.letters > 20) is letters
    assert ImageDetails().is_empty(layer.images[0], layer) is not letters


def with_mask(image):
    image.putalpha(print_image().convert("L").resize(image.size))
    return image


@pytest.mark.parametrize(
    ("image", "box"),
    [(shade(), (60, 300, 160, 340)), (with_mask(shade()), BOX)],
    ids=["small: it may be cut to the form of letters", "its mask shows letters"],
)
def test_other_images_have_to_be_rendered(layers, image, box):
    (layer,) = layers(with_image(image, box))
    assert ImageDetails().of(layer.images[-1], layer) is None


def test_a_gradient_has_to_be_rendered(layers):
    def draw(page):
        write(page, PROSE)
        shading = "<< /ShadingType 2 /ColorSpace /DeviceRGB /Coords [0 0 600 0] /Extend [true true] /Function"
        shading += " << /FunctionType 2 /Domain [0 1] /C0 [1 0 0] /C1 [0 0 1] /N 1 >> >>"
        document = page.parent
        xref = document.get_new_xref()
        document.update_object(xref, shading)
        resources = int(document.xref_get_key(page.xref, "Resources")[1].split()[0])
        document.xref_set_key(resources, "Shading", f"<< /S0 {xref} 0 R >>")
        contents = document.get_new_xref()
        document.update_object(contents, "<<>>")
        document.update_stream(contents, b"q 60 300 400 340 re W n /S0 sh Q")
        document.xref_set_key(page.xref, "Contents", f"[{page.get_contents()[0]} 0 R {contents} 0 R]")

    (layer,) = layers(draw)
    assert layer.images
    assert all(ImageDetails().of(image, layer) is None for image in layer.images)


def test_an_image_on_several_pages_is_unpacked_once(layers, monkeypatch):
    unpacked = []
    unpack = pymupdf.mupdf.fz_get_pixmap_from_image
    monkeypatch.setattr(pymupdf.mupdf, "fz_get_pixmap_from_image", lambda *given: unpacked.append(1) or unpack(*given))
    details = ImageDetails()
    for layer in layers(*[with_image(shade())] * 3):
        assert details.is_empty(layer.images[0], layer)
    assert len(unpacked) == 1


def test_images_on_an_empty_one_are_read_on_their_own(layers):
    def draw(page):
        page.insert_image(page.rect, stream=png(shade()), keep_proportion=False)
        page.insert_image((400, 40, 500, 70), stream=png(print_image()), keep_proportion=False)
        write(page, PROSE, y=200)

    (layer,) = layers(draw)
    (found,) = images_to_read(layer, ImageDetails().is_empty)
    assert (found.kind, found.box) == ("small image", pytest.approx((800, 80, 1000, 140), abs=1))
    assert [region.box for region in images_to_read(layer)] == [pytest.approx((0, 0, 2 * A4[0], 2 * A4[1]), abs=2)]


@pytest.mark.parametrize(("text", "runs"), [([], []), (["On the image"], [1])])
def test_a_page_is_rendered_if_something_is_written_on_its_image(layers, text, runs):
    def draw(page):
        with_image(print_image(), (60, 500, 360, 640), list(PROSE) * 3)(page)
        write(page, text, y=600)

    def sketch(number, dpi, parts, zoom):
        rendered.append(number)
        return [np.full((40, 40, 3), 255, np.uint8) for _ in parts]

    rendered = []
    (layer,) = layers(draw)
    checker = RegionChecker(sketch)
    checker.details(images_to_read(layer, checker.images.is_empty), layer, 1)
    assert rendered == runs

"""Text layers, compared with the rendered page."""

import numpy as np
import pymupdf
import pytest

from services.ocr_service.helpers.pdf_processor import PdfDocument
from tests.support import hostile
from tests.support.drawing import picture, saved
from tests.support.pdfs import pdf_of, scan, write

DPI = 100
PLENTY = 50_000_000


@pytest.fixture
def layer_of(tmp_path):
    """`layer_of(draw, …)`: the layer of a page filled by `draw`, and the rendered page."""

    def read(*draw, words=False, max_pixels=PLENTY, **size):
        path = tmp_path / "document.pdf"
        path.write_bytes(pdf_of(*draw, **size))
        with PdfDocument(path) as document:
            return document.text_layer(1, DPI, max_pixels, words), document.render(1, DPI, max_pixels)

    return read


def size_of(array: np.ndarray) -> tuple[int, int]:
    """Width and height."""
    return array.shape[1], array.shape[0]


def ink_in(array: np.ndarray, box) -> int:
    """Dark pixels in a box."""
    x0, y0, x1, y1 = (round(edge) for edge in box)
    return int((array[max(0, y0) : y1 + 1, max(0, x0) : x1 + 1].min(axis=2) < 128).sum())


def test_line_boxes_match_the_rendered_page(layer_of):
    layer, shown = layer_of(lambda page: write(page, ["First line", "A second and longer line"]))
    assert [line.line.text for line in layer.lines] == ["First line", "A second and longer line"]
    assert [line.line.confidence for line in layer.lines] == [1.0, 1.0]
    inside = [ink_in(shown, line.box) for line in layer.lines]
    assert min(inside) > 50
    assert sum(inside) == ink_in(shown, (0, 0, *size_of(shown)))


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_page_rotation_and_crop_are_applied(layer_of, rotation):
    def draw(page):
        write(page, ["Upright when the page is not"], x=120, y=200)
        page.set_cropbox(pymupdf.Rect(50, 100, 500, 700))
        page.set_rotation(rotation)

    layer, shown = layer_of(draw)
    assert (layer.width, layer.height) == size_of(shown)
    (line,) = layer.lines
    assert ink_in(shown, line.box) == ink_in(shown, (0, 0, *size_of(shown))) > 100
    assert line.upright == (rotation == 0)


@pytest.mark.parametrize(
    ("rotation", "towards", "down"),
    [(0, (1, 0), (0, 1)), (90, (0, 1), (-1, 0)), (180, (-1, 0), (0, -1)), (270, (0, -1), (1, 0))],
)
def test_a_polygon_starts_at_the_top_left_of_the_text_and_goes_clockwise(layer_of, rotation, towards, down):
    def draw(page):
        write(page, ["Which way is up"])
        page.set_rotation(rotation)

    (line,) = layer_of(draw)[0].lines
    start, end, below, _ = line.line.polygon
    assert np.sign(np.subtract(end, start)).tolist() == list(towards)
    assert np.sign(np.subtract(below, end)).tolist() == list(down)


def test_rotated_text_has_a_rotated_polygon(layer_of):
    def draw(page):
        turned = pymupdf.Matrix(30)
        page.insert_text((100, 300), "Thirty degrees upwards", fontsize=14, morph=(pymupdf.Point(100, 300), turned))

    layer, shown = layer_of(draw)
    (line,) = layer.lines
    start, end, below, last = (np.array(point) for point in line.line.polygon)
    assert np.degrees(np.arctan2(*(start - end)[::-1])) % 180 == pytest.approx(150, abs=1)
    assert np.linalg.norm(below - end) < 0.25 * np.linalg.norm(end - start)
    assert np.dot(end - start, below - end) == pytest.approx(0, abs=1)
    assert ink_in(shown, line.box) > 100


def test_a_huge_page_is_measured_at_its_reduced_resolution(layer_of):
    layer, shown = layer_of(lambda page: write(page, ["Large"], size=40), max_pixels=100_000)
    assert (layer.width, layer.height) == size_of(shown)
    assert ink_in(shown, layer.lines[0].box) > 10


def test_text_outside_the_page_is_dropped(layer_of):
    def draw(page):
        write(page, ["Left of the page"], x=-300)
        write(page, ["Below the page"], y=2000)
        write(page, ["Cut by the right edge of the page"], x=500, y=300)

    layer, shown = layer_of(draw)
    (line,) = layer.lines
    assert line.line.text.startswith("Cut by")
    assert line.box[2] <= shown.shape[1]


@pytest.mark.parametrize("size", [(595, 842), (612.01, 792.5), (100.3, 50.7), (14_400, 30)])
def test_width_and_height_match_the_rendered_page(layer_of, size):
    layer, shown = layer_of(lambda page: None, size=size)
    assert (layer.width, layer.height, layer.lines) == (*size_of(shown), ())


def test_words_have_their_own_boxes_on_request(layer_of):
    layer, shown = layer_of(lambda page: write(page, ["Three little words"], size=20), words=True)
    words = layer.lines[0].line.words
    assert [word.text for word in words] == ["Three", "little", "words"]
    inks = [ink_in(shown, (*word.polygon[0], *word.polygon[2])) for word in words]
    assert min(inks) > 50 and sum(inks) == ink_in(shown, layer.lines[0].box)
    assert not layer_of(lambda page: write(page, ["Three little words"]))[0].lines[0].line.words


def test_each_chinese_character_is_a_word(layer_of):
    layer, _ = layer_of(lambda page: write(page, ["北京 2008 年"], fontname="china-s"), words=True)
    assert [word.text for word in layer.lines[0].line.words] == ["北", "京", "2008", "年"]


def test_invisible_text_is_marked_as_hidden(layer_of):
    def draw(page):
        write(page, ["Visible"], y=72)
        write(page, ["Invisible"], y=100, render_mode=3)
        write(page, ["Transparent"], y=130, fill_opacity=0, stroke_opacity=0)
        write(page, ["Smaller than a point"], y=160, size=0.5)

    layer, _ = layer_of(draw)
    assert {line.line.text: line.hidden for line in layer.lines} == {
        "Visible": False,
        "Invisible": True,
        "Transparent": True,
        "Smaller than a point": True,
    }
    assert [line.line.text for line in layer.visible] == ["Visible"]


def test_text_under_an_image_is_hidden_but_not_text_on_top(layer_of):
    def draw(page):
        scan(page, "Shown by the image", hidden=["Under the image"], first=True)
        write(page, ["On top of the image"], y=300)

    layer, _ = layer_of(draw)
    assert {line.line.text: line.hidden for line in layer.lines} == {
        "Under the image": True,
        "On top of the image": False,
    }


def test_text_on_top_of_an_image_is_visible_after_several_images(layer_of):
    def draw(page):
        for left in (50, 150, 250):
            page.insert_image((left, 50, left + 80, 90), stream=picture("Logo"))
        page.insert_image((50, 250, 450, 350), stream=picture("Background"))
        write(page, ["On top of the image"], y=300)

    layer, _ = layer_of(draw)
    assert [line.line.text for line in layer.visible] == ["On top of the image"]


def test_a_large_png_is_found(layer_of):
    def draw(page):
        write(page, ["Under the image"], y=300)
        page.insert_image(page.rect, stream=saved(hostile.noise(1000, 1400), format="PNG"))

    layer, shown = layer_of(draw)
    assert layer.lines[0].hidden
    assert layer.images[0].box == pytest.approx((0, 0, *size_of(shown)), abs=8)


def test_an_image_has_the_same_key_on_each_page(tmp_path):
    letterheads = [picture("Letterhead"), picture("Letterhead"), picture("Another")]
    path = tmp_path / "letter.pdf"
    path.write_bytes(
        pdf_of(
            *[lambda page, stream=stream: page.insert_image((50, 50, 250, 90), stream=stream) for stream in letterheads]
        )
    )
    with PdfDocument(path) as document:
        first, second, third = (document.text_layer(number, DPI, PLENTY).images[0] for number in (1, 2, 3))
        assert first.key == second.key != third.key
        assert None not in (first.key, third.key)


def test_ligatures_become_letters(layer_of):
    font = pymupdf.Font("helv")

    def draw(page):
        page.insert_font(fontname="F0", fontbuffer=font.buffer)
        write(page, ["The \ufb01rst \ufb02ower"], fontname="F0")

    assert layer_of(draw)[0].lines[0].line.text == "The first flower"

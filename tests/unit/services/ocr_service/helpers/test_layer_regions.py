"""Which images of a page with a text layer are worth OCR."""

import numpy as np
import pytest

from paddleocr_service import Line
from services.ocr_service.helpers.layer_regions import (
    Region,
    blank_lines,
    images_to_read,
    merge_regions,
    without_layer_lines,
)
from services.ocr_service.helpers.page_drawing import LayerImage
from services.ocr_service.helpers.text_layer import LayerLine, TextLayer

PAGE = (0, 0, 595, 842)


def layer_line(text, box, hidden=False):
    x0, y0, x1, y1 = map(float, box)
    line = Line(text, 1.0, ((x0, y0), (x1, y0), (x1, y1), (x0, y1)))
    return LayerLine(line, (x0, y0, x1, y1), 0, (("Body", text),), hidden, True)


def layer(lines, *boxes):
    return TextLayer(595, 842, 1.0, tuple(lines), tuple(LayerImage(tuple(map(float, box))) for box in boxes))


def lines_of(count, x0=72, y0=72):
    return [layer_line("x" * 80, (x0, y0 + 15 * row, x0 + 450, y0 + 15 * row + 11)) for row in range(count)]


def kinds(layer):
    return [(tuple(map(round, found.box)), found.kind) for found in images_to_read(layer)]


@pytest.mark.parametrize(
    ("lines", "box", "kind"),
    [
        (5, (72, 300, 522, 420), "large image"),
        (20, (72, 400, 522, 700), "large image"),
        (40, (72, 680, 200, 760), "small image"),
        (5, (500, 20, 530, 40), "small image"),
        (0, (72, 300, 172, 304), None),
        (0, (72, 300, 80, 500), None),
    ],
    ids=["some text", "half a page", "small, on a page of text", "logo", "rule", "narrow"],
)
def test_an_image_is_large_if_it_may_hold_much_of_the_text(lines, box, kind):
    assert kinds(layer(lines_of(lines), box)) == ([(box, kind)] if kind else [])


def test_an_image_under_invisible_text_is_read_at_any_size():
    small = (400, 700, 500, 730)
    hidden = layer_line("guessed", (410, 705, 480, 725), hidden=True)
    assert kinds(layer([*lines_of(40), hidden], small)) == [(small, "large image")]


def test_pieces_of_one_image_are_read_together():
    strips = [(0, top, 595, top + 100) for top in range(0, 800, 100)]
    assert [box for box, _ in kinds(layer(lines_of(1), *strips))] == [(0, 0, 595, 800)]


def test_an_image_on_another_is_read_with_it():
    found = images_to_read(layer(lines_of(1), (100, 100, 150, 120), PAGE))
    assert [image.box for image in found] == [PAGE]


def test_separate_images_are_read_separately():
    boxes = [(72, 300, 522, 420), (72, 500, 522, 620)]
    assert [box for box, _ in kinds(layer(lines_of(3), *boxes))] == boxes


def test_an_image_under_most_of_the_text_is_a_background():
    assert [kind for _, kind in kinds(layer(lines_of(10), PAGE))] == ["background"]
    assert [kind for _, kind in kinds(layer(lines_of(10), (72, 300, 522, 700)))] == ["large image"]


def test_lines_of_the_layer_are_painted_over_with_the_colour_around_them():
    pixels = np.full((100, 400, 3), (200, 220, 240), np.uint8)
    pixels[30:50, 40:300] = 0
    pixels[70:90, 40:300] = 0
    line = layer_line("covered", (119, 113, 251, 126))
    blank_lines(pixels, 100, 100, 2.0, layer([line]))
    assert (pixels[:60, 42:300] == (200, 220, 240)).all(), "at twice the resolution, from (100, 100)"
    assert (pixels[70:90, 40:300] == 0).all()


def test_regions_on_each_other_are_read_once():
    inner, outer = Region((10, 10, 50, 30), "vectors"), Region((0, 0, 100, 100), "small image")
    apart = Region((0, 200, 100, 220), "vectors")
    assert [region.box for region in merge_regions([inner, apart, outer], 8)] == [outer.box, apart.box]


def test_too_many_regions_are_read_as_one():
    regions = [Region((0, 50 * row, 100, 50 * row + 20), "vectors") for row in range(10)]
    assert [region.box for region in merge_regions(regions, 8)] == [(0, 0, 100, 470)]


def test_ocr_lines_that_the_layer_has_are_dropped():
    of_the_layer = lines_of(1)
    again = layer_line("x" * 79, (70, 70, 525, 86)).line
    new = layer_line("new", (72, 100, 200, 111)).line
    assert without_layer_lines([again, new], of_the_layer) == [new]

"""Drawn images of tables, with the lines that OCR would return, and the real structure model."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from paddleocr_service.layout.tables import StructureModel, find_tables_in_image
from paddleocr_service.layout.tables.image_rules import image_rules
from paddleocr_service.results import Line

ROWS = [
    ["Variable", "Male", "Female", "P value"],
    ["Smokers", "120", "98", "0.04"],
    ["Never smoked", "310", "402", "0.21"],
    ["Asthma", "16", "22", "0.65"],
    ["Diabetes", "9", "12", "0.47"],
]
COLUMNS = (10, 160, 250, 340)


@pytest.fixture(scope="module")
def model():
    return StructureModel()


def drawn_table():
    """An image (H, W, 3) uint8 of a table with three rules, and its lines."""
    image = Image.new("RGB", (460, 190), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(16)
    for y in (6, 36, 176):
        draw.line((5, y, 450, y), "black", 1)
    lines = []
    for at, row in enumerate(ROWS):
        for x, text in zip(COLUMNS, row, strict=True):
            y = 12 + 32 * at
            draw.text((x, y), text, "black", font)
            x0, y0, x1, y1 = draw.textbbox((x, y), text, font)
            lines.append(Line(text, 0.99, ((x0, y0), (x1, y0), (x1, y1), (x0, y1))))
    return np.asarray(image), lines


def texts(table):
    rows = [[] for _ in range(table.row_count)]
    for cell in table.cells:
        rows[cell.row].append(cell.text)
    return rows


def test_the_model_finds_the_cells_of_a_drawn_table(model):
    image, lines = drawn_table()
    (table,) = find_tables_in_image(lines, image, model)
    assert texts(table) == ROWS
    assert [cell.is_header for cell in table.cells[:5]] == [True] * 4 + [False]


def test_without_the_model_geometry_finds_them():
    image, lines = drawn_table()
    (table,) = find_tables_in_image(lines, image)
    assert texts(table) == ROWS


@pytest.mark.parametrize(("others", "asked"), [(0, True), (1, True), (5, False)])
def test_the_model_is_asked_about_a_narrow_page_only_if_a_table_fills_it(others, asked):
    class Model:
        def predict(self, pixels):
            calls.append(pixels.shape)

    calls = []
    image, lines = drawn_table()
    image = np.concatenate([image, np.full((400, image.shape[1], 3), 255, np.uint8)])
    for at in range(others):
        y = 260 + 60 * at
        lines.append(Line("Thank you for your visit", 0.99, ((10, y), (200, y), (200, y + 14), (10, y + 14))))
    (table,) = find_tables_in_image(lines, image, Model())
    assert texts(table) == ROWS
    assert bool(calls) is asked


def test_rules_are_found_in_an_image_and_text_is_not():
    image, _ = drawn_table()
    boxes = image_rules(image, 14)
    assert [round(y0) for _, y0, _, _ in sorted(boxes, key=lambda box: box[1])] == [6, 36, 176]
    assert all(x1 - x0 > 440 for x0, _, x1, _ in boxes)


def test_thin_rules_survive_the_reduction_of_a_large_image():
    image = np.full((1200, 1600, 3), 255, np.uint8)
    image[601, 100:1500] = 0
    ((x0, y0, x1, y1),) = image_rules(image, 50)
    assert (x0 <= 104, x1 >= 1496, abs(y0 - 601) <= 4, y1 - y0 <= 4) == (True,) * 4

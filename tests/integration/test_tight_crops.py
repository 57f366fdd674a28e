"""Small images that are cut at their letters."""

import pytest
from PIL import Image, ImageDraw, ImageFont

from paddleocr_service import OCREngine


@pytest.fixture(scope="module")
def engine():
    return OCREngine()


@pytest.mark.parametrize(
    ("text", "size", "ink", "ground"),
    [
        ("Total 17.50", 16, 0, 255),
        ("INV-2024", 12, 0, 255),
        ("Paid", 20, 255, 30),
        ("42", 24, 0, 255),
        ("Order 1182 shipped", 14, 40, 200),
        ("Grand total 1,250.00", 60, 0, 255),
    ],
)
def test_text_without_a_margin_is_found(engine, text, size, ink, ground):
    font = ImageFont.load_default(size)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(text))
    image = Image.new("L", (right - left, bottom - top), ground)
    ImageDraw.Draw(image).text((-left, -top), text, fill=ink, font=font)
    page = engine.recognize(image)
    assert page.text == text
    assert (page.width, page.height) == image.size
    for x, y in page.lines[0].polygon:
        assert 0 <= x <= image.width and 0 <= y <= image.height


def test_lines_without_a_margin_are_found(engine):
    image = Image.new("L", (150, 58), "white")
    for row, text in enumerate(["Milk 2.50", "Bread 1.20", "Total 3.70"]):
        ImageDraw.Draw(image).text((0, row * 20 - 4), text, fill=0, font=ImageFont.load_default(18))
    assert engine.recognize(image).text.split() == ["Milk", "2.50", "Bread", "1.20", "Total", "3.70"]

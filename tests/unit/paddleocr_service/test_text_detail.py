"""Which pictures hold rows of letters."""

import math
import random

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from paddleocr_service.text_detail import NOTHING, is_plain, marked_box, text_detail
from tests.support.regions import letter_image

LINES = ("Timber and Boards Ltd", "VAT 123 456 789", "14 Mill Lane, Hull")


def drawn(draw, size=(600, 300), ground="white"):
    image = Image.new("RGB", size, ground)
    draw(ImageDraw.Draw(image))
    return image


def grid(draw):
    for row, cells in enumerate((("Size", "Price"), ("Small", "4.50"), ("Large", "9.95"))):
        for column, text in enumerate(cells):
            draw.text((20 + 280 * column, 30 + 90 * row), text, "black", ImageFont.load_default(30))
    for edge in range(4):
        draw.line((5, 10 + 90 * edge, 595, 10 + 90 * edge), "black", 3)
    for edge in range(3):
        draw.line((5 + 290 * edge, 10, 5 + 290 * edge, 280), "black", 3)


def beside_a_logo(draw):
    draw.ellipse((10, 10, 260, 260), "#b02020")
    for row, line in enumerate(LINES):
        draw.text((280, 60 + 60 * row), line, "black", ImageFont.load_default(28))


@pytest.mark.parametrize(
    "image",
    [
        letter_image(*LINES),
        letter_image(*LINES, ink="white", ground="#102040"),
        letter_image(*LINES, size=12),
        letter_image("751.20", size=24),
        letter_image(*LINES).rotate(90, expand=True),
        drawn(grid),
        drawn(beside_a_logo),
    ],
    ids=["print", "light on dark", "small", "amount", "standing", "table with rules", "beside a logo"],
)
def test_print_is_mostly_text(image):
    found = text_detail(np.asarray(image))
    assert found.letters >= 4 and found.is_mostly_text


def curves(draw):
    for phase in range(6):
        draw.line([(x, 150 + 90 * math.sin(x / 60 + phase)) for x in range(0, 600, 6)], "black", 2)


def stars(draw):
    for column in range(5):
        centre = (60 + 40 * column, 100)
        points = [
            (centre[0] + 14 * math.sin(0.8 * math.pi * k), centre[1] - 14 * math.cos(0.8 * math.pi * k))
            for k in range(5)
        ]
        draw.polygon(points, "#f0a000")


def hatching(draw):
    for offset in range(-300, 600, 12):
        draw.line((offset, 0, offset + 300, 300), "black", 2)


def polygons(draw):
    chance = random.Random(1)
    for _ in range(120):
        x, y = chance.randrange(560), chance.randrange(260)
        draw.polygon([(x + chance.randrange(50), y + chance.randrange(50)) for _ in range(5)], "#407050")


@pytest.mark.parametrize(
    "draw",
    [curves, stars, hatching, polygons, lambda draw: None],
    ids=["curves", "stars", "hatching", "polygons", "nothing"],
)
def test_drawings_are_not_mostly_text(draw):
    found = text_detail(np.asarray(drawn(draw)))
    assert found.letters < 4 or not found.is_mostly_text


def test_a_photograph_is_not_mostly_text():
    noise = Image.effect_noise((150, 110), 90).convert("RGB").resize((600, 440), Image.Resampling.BICUBIC)
    found = text_detail(np.asarray(noise))
    assert found.letters < 4 or not found.is_mostly_text


def test_a_chart_with_labels_has_letters_but_is_not_mostly_text():
    def chart(draw):
        curves(draw)
        draw.text((180, 270), "Percentage of time", "black", ImageFont.load_default(22))

    found = text_detail(np.asarray(drawn(chart)))
    assert found.letters >= 8 and not found.is_mostly_text


def test_the_box_is_around_the_rows():
    image = Image.new("RGB", (900, 600), "white")
    image.paste(letter_image("Bottom right corner", size=30, margin=0), (500, 520))
    x0, y0, x1, y1 = text_detail(np.asarray(image)).box
    assert 495 <= x0 <= 510 and 515 <= y0 <= 535 and 740 <= x1 <= 800 and 535 <= y1 <= 565


@pytest.mark.parametrize("size", [(1, 1), (400, 2), (3, 400)])
def test_tiny_pictures_hold_nothing(size):
    assert text_detail(np.asarray(Image.new("RGB", size, "white"))) == NOTHING


def quarter(image):
    """A picture at a quarter of the resolution, as MuPDF reduces images."""
    return np.asarray(image.resize((image.width // 4, image.height // 4), Image.Resampling.BOX))


@pytest.mark.parametrize("size", [11, 20, 60])
@pytest.mark.parametrize("ink", ["black", "#c0c0c0"])
def test_letters_are_marked_in_a_small_picture(size, ink):
    image = Image.new("RGB", (900, 600), "white")
    image.paste(letter_image("Page 7 of 12", size=size, ink=ink, margin=0), (400, 480))
    x0, y0, x1, y1 = marked_box(quarter(image))
    assert 95 <= x0 <= 105 and 118 <= y0 <= 126 and x1 <= 225 and y1 <= 150


def test_a_small_picture_of_shades_has_no_marks():
    shades = np.linspace(120, 250, 900).astype(np.uint8)
    assert marked_box(quarter(Image.fromarray(np.repeat(np.tile(shades, (600, 1))[..., None], 3, axis=2)))) is None


def test_a_plain_picture_has_no_ink():
    assert is_plain(np.asarray(Image.new("RGB", (90, 60), "#e0f0ff")))
    assert not is_plain(np.asarray(letter_image("a")))

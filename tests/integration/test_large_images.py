"""Text of long, wide and large images is found, at a bounded cost, whatever their size is."""

import random
from collections import Counter

import pytest
from PIL import Image, ImageDraw, ImageFont

from paddleocr_service import OCREngine
from tests.support.engine import run_in_subprocess

VOCABULARY = "bread cream apple coffee lemon tomato milk yogurt rice olive potato pasta juice onion honey grape carrot"


class Drawing:
    """An image and the text that was drawn on it."""

    def __init__(self, width, height, ink="black", ground="white"):
        self.image = Image.new("RGB", (width, height), ground)
        self.draw = ImageDraw.Draw(self.image)
        self.ink = ink
        self.text = []
        self._random = random.Random(7)

    def write(self, x, y, size, text):
        self.draw.text((x, y), text, fill=self.ink, font=ImageFont.load_default(size))
        self.text.append(text)

    def write_lines(self, x, ys, size, words=3):
        for y in ys:
            price = f"{self._random.randrange(1, 100)}.{self._random.randrange(100):02d}"
            self.write(x, y, size, " ".join(self._random.choices(VOCABULARY.split(), k=words)) + " " + price)
        return self


def receipt():
    return Drawing(1000, 20_000).write_lines(60, range(40, 19_900, 110), 28, words=5)


def receipt_in_small_print():
    return Drawing(600, 9000).write_lines(20, range(40, 8900, 60), 16)


def dark_screenshot():
    return Drawing(1080, 9000, (225, 225, 225), (24, 24, 28)).write_lines(40, range(40, 8900, 90), 30)


def text_with_long_gaps():
    return Drawing(900, 15_000).write_lines(
        40, [*range(50, 600, 50), *range(7800, 8200, 50), *range(14_500, 14_900, 50)], 26
    )


def panorama():
    drawing = Drawing(16_000, 800)
    for x in range(40, 15_600, 800):
        drawing.write_lines(x, range(40, 760, 80), 26)
    return drawing


def wide_sign():
    drawing = Drawing(12_000, 500, "white", "navy")
    for x in range(40, 11_000, 2000):
        drawing.write_lines(x, range(40, 440, 100), 44)
    return drawing


def plan(ink="black", ground="white", note=28):
    """Drawn lines, a huge title and small notes far from each other."""
    drawing = Drawing(7000, 5000, ink, ground)
    drawing.draw.rectangle((40, 40, 6960, 4960), outline=ink, width=6)
    for x in range(200, 4000, 600):
        drawing.draw.line((x, 150, x + 400, 4000), fill=ink, width=4)
    drawing.write(400, 4300, 300, "SITE PLAN NORTH")
    for x, y, count in ((5400, 200, 20), (4700, 2000, 3), (5800, 3000, 8), (4800, 4500, 5)):
        drawing.write_lines(x, range(y, y + count * 2 * note, 2 * note), note)
    return drawing


def blueprint():
    return plan((220, 230, 240), (30, 50, 90))


def plan_with_tiny_notes():
    return plan(note=20)


def poster():
    """Text of three sizes, the smallest of which has an eighth of the height of the largest."""
    drawing = Drawing(5000, 7000)
    drawing.write(300, 200, 240, "POSTER TITLE")
    for x in (200, 2600):
        drawing.write_lines(x, range(700, 6500, 240), 60)
    return drawing.write_lines(200, range(6700, 6900, 60), 28)


def poster_in_small_print():
    drawing = Drawing(5000, 7000)
    for x in range(100, 4900, 1200):
        drawing.write_lines(x, range(200, 6800, 320), 28)
    return drawing


@pytest.fixture(scope="module")
def engine():
    return OCREngine()


def recall(found, drawn):
    expected = Counter(" ".join(drawn).split())
    return (expected & Counter(found.split())).total() / expected.total()


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "draw",
    [
        receipt,
        receipt_in_small_print,
        dark_screenshot,
        text_with_long_gaps,
        panorama,
        wide_sign,
        plan,
        blueprint,
        plan_with_tiny_notes,
        poster,
        poster_in_small_print,
    ],
)
def test_text_is_found_at_any_size_of_the_image(engine, draw):
    drawing = draw()
    page = engine.recognize(drawing.image)
    assert recall(page.text, drawing.text) >= 0.98
    assert page.orientation == 0


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (1, 20_000), (20_000, 1)])
def test_images_one_pixel_wide_have_no_text(engine, size):
    for colour in ("white", "black"):
        assert engine.recognize(Image.new("RGB", size, colour)).lines == ()


def test_lines_are_in_pixels_of_the_image(engine):
    drawing = Drawing(900, 12_000).write_lines(300, [11_500], 30)
    (line,) = engine.recognize(drawing.image).lines
    (x0, y0), _, (x1, y1), _ = line.polygon
    assert 280 <= x0 <= 310 and 11_490 <= y0 <= 11_510 and x1 <= 800 and 11_525 <= y1 <= 11_550


@pytest.mark.timeout(300)
def test_memory_is_bounded_as_for_a4():
    """The peak grows only by the image itself, which exists as RGB and as BGR."""
    a4, long = (
        run_in_subprocess(_MEASURE_PEAK.format(draw=draw))["peak"]
        for draw in ("Drawing(2480, 3508).write_lines(100, range(100, 3400, 60), 32)", "receipt()")
    )
    images = 2 * (20_000 * 1000 - 2480 * 3508) * 3 >> 20
    assert long <= a4 + images + 60


_MEASURE_PEAK = """
import resource
from paddleocr_service import OCREngine
from tests.integration.test_large_images import Drawing, receipt
OCREngine(threads=1).recognize({draw}.image)
found = dict(peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)
"""

"""Pages that are strongly skewed, and grids of single digits without rules, are read as a whole."""

import random
from collections import Counter

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from paddleocr_service import OCREngine

_WORDS = ("apple", "bread", "milk", "cheese", "butter", "coffee", "sugar", "flour", "onion", "potato", "paper")
_FONT = ImageFont.load_default(24)


@pytest.fixture(scope="module")
def engine():
    return OCREngine()


def _recall(expected: str, text: str) -> float:
    words = Counter(expected.split())
    return (words & Counter(text.split())).total() / words.total()


@pytest.mark.parametrize("angle", [-70, -60, -45, 45, 60, 70])
def test_a_strongly_skewed_page_is_read(engine, angle):
    draw_words = random.Random(angle)
    page = Image.new("L", (900, 1200), 255)
    lines = [" ".join(draw_words.choices(_WORDS, k=6)) for _ in range(25)]
    for number, line in enumerate(lines):
        ImageDraw.Draw(page).text((60, 60 + number * 43), line, 0, _FONT)
    skewed = page.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    assert _recall("\n".join(lines), engine.recognize(np.asarray(skewed.convert("RGB"))).text) >= 0.97


@pytest.mark.parametrize(
    ("digits", "size", "pitch"), [("17", 18, 50), ("147", 28, 70), ("147", 18, 70), ("1", 34, 70), ("17", 26, 60)]
)
def test_a_grid_of_narrow_digits_is_read(engine, digits, size, pitch):
    draw_digits = random.Random(size)
    rows = [draw_digits.choices(digits, k=9) for _ in range(10)]
    page = Image.new("L", (9 * pitch + 80, 10 * 2 * size + 80), 255)
    font = ImageFont.load_default(size)
    for y, row in enumerate(rows):
        for x, digit in enumerate(row):
            position = 40 + (x + 0.5) * pitch, 40 + (2 * y + 1) * size
            ImageDraw.Draw(page).text(position, digit, 0, font, anchor="mm")
    text = engine.recognize(np.asarray(page.convert("RGB"))).text
    read = [line.split() for line in text.splitlines() if line]
    assert [len(row) for row in read] == [9] * 10
    assert np.mean(np.array(read) == np.array(rows)) >= 0.95  # the recogniser takes some ones for sevens

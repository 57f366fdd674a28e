"""The real recognisers on lines whose text is known: numbers in narrow type, and lines wider than the largest input."""

import random
from collections import Counter

import numpy as np
import pymupdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from bench.metrics import word_f1
from paddleocr_service import OCREngine, RecognizeOptions

WORDS = [
    "flour",
    "beans",
    "olive",
    "salmon",
    "chicken",
    "carrot",
    "rice",
    "cream",
    "orange",
    "potato",
    "apple",
    "honey",
]
#: Font of PyMuPDF, width by its usual width, size in pixels.
TYPES = [("helv", 0.82, 16), ("helv", 0.82, 40), ("helv", 0.75, 24), ("tiro", 1.0, 30), ("tiro", 0.9, 20)]


@pytest.fixture(scope="module")
def engine():
    return OCREngine()


def numbers(rng, count):
    """Numbers of many equal digits: 555559999, 2,111,001.11."""
    for index in range(count):
        first, second = rng.sample("0125789", 2)
        groups = [
            rng.choice(["1", "2", "11", "22"]),
            rng.choice(["111", "000", "222", "555"]),
            rng.choice(["001", "777"]),
        ]
        run = first * rng.randint(3, 7) + second * rng.randint(3, 6)
        yield run if index % 2 else f"{','.join(groups)}.{rng.choice(['00', '11', '55'])}"


def drawn(rows, font, stretch, size):
    """Draw rows of texts in columns; return the picture (H, W, 3)."""
    columns = max(len(row) for row in rows)
    page = pymupdf.open().new_page(width=40 + columns * size * 9, height=40 + len(rows) * size * 1.9)
    for y, row in enumerate(rows):
        for x, text in enumerate(row):
            point = pymupdf.Point(20 + x * size * 9, 40 + y * size * 1.9)
            page.insert_text(point, text, fontname=font, fontsize=size, morph=(point, pymupdf.Matrix(stretch, 1)))
    pixels = page.get_pixmap()
    return np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.width, 3).copy()


def test_equal_digits_of_narrow_type_are_not_lost(engine):
    wrong = Counter()
    for font, stretch, size in TYPES:
        rng = random.Random(f"{font} {stretch} {size}")
        expected = list(numbers(rng, 60))
        image = drawn([expected[start : start + 3] for start in range(0, 60, 3)], font, stretch, size)
        wrong += Counter(expected) - Counter(engine.recognize(image).text.split())
    assert wrong.total() <= 1, wrong


@pytest.mark.parametrize(("font", "stretch", "size"), [("tiro", 1.0, 24), ("tiro", 1.0, 40), ("helv", 0.82, 40)])
def test_equal_letters_are_not_lost(engine, font, stretch, size):
    words = ["committee", "coffee", "bottle", "bookkeeper", "balloon", "mississippi", "address", "success"]
    image = drawn([words[:4], words[4:]], font, stretch, size)
    lost = Counter(words) - Counter(engine.recognize(image).text.split())
    assert lost.total() <= 1, lost


def long_line(count, size, seed):
    """Return a line of words (h, w, 3) as the detector crops it, and its text."""
    text = " ".join(random.Random(seed).choices(WORDS, k=count))
    font = ImageFont.load_default(size)
    image = Image.new("RGB", (round(font.getlength(text)) + 8, round(size * 1.4)), "white")
    ImageDraw.Draw(image).text((4, size // 8), text, font=font, fill="black")
    return np.asarray(image), text


@pytest.mark.parametrize(("count", "size"), [(60, 16), (90, 28), (120, 40), (200, 24), (400, 20)])
def test_long_line_is_recognised_to_its_end(engine, count, size):
    engine.warm_up()
    recognise = engine._pool.get(engine.catalogue.resolve("en"))._ocr.paddlex_pipeline._pipeline.text_rec_model
    line, text = long_line(count, size, seed=count)
    (result,) = recognise([line])
    assert word_f1(text, result["rec_text"]) >= 0.97
    assert result["rec_score"] > 0.9
    (result,) = recognise([line], return_word_box=True)
    found, (steps, words, columns, _) = result["rec_text"]
    assert "".join(char for word in words for char in word) == found
    assert [column for word in columns for column in word] == sorted(column for word in columns for column in word)
    assert 0.97 * steps <= columns[-1][-1] <= steps


def test_words_of_a_line_in_narrow_type_are_in_their_places(engine):
    image = drawn([["Total 2,111,001.11"]], "helv", 0.82, 30)
    (line,) = engine.recognize(image, RecognizeOptions(words=True)).lines
    assert [word.text for word in line.words] == ["Total", "2,111,001.11"]
    assert line.words[0].polygon[1][0] < line.words[1].polygon[0][0]

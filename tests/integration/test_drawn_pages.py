"""Pages of digits, charts, forms and sketches: upright ones stay as they are, turned ones are turned back."""

from collections import Counter

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from bench.orientation.drawn_pages import KINDS, draw_pages
from paddleocr_service import OCREngine, RecognizeOptions
from paddleocr_service.orientation import rotated

TURNABLE = {kind: True for kind, turnable in KINDS.items() if turnable}


@pytest.fixture(scope="module")
def engine():
    return OCREngine()


def recall(words, text):
    return sum((Counter(words) & Counter(text.split())).values()) / len(words)


@pytest.mark.timeout(300)
def test_upright_pages_are_not_turned(engine):
    turned, recalls = [], []
    for page in draw_pages(range(20, 22)):
        result = engine.recognize(np.asarray(page.image.convert("RGB")))
        turned += [(page.kind, page.seed, result.orientation)] if result.orientation else []
        recalls += [] if page.kind == "thin_letters" else [recall(page.words, result.text)]
    assert turned == []
    assert np.mean(recalls) > 0.97


@pytest.mark.timeout(300)
def test_turned_pages_are_turned_back(engine):
    missed = []
    for number, page in enumerate(draw_pages(range(20, 21), TURNABLE)):
        degrees = (90, 180, 270)[number % 3]
        result = engine.recognize(rotated(np.asarray(page.image.convert("RGB")), degrees))
        missed += [(page.kind, degrees, result.orientation)] if result.orientation != 360 - degrees else []
    assert missed == []


@pytest.mark.parametrize("orientation", ["auto", "off"])
@pytest.mark.parametrize("angle", [90, 270])
def test_vertical_line_of_an_upright_page_is_read(engine, angle, orientation):
    image = Image.new("L", (700, 600), 255)
    font = ImageFont.load_default(30)
    for row in range(6):
        ImageDraw.Draw(image).text((200, 60 + 80 * row), f"Some words and {row}", fill=0, font=font)
    label = Image.new("L", (300, 40), 255)
    ImageDraw.Draw(label).text((10, 0), "Number of visitors", fill=0, font=font)
    image.paste(label.rotate(angle, expand=True), (60, 100))
    page = engine.recognize(image, RecognizeOptions(words=True, orientation=orientation))
    (line,) = (line for line in page.lines if line.text == "Number of visitors")
    (x0, y0), (x1, y1), _, _ = line.polygon
    assert abs(x1 - x0) < 5 and (y1 - y0 < -200 if angle == 90 else y1 - y0 > 200), "in the direction of the text"
    assert [word.text for word in line.words] == ["Number", "of", "visitors"]
    starts = [word.polygon[0][1] for word in line.words]
    assert starts == sorted(starts, reverse=angle == 90)
    assert abs(line.words[0].polygon[0][1] - y0) < 20 and abs(line.words[-1].polygon[1][1] - y1) < 20
    for word in line.words:
        assert 20 < abs(word.polygon[2][0] - word.polygon[1][0]) < 60, "as high as the line"

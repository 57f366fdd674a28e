"""Letters on grey that is drawn as dots, as in faxes and other scans of black and white, are read."""

from collections import Counter

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from paddleocr_service import OCREngine

HEADINGS = ("Balance Summary", "Insurance Details", "Monthly Payment", "Customer Reference", "Transfer Account")


@pytest.fixture(scope="module")
def engine():
    return OCREngine()


@pytest.mark.parametrize(("ground", "letters"), [(100, 255), (140, 255), (170, 0)])
def test_headings_on_dotted_bars_are_read(engine, ground, letters):
    image = Image.new("L", (1240, 700), 255)
    draw = ImageDraw.Draw(image)
    for number, heading in enumerate(HEADINGS):
        top = 40 + 130 * number
        draw.rectangle((60, top, 1180, top + 48), fill=ground)
        draw.text((80, top + 9), heading, letters, ImageFont.load_default(24))
        draw.text((80, top + 70), f"Line {number} below", 0, ImageFont.load_default(24))
    page = np.asarray(image.convert("1").convert("RGB"))
    expected = Counter(" ".join(HEADINGS).split())
    found = Counter(engine.recognize(page).text.split())
    assert (expected & found).total() >= expected.total() - 1

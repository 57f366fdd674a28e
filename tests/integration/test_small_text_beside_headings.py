"""Small text is found beside a large heading, dark or light, although the heading determines the first resolution."""

import pytest

from paddleocr_service import OCREngine
from tests.integration.test_large_images import Drawing, recall


@pytest.fixture(scope="module")
def engine():
    return OCREngine()


@pytest.mark.parametrize(
    ("width", "height", "size", "ink", "ground"),
    [
        (1920, 1080, 14, (220, 220, 220), (20, 20, 20)),
        (2560, 1440, 13, (200, 200, 200), (10, 10, 10)),
        (1920, 1080, 14, (240, 240, 200), (10, 30, 90)),
        (1600, 900, 14, (255, 255, 255), (20, 110, 60)),
        (2400, 1350, 15, (160, 160, 160), (40, 40, 40)),
        (2560, 1440, 14, (60, 60, 60), (245, 245, 245)),
    ],
)
@pytest.mark.parametrize("rows", [2, 16])
def test_small_text_is_found_beside_a_heading(engine, width, height, size, ink, ground, rows):
    drawing = Drawing(width, height, ink, ground)
    drawing.write(60, 50, 100, "SERVER STATUS")
    for x in (60, width // 2):
        drawing.write_lines(x, range(260, 260 + rows * 2 * size, 2 * size), size)
    assert recall(engine.recognize(drawing.image).text, drawing.text) >= 0.9


def test_small_light_text_is_found_in_a_bar_below_large_dark_text(engine):
    drawing = Drawing(1800, 2400).write_lines(80, range(80, 1900, 130), 72)
    drawing.draw.rectangle((0, 2200, 1800, 2400), fill=(20, 20, 60))
    drawing.ink = "white"
    drawing.write_lines(80, (2230, 2270, 2310), 18, words=8)
    assert recall(engine.recognize(drawing.image).text, drawing.text) >= 0.98

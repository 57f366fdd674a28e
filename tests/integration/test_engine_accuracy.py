"""Accuracy of the real models, on real receipts and on drawn pages."""

import numpy as np
import pytest
from PIL import Image

from bench.metrics import WordScore, character_error_rate, word_f1
from paddleocr_service import OCREngine, RecognizeOptions
from tests.support.engine import PROSE, blank_page, draw_lines, wrap_text


@pytest.fixture(scope="module")
def engine():
    return OCREngine()


@pytest.fixture(scope="module")
def recognize(engine):
    return lambda image, **options: engine.recognize(image, RecognizeOptions(**options))


@pytest.mark.timeout(600)
def test_words_of_receipts_are_found(recognize, shared_data):
    score = WordScore()
    images = sorted((shared_data / "receipts").glob("*.jpg"))
    for image in images:
        score.add(image.with_suffix(".txt").read_text(encoding="utf-8"), recognize(image).text)
    assert len(images) >= 10
    assert score.f1 >= 0.94


@pytest.mark.parametrize(("points", "top"), [(5, 120), (5, 1900), (5.5, 1400), (11, 120)])
def test_a4_page_at_300_dpi_has_less_than_one_percent_errors(recognize, points, top):
    size = round(points * 300 / 72)
    lines = wrap_text(" ".join(PROSE * 2), size, 2000)
    image, draw = blank_page(height=3508)
    draw_lines(draw, lines, 200, top, size)
    assert character_error_rate("\n".join(lines), recognize(image).text) < 0.01


def test_small_screenshot_has_less_than_one_percent_errors(recognize):
    image, draw = blank_page(900, 260)
    draw_lines(draw, list(PROSE[:4]), 20, 30, 16)
    assert character_error_rate("\n".join(PROSE[:4]), recognize(image).text) < 0.01


@pytest.mark.parametrize("skew", [0, 4])
def test_two_columns_are_read_one_after_the_other(recognize, skew):
    left, right = (wrap_text(" ".join(half), 40, 900) for half in (PROSE[:4], PROSE[4:]))
    image, draw = blank_page(height=900)
    draw_lines(draw, left, 200, 120, 40)
    draw_lines(draw, right, 1340, 120, 40)
    page = recognize(image.rotate(skew, Image.Resampling.BICUBIC, expand=True, fillcolor=255))
    assert character_error_rate("\n".join(left + right), page.text) < 0.01
    assert page.orientation == 0


def test_polygons_match_the_position_of_the_lines(recognize):
    image, draw = blank_page(1200, 400)
    draw_lines(draw, ["Top left corner"], 50, 40, 40)
    draw_lines(draw, ["Further down"], 500, 300, 40)
    page = recognize(image)
    assert [line.text for line in page.lines] == ["Top left corner", "Further down"]
    assert (page.width, page.height) == (1200, 400)
    for line, (x, y) in zip(page.lines, [(50, 40), (500, 300)], strict=True):
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = line.polygon
        assert abs(x0 - x) < 25 and abs(y0 - y) < 25
        assert x1 > x0 + 200 and abs(y1 - y0) < 5, "the second corner is the top right"
        assert y2 > y1 + 20 and y3 > y0 + 20 and abs(x3 - x0) < 5, "the others are below"
        assert line.confidence > 0.9


@pytest.fixture(scope="module")
def landscape():
    image, draw = blank_page(900, 260)
    draw_lines(draw, list(PROSE[:4]), 20, 30, 16)
    return image


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_rotated_page_is_turned_upright(recognize, landscape, degrees):
    page = recognize(landscape.rotate(-degrees, expand=True))
    upright = recognize(landscape)
    assert (upright.orientation, page.orientation) == (0, 360 - degrees)
    assert (page.text, page.lines) == (upright.text, upright.lines)
    assert (page.width, page.height) == landscape.size


def test_orientation_off_does_not_rotate_the_page(recognize, landscape):
    page = recognize(landscape.rotate(90, expand=True), orientation="off")
    assert (page.orientation, page.width, page.height) == (0, 260, 900)
    assert character_error_rate("\n".join(PROSE[:4]), page.text) > 0.5


def test_rotated_sample_pages_are_turned_upright(recognize, shared_data):
    images = [*(shared_data / "rotated").glob("*.png"), *(shared_data / "rotated").glob("*.tif")]
    assert len(images) >= 3
    for image in images:
        assert word_f1(image.with_suffix(".txt").read_text(encoding="utf-8"), recognize(image).text) >= 0.97, image


def test_polygons_match_the_position_of_the_words(recognize):
    image, draw = blank_page(1200, 200)
    draw_lines(draw, ["alpha beta gamma"], 100, 60, 60)
    (line,) = recognize(image, words=True).lines
    assert [word.text for word in line.words] == ["alpha", "beta", "gamma"]
    for word, before in zip(line.words, ["", "alpha ", "alpha beta "], strict=True):
        start = 100 + draw.textlength(before, font_size=60)
        end = start + draw.textlength(word.text, font_size=60)
        assert abs(word.polygon[0][0] - start) < 25 and abs(word.polygon[1][0] - end) < 25
    assert recognize(image).lines[0].words == ()


def test_polygons_of_a_downscaled_image_are_scaled_back():
    engine = OCREngine(max_width=1000, max_height=1000)
    image, draw = blank_page(3000, 600)
    draw_lines(draw, ["Scaled down and back up"], 1500, 300, 90)
    page = engine.recognize(image)
    assert page.text == "Scaled down and back up"
    assert (page.width, page.height) == (3000, 600)
    assert abs(page.lines[0].polygon[0][0] - 1500) < 50 and abs(page.lines[0].polygon[0][1] - 300) < 50


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (40, 40), (3, 2500)])
def test_tiny_images_have_no_text(recognize, size):
    page = recognize(np.full((size[1], size[0], 3), 255, np.uint8))
    assert page.text == "" and page.lines == ()


def test_result_does_not_depend_on_earlier_calls(recognize):
    image, draw = blank_page(1600, 500)
    draw_lines(draw, wrap_text(" ".join(PROSE[:3]), 44, 1400), 60, 60, 44)
    other, draw = blank_page(700, 300)
    draw_lines(draw, ["something else entirely"], 30, 80, 30)
    first = recognize(image)
    recognize(other, words=True, lang="de")
    assert recognize(image) == first

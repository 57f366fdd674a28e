"""Is the text right? Real models over real receipts and over pages drawn here."""

import numpy as np
import pytest
from PIL import Image

from bench.metrics import WordScore, character_error_rate, word_f1
from paddleocr_service import OCREngine, RecognizeOptions
from tests.support.engine import PROSE, page, set_column, wrapped


@pytest.fixture(scope="module")
def engine():
    return OCREngine()


@pytest.fixture(scope="module")
def read(engine):
    return lambda image, **options: engine.recognize(image, RecognizeOptions(**options))


@pytest.mark.timeout(600)
def test_the_words_of_receipts_are_found(read, shared_data):
    score = WordScore()
    pictures = sorted((shared_data / "receipts").glob("*.jpg"))
    for picture in pictures:
        score.add(picture.with_suffix(".txt").read_text(encoding="utf-8"), read(picture).text)
    assert len(pictures) >= 10
    assert score.f1 >= 0.94


@pytest.mark.parametrize(("points", "top"), [(5, 120), (5, 1900), (5.5, 1400), (11, 120)])
def test_an_a4_page_at_300_dpi_is_read_letter_by_letter(read, points, top):
    size = round(points * 300 / 72)
    lines = wrapped(" ".join(PROSE * 2), size, 2000)
    image, draw = page(height=3508)
    set_column(draw, lines, 200, top, size)
    assert character_error_rate("\n".join(lines), read(image).text) < 0.01


def test_a_small_screenshot_is_read_as_well(read):
    image, draw = page(900, 260)
    set_column(draw, list(PROSE[:4]), 20, 30, 16)
    assert character_error_rate("\n".join(PROSE[:4]), read(image).text) < 0.01


@pytest.mark.parametrize("skew", [0, 4])
def test_two_columns_are_read_one_after_the_other_askew_as_well(read, skew):
    left, right = (wrapped(" ".join(half), 40, 900) for half in (PROSE[:4], PROSE[4:]))
    image, draw = page(height=900)
    set_column(draw, left, 200, 120, 40)
    set_column(draw, right, 1340, 120, 40)
    found = read(image.rotate(skew, Image.Resampling.BICUBIC, expand=True, fillcolor=255))
    assert character_error_rate("\n".join(left + right), found.text) < 0.01
    assert found.orientation == 0


def test_lines_tell_where_they_stand(read):
    image, draw = page(1200, 400)
    set_column(draw, ["Top left corner"], 50, 40, 40)
    set_column(draw, ["Further down"], 500, 300, 40)
    found = read(image)
    assert [line.text for line in found.lines] == ["Top left corner", "Further down"]
    assert (found.width, found.height) == (1200, 400)
    for line, (x, y) in zip(found.lines, [(50, 40), (500, 300)], strict=True):
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = line.polygon
        assert abs(x0 - x) < 25 and abs(y0 - y) < 25
        assert x1 > x0 + 200 and abs(y1 - y0) < 5, "the second corner is the top right"
        assert y2 > y1 + 20 and y3 > y0 + 20 and abs(x3 - x0) < 5, "the others are below"
        assert line.confidence > 0.9


@pytest.fixture(scope="module")
def landscape():
    image, draw = page(900, 260)
    set_column(draw, list(PROSE[:4]), 20, 30, 16)
    return image


@pytest.mark.parametrize("lies", [90, 180, 270])
def test_a_page_that_lies_is_righted(read, landscape, lies):
    found = read(landscape.rotate(-lies, expand=True))
    upright = read(landscape)
    assert (upright.orientation, found.orientation) == (0, 360 - lies)
    assert (found.text, found.lines) == (upright.text, upright.lines)
    assert (found.width, found.height) == landscape.size


def test_a_page_is_read_as_it_lies_when_asked_to(read, landscape):
    found = read(landscape.rotate(90, expand=True), orientation="off")
    assert (found.orientation, found.width, found.height) == (0, 260, 900)
    assert character_error_rate("\n".join(PROSE[:4]), found.text) > 0.5


def test_the_pages_of_the_sample_are_righted(read, shared_data):
    pictures = [*(shared_data / "rotated").glob("*.png"), *(shared_data / "rotated").glob("*.tif")]
    assert len(pictures) >= 3
    for picture in pictures:
        assert word_f1(picture.with_suffix(".txt").read_text(encoding="utf-8"), read(picture).text) >= 0.97, picture


def test_words_lie_where_they_were_drawn(read):
    image, draw = page(1200, 200)
    set_column(draw, ["alpha beta gamma"], 100, 60, 60)
    (line,) = read(image, words=True).lines
    assert [word.text for word in line.words] == ["alpha", "beta", "gamma"]
    for word, before in zip(line.words, ["", "alpha ", "alpha beta "], strict=True):
        start = 100 + draw.textlength(before, font_size=60)
        end = start + draw.textlength(word.text, font_size=60)
        assert abs(word.polygon[0][0] - start) < 25 and abs(word.polygon[1][0] - end) < 25
    assert read(image).lines[0].words == ()


def test_a_picture_beyond_the_limit_is_scaled_and_its_polygons_scaled_back():
    engine = OCREngine(max_width=1000, max_height=1000)
    image, draw = page(3000, 600)
    set_column(draw, ["Scaled down and back up"], 1500, 300, 90)
    found = engine.recognize(image)
    assert found.text == "Scaled down and back up"
    assert (found.width, found.height) == (3000, 600)
    assert abs(found.lines[0].polygon[0][0] - 1500) < 50 and abs(found.lines[0].polygon[0][1] - 300) < 50


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (40, 40), (3, 2500)])
def test_pictures_too_small_for_text_have_none(read, size):
    found = read(np.full((size[1], size[0], 3), 255, np.uint8))
    assert found.text == "" and found.lines == ()


def test_the_same_picture_gives_the_same_answer_whatever_was_read_in_between(read):
    image, draw = page(1600, 500)
    set_column(draw, wrapped(" ".join(PROSE[:3]), 44, 1400), 60, 60, 44)
    other, draw = page(700, 300)
    set_column(draw, ["something else entirely"], 30, 80, 30)
    first = read(image)
    read(other, words=True, lang="de")
    assert read(image) == first

"""The resolution of the detector follows the size of the text. PaddleX's predictor is a fake."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from paddleocr_service.detector import RESOLUTION, Detector
from paddleocr_service.letter_height import dark_letters, estimate_letter_height, grey_copies

MIN_SIDE, MAX_SIDE = RESOLUTION.min_side, RESOLUTION.max_side


class FakePredictor:
    """Detects lines with the given heights in pixels of the image."""

    batch_size = 1

    def __init__(self, *heights):
        self.heights = heights
        self.calls = []

    def __call__(self, images, **settings):
        self.calls.append(settings)
        boxes = [[(0, 0), (200, 0), (200, height), (0, height)] for height in self.heights]
        yield {"dt_polys": np.array(boxes, np.int16)}


def sides(predictor, width, height, image=None):
    """Run the detector. Return the longer side of each copy that the predictor got."""
    image = np.zeros((height, width, 3), np.uint8) if image is None else image
    results = Detector(predictor)([image], thresh=0.3, limit_side_len=64)
    assert len(results) == 1
    assert all((call["thresh"], call["limit_type"]) == (0.3, "max") for call in predictor.calls)
    return [call["limit_side_len"] for call in predictor.calls]


def test_large_text_is_detected_once_on_the_smallest_copy():
    assert sides(FakePredictor(60, 60, 70), 1472, 1472) == [MIN_SIDE]


def test_small_text_is_detected_again_on_a_larger_copy():
    first, second = sides(FakePredictor(24, 24, 25, 60), 1280, 1280)  # 12 pixels high on the first copy
    assert (first, second) == (MIN_SIDE, round(MIN_SIDE * RESOLUTION.line_height / 12))


def test_size_of_the_copy_is_limited():
    assert sides(FakePredictor(70), 8000, 8000) == [MIN_SIDE, MAX_SIDE]


def test_small_print_gets_a_larger_copy_with_the_minimum_line_height():
    assert sides(FakePredictor(24), 3508, 3508) == [MIN_SIDE, round(3508 * RESOLUTION.min_line_height / 24)]
    assert sides(FakePredictor(10), 4096, 4096) == [MIN_SIDE, RESOLUTION.max_side_for_small_print]


def test_without_result_the_largest_copy_is_tried():
    assert sides(FakePredictor(), 3000, 2000) == [MIN_SIDE, MAX_SIDE]


@pytest.mark.parametrize("heights", [(), (3,)])
def test_small_image_is_never_enlarged(heights):
    assert sides(FakePredictor(*heights), 640, 480) == [640]


def test_height_of_a_vertical_line_is_its_shorter_side():
    predictor = FakePredictor(400)  # 200 pixels wide, 400 high
    assert sides(predictor, 1472, 1472) == [MIN_SIDE]


def page_of_letters(height, size=2000):
    """Dark upright strokes of this height, with gaps of the same height."""
    image = np.full((size, size, 3), 255, np.uint8)
    for y in range(40, size - 2 * height, 2 * height):
        for x in range(40, size - 40, 2 * height):
            image[y : y + height, x : x + height // 2] = 20
    return image


@pytest.mark.parametrize("height", [24, 32])
def test_letter_height_determines_the_first_copy(height):
    line = round(1.4 * height)
    (side,) = sides(FakePredictor(line, line), 2000, 2000, page_of_letters(height))
    assert RESOLUTION.line_height <= line * side / 2000 <= 1.25 * RESOLUTION.line_height


def test_lines_lower_than_estimated_are_detected_again():
    first, second = sides(FakePredictor(30, 30), 2000, 2000, page_of_letters(40))
    assert second == round(2000 * RESOLUTION.line_height / 30) > first


def test_letter_height_is_estimated_at_any_resolution():
    image = page_of_letters(40)
    assert estimate_letter_height(dark_letters(grey_copies(image))) == pytest.approx(40, rel=0.1)
    assert estimate_letter_height(dark_letters(grey_copies(image[::2, ::2]))) == pytest.approx(20, rel=0.1)
    assert estimate_letter_height(dark_letters(grey_copies(255 - image * 0))) is None, "white paper"


def test_shorter_side_of_an_elongated_image_is_limited():
    assert sides(FakePredictor(40), 1000, 20_000)[-1] == round(RESOLUTION.line_height * 20_000 / 40)
    assert sides(FakePredictor(12), 1000, 20_000)[-1] == round(RESOLUTION.min_line_height * 20_000 / 12)
    assert sides(FakePredictor(), 20_000, 1000)[-1] == MAX_SIDE * 10


def test_limit_for_small_print_grows_with_large_images():
    assert sides(FakePredictor(30), 7000, 5000)[-1] == round(RESOLUTION.min_line_height * 7000 / 30)


class PredictorOfRegions(FakePredictor):
    """Finds a heading in the whole image, and one line in each region of it."""

    def __init__(self, width):
        super().__init__(100)
        self.width, self.shapes = width, []

    def __call__(self, images, **settings):
        self.shapes.append(images[0].shape)
        if images[0].shape[1] == self.width:
            yield from super().__call__(images, **settings)
        else:
            yield {"dt_polys": np.array([[(10, 12), (60, 12), (60, 30), (10, 30)]], np.int16)}


@pytest.mark.parametrize(("ink", "ground"), [(0, 255), (230, 20)])
def test_small_letters_beside_a_heading_are_detected_again(ink, ground):
    picture = Image.new("RGB", (2560, 1440), (ground,) * 3)
    ImageDraw.Draw(picture).text((1800, 900), "small letters here", (ink,) * 3, font=ImageFont.load_default(14))
    predictor = PredictorOfRegions(2560)
    (result,) = Detector(predictor)([np.asarray(picture)])
    heading, line = result["dt_polys"]
    assert heading.max() == 200
    assert 1500 < line[0][0] < 1800 and 700 < line[0][1] < 900, "in pixels of the whole image"
    assert len(predictor.shapes) == 2 and predictor.shapes[1][0] * predictor.shapes[1][1] < 100_000


def test_pages_are_detected_once_if_no_letters_remain():
    image = page_of_letters(32)
    lines = [[(0, y), (2000, y), (2000, y + 45), (0, y + 45)] for y in range(32, 1980, 64)]
    calls = []
    Detector(lambda images, **settings: [calls.append(settings) or {"dt_polys": np.array(lines)}])([image])
    assert len(calls) == 1


def test_small_image_gets_a_margin():
    predictor = FakePredictor(20)
    (result,) = Detector(predictor)([np.full((15, 98, 3), 255, np.uint8)])
    assert result["dt_polys"].tolist() == [[[0, 0], [98, 0], [98, 4], [0, 4]]]

"""Which pages are turned upright, at which cost, and where their lines are afterwards. The pipeline is a fake."""

import numpy as np
import pytest

from paddleocr_service import EngineInfo, Recognition
from paddleocr_service.orientation import lines_as_given, recognize_upright, rotated
from paddleocr_service.results import Line, Word

HIGH, LOW = 0.98, 0.66  # confidence
PAGE = np.full((800, 600, 3), 255, np.uint8)


def box(x, y, width, height):
    return ((x, y), (x + width, y), (x + width, y + height), (x, y + height))


def horizontal(confidence, count=5, text="Some words"):
    return [Line(text, confidence, box(50.0, 40.0 + 30 * row, 300.0, 20.0)) for row in range(count)]


def vertical(confidence, count=5, text="Some words"):
    return [Line(text, confidence, box(40.0 + 30 * row, 50.0, 20.0, 300.0)) for row in range(count)]


class FakePipeline:
    """Returns the given results one after another, and records its inputs."""

    def __init__(self, *results):
        self.results, self.inputs = list(results), []

    def __call__(self, image):
        self.inputs.append(image)
        return self.results.pop(0)


@pytest.mark.parametrize(
    "lines",
    [
        horizontal(HIGH),
        horizontal(HIGH) + horizontal(LOW, 3),
        horizontal(HIGH, 2) + vertical(HIGH, 1),
        horizontal(HIGH, 5) + vertical(LOW, 4),
        vertical(HIGH, text="縦に書かれた文章です"),
        [Line("7", LOW, box(10.0, 10.0, 20.0, 22.0))],
        [],
    ],
    ids=["horizontal", "partly faint", "one vertical line", "axis labels", "vertical Japanese", "one digit", "blank"],
)
def test_upright_page_is_recognised_once(lines):
    pipeline = FakePipeline(lines)
    assert recognize_upright(pipeline, PAGE) == (lines, 0)
    assert len(pipeline.inputs) == 1 and pipeline.inputs[0] is PAGE


def test_text_that_runs_downwards_needs_no_sample():
    upright = horizontal(HIGH)
    pipeline = FakePipeline(vertical(HIGH), upright)
    assert recognize_upright(pipeline, PAGE) == (upright, 270)
    assert pipeline.inputs[1].shape == (600, 800, 3)


@pytest.mark.parametrize(("first", "rotation"), [(horizontal(LOW, 18), 180), (vertical(LOW, 18), 90)])
def test_page_of_low_confidence_is_rotated_if_a_sample_improves(first, rotation):
    upright = horizontal(HIGH)
    pipeline = FakePipeline(first, horizontal(HIGH, 4) + horizontal(LOW, 2), upright)
    assert recognize_upright(pipeline, PAGE) == (upright, rotation)
    sample, page = pipeline.inputs[1:]
    assert sample.size < PAGE.size / 4, "a few lines, not the page"
    assert np.array_equal(page, rotated(PAGE, rotation))


@pytest.mark.parametrize("sample", [horizontal(LOW), horizontal(HIGH, 1) + horizontal(LOW, 2), []])
def test_page_of_low_confidence_in_both_directions_is_not_rotated(sample):
    first = horizontal(LOW)
    assert recognize_upright(FakePipeline(first, sample), PAGE) == (first, 0)


def test_sample_contains_only_the_rotated_lines():
    page = np.full((800, 600, 3), 200, np.uint8)
    page[100:400, 60:80] = 90  # a vertical line, dark at its upper end,
    page[100:150, 60:80] = 0
    page[90:410, 82:100] = 255  # and its neighbour
    line = Line("x", LOW, box(60.0, 100.0, 20.0, 300.0))
    pipeline = FakePipeline([line], [])
    recognize_upright(pipeline, page)
    sample = pipeline.inputs[1]
    assert not (sample == 255).any()
    ys, xs = np.nonzero(sample[..., 0] == 0)
    assert (np.ptp(ys) + 1, np.ptp(xs) + 1) == pytest.approx((20, 50), abs=2)
    assert xs.min() > sample.shape[1] / 2, "after the clockwise rotation, the upper end is on the right"


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_lines_as_given_undoes_the_rotation(degrees):
    image = np.zeros((60, 100, 3), np.uint8)
    image[10:16, 20:70] = 255
    upright = rotated(image, degrees)
    ys, xs = np.nonzero(upright[..., 0])
    polygon = box(float(xs.min()), float(ys.min()), float(np.ptp(xs) + 1), float(np.ptp(ys) + 1))
    line = Line("a b", 0.9, polygon, (Word("a", 0.9, polygon),))
    height, width = upright.shape[:2]
    page = Recognition(width, height, (line,), "a b", "en", EngineInfo("e", "r", ()), (), degrees)
    (back,) = lines_as_given(page)
    assert set(back.polygon) == {(20.0, 10.0), (70.0, 10.0), (70.0, 16.0), (20.0, 16.0)}
    first = {0: (20.0, 10.0), 90: (20.0, 16.0), 180: (70.0, 16.0), 270: (70.0, 10.0)}
    assert back.polygon[0] == first[degrees], "the corner at the top left of the text"
    assert back.words[0].polygon == back.polygon

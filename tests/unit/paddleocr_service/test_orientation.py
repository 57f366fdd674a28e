"""Which pages are turned, what that costs, and where their lines stand afterwards; with a stand-in for the pipeline."""

import numpy as np
import pytest

from paddleocr_service import EngineInfo, Recognition
from paddleocr_service.orientation import lines_as_given, read_righted, turned
from paddleocr_service.results import Line, Word

SURE, DOUBTFUL = 0.98, 0.66
PAGE = np.full((800, 600, 3), 255, np.uint8)


def box(x, y, width, height):
    return ((x, y), (x + width, y), (x + width, y + height), (x, y + height))


def level(confidence, count=5, text="Some words"):
    return [Line(text, confidence, box(50.0, 40.0 + 30 * row, 300.0, 20.0)) for row in range(count)]


def standing(confidence, count=5, text="Some words"):
    return [Line(text, confidence, box(40.0 + 30 * row, 50.0, 20.0, 300.0)) for row in range(count)]


class Reader:
    """Gives one answer after the other, and keeps what it was shown."""

    def __init__(self, *answers):
        self.answers, self.shown = list(answers), []

    def __call__(self, pixels):
        self.shown.append(pixels)
        return self.answers.pop(0)


@pytest.mark.parametrize(
    "lines",
    [
        level(SURE),
        level(SURE) + level(DOUBTFUL, 3),
        level(SURE, 2) + standing(SURE, 1),
        level(SURE, 5) + standing(DOUBTFUL, 4),
        standing(SURE, text="縦に書かれた文章です"),
        [Line("7", DOUBTFUL, box(10.0, 10.0, 20.0, 22.0))],
        [],
    ],
    ids=["level", "partly faint", "one line aside", "labels of axes", "vertical Japanese", "one digit", "blank"],
)
def test_a_page_that_stands_upright_is_read_once(lines):
    read = Reader(lines)
    assert read_righted(read, PAGE) == (lines, 0)
    assert len(read.shown) == 1 and read.shown[0] is PAGE


def test_text_that_runs_downwards_needs_no_second_look():
    righted = level(SURE)
    read = Reader(standing(SURE), righted)
    assert read_righted(read, PAGE) == (righted, 270)
    assert read.shown[1].shape == (600, 800, 3)


@pytest.mark.parametrize(("first", "turn"), [(level(DOUBTFUL, 18), 180), (standing(DOUBTFUL, 18), 90)])
def test_a_page_of_doubtful_lines_is_turned_when_a_sample_reads_better_so(first, turn):
    righted = level(SURE)
    read = Reader(first, level(SURE, 4) + level(DOUBTFUL, 2), righted)
    assert read_righted(read, PAGE) == (righted, turn)
    sample, page = read.shown[1:]
    assert sample.size < PAGE.size / 4, "a few lines, not the page"
    assert np.array_equal(page, turned(PAGE, turn))


@pytest.mark.parametrize("sample", [level(DOUBTFUL), level(SURE, 1) + level(DOUBTFUL, 2), []])
def test_a_page_that_reads_badly_either_way_stays_as_it_is(sample):
    first = level(DOUBTFUL)
    assert read_righted(Reader(first, sample), PAGE) == (first, 0)


def test_the_sample_shows_the_lines_turned_and_nothing_around_them():
    page = np.full((800, 600, 3), 200, np.uint8)
    page[100:400, 60:80] = 90  # a line that stands, dark at its upper end,
    page[100:150, 60:80] = 0
    page[90:410, 82:100] = 255  # and its neighbour
    line = Line("x", DOUBTFUL, box(60.0, 100.0, 20.0, 300.0))
    read = Reader([line], [])
    read_righted(read, page)
    sample = read.shown[1]
    assert not (sample == 255).any()
    ys, xs = np.nonzero(sample[..., 0] == 0)
    assert (np.ptp(ys) + 1, np.ptp(xs) + 1) == pytest.approx((20, 50), abs=2)
    assert xs.min() > sample.shape[1] / 2, "turned to the right, the upper end is on the right"


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_lines_of_a_turned_picture_can_be_told_on_the_picture_given(degrees):
    given = np.zeros((60, 100, 3), np.uint8)
    given[10:16, 20:70] = 255
    page = turned(given, degrees)
    ys, xs = np.nonzero(page[..., 0])
    found = box(float(xs.min()), float(ys.min()), float(np.ptp(xs) + 1), float(np.ptp(ys) + 1))
    line = Line("a b", 0.9, found, (Word("a", 0.9, found),))
    height, width = page.shape[:2]
    told = Recognition(width, height, (line,), "a b", "en", EngineInfo("e", "r", ()), (), degrees)
    (back,) = lines_as_given(told)
    assert set(back.polygon) == {(20.0, 10.0), (70.0, 10.0), (70.0, 16.0), (20.0, 16.0)}
    first = {0: (20.0, 10.0), 90: (20.0, 16.0), 180: (70.0, 16.0), 270: (70.0, 10.0)}
    assert back.polygon[0] == first[degrees], "the corner at the top left of the text"
    assert back.words[0].polygon == back.polygon

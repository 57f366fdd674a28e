"""Which pages are turned upright, at which cost, and where their lines are afterwards. The reader is a fake."""

import numpy as np
import pytest

from paddleocr_service import EngineInfo, Recognition
from paddleocr_service.orientation import lines_as_given, opposite, recognize_upright, rotated
from paddleocr_service.results import Line, Word

HIGH, LOW = 0.98, 0.66  # confidence
PAGE = np.full((800, 600, 3), 255, np.uint8)


def box(x, y, width, height):
    return ((x, y), (x + width, y), (x + width, y + height), (x, y + height))


def horizontal(confidence, count=5, text="Some words"):
    return [Line(text, confidence, box(50.0, 40.0 + 30 * row, 300.0, 20.0)) for row in range(count)]


def vertical(confidence, count=5, text="Some words"):
    return [Line(text, confidence, box(40.0 + 30 * row, 50.0, 20.0, 300.0)) for row in range(count)]


def characters(confidence, count=20, width=20.0, height=32.0):
    return [Line("7", confidence, box(40.0 + 50 * (n % 5), 40.0 + 50 * (n // 5), width, height)) for n in range(count)]


def skewed(degrees, confidence=HIGH):
    """Lines of a page that is rotated counterclockwise."""
    angle = -np.radians(degrees)
    along, down = 150 * np.array([np.cos(angle), np.sin(angle)]), 10 * np.array([-np.sin(angle), np.cos(angle)])
    corners = [np.array([300, 400]) + corner for corner in (-along - down, along - down, along + down, down - along)]
    return [Line("Some words", confidence, tuple((float(x), float(y)) for x, y in corners))] * 5


class FakeReader:
    """Returns the given results one after another, and records its inputs."""

    def __init__(self, *pages, sample=()):
        self.pages, self.sample = list(pages), list(sample)
        self.images, self.polygons = [], []

    def recognize(self, image):
        self.images.append(image)
        return self.pages.pop(0)

    def read_lines(self, image, polygons):
        assert image is PAGE
        self.polygons += polygons
        return self.sample


@pytest.mark.parametrize(
    "lines",
    [
        horizontal(HIGH),
        horizontal(HIGH) + horizontal(LOW, 3),
        horizontal(HIGH, 2) + vertical(HIGH, 1),
        vertical(HIGH, text="縦に書かれた文章です"),
        [Line("7", LOW, box(10.0, 10.0, 20.0, 22.0))],
        [],
        characters(HIGH) + horizontal(HIGH, 3) + vertical(LOW, 5),
        [Line("13704736801300", HIGH, box(40.0 + 50 * n, 40.0, 24.0, 450.0)) for n in range(9)],
        [Line("—", HIGH, box(40.0, 40.0 * n, 30.0, 8.0)) for n in range(9)],
        characters(HIGH, width=30.0, height=30.0),
        skewed(60),
        skewed(-60),
    ],
    ids=[
        "horizontal",
        "partly faint",
        "one vertical line",
        "vertical Japanese",
        "one digit",
        "blank",
        "digits with vertical headings",
        "columns of digits",
        "dashes",
        "square characters",
        "skewed to the left",
        "skewed to the right",
    ],
)
def test_upright_page_is_recognised_once(lines):
    reader = FakeReader(lines)
    assert recognize_upright(reader, PAGE) == (lines, 0)
    assert len(reader.images) == 1 and reader.images[0] is PAGE and not reader.polygons


def test_text_that_runs_downwards_needs_no_sample():
    upright = horizontal(HIGH)
    reader = FakeReader(vertical(HIGH), upright)
    assert recognize_upright(reader, PAGE) == (upright, 270)
    assert reader.images[1].shape == (600, 800, 3)
    assert not reader.polygons


@pytest.mark.parametrize(
    ("first", "rotation", "start"),
    [(horizontal(LOW, 18), 180, (350.0, 60.0)), (vertical(LOW, 18), 90, (40.0, 350.0))],
)
def test_page_of_low_confidence_is_rotated_if_a_sample_improves(first, rotation, start):
    upright = horizontal(HIGH, 18)
    reader = FakeReader(first, upright, sample=horizontal(HIGH, 4) + horizontal(LOW, 2))
    assert recognize_upright(reader, PAGE) == (upright, rotation)
    assert len(reader.polygons) == 6, "a few lines, not the page"
    assert reader.polygons[0][0] == start, "read from its other end"
    assert np.array_equal(reader.images[1], rotated(PAGE, rotation))


@pytest.mark.parametrize("sample", [horizontal(LOW), horizontal(HIGH, 1) + horizontal(LOW, 2), []])
def test_page_of_low_confidence_in_both_directions_is_not_rotated(sample):
    first = horizontal(LOW)
    assert recognize_upright(FakeReader(first, sample=sample), PAGE) == (first, 0)


def test_digits_on_their_sides_are_turned_in_the_direction_that_reads_them():
    on_side = characters(HIGH, width=32.0, height=20.0)
    upside_down, upright = characters(HIGH, 8) + characters(LOW, 12), characters(HIGH)
    assert recognize_upright(FakeReader(on_side, upright), PAGE) == (upright, 90)
    assert recognize_upright(FakeReader(on_side, upside_down, upright), PAGE) == (upright, 270)


def test_upside_down_digits_are_turned():
    first, on_side, upright = (
        characters(HIGH, 8) + characters(LOW, 12),
        characters(HIGH, 20, 32.0, 20.0),
        characters(HIGH),
    )
    assert recognize_upright(FakeReader(first, on_side, on_side, upright), PAGE) == (upright, 180)


def test_chart_with_many_vertical_labels_is_not_turned():
    chart = horizontal(HIGH, 6) + vertical(LOW, 13)
    turned = horizontal(HIGH, 13) + vertical(LOW, 6)
    assert recognize_upright(FakeReader(chart, turned, sample=horizontal(HIGH)), PAGE) == (chart, 0)


def test_turned_page_with_an_upright_stamp_is_turned():
    upright = horizontal(HIGH, 20) + vertical(LOW, 2)
    reader = FakeReader(vertical(LOW, 20) + horizontal(HIGH, 2), upright, sample=horizontal(HIGH))
    assert recognize_upright(reader, PAGE) == (upright, 90)


def test_page_that_is_upside_down_after_the_first_turn_is_turned_again():
    """The first reading of some numbers is confident in the wrong direction."""
    upside_down, upright = horizontal(HIGH, 8) + horizontal(LOW, 12), horizontal(HIGH, 20)
    reader = FakeReader(vertical(HIGH, 12), upside_down, upright)
    assert recognize_upright(reader, PAGE) == (upright, 90)


def test_opposite_starts_at_the_opposite_corner():
    assert opposite(box(0.0, 0.0, 30.0, 10.0)) == ((30.0, 10.0), (0.0, 10.0), (0.0, 0.0), (30.0, 0.0))


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

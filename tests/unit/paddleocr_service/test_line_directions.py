"""Standing lines are read in the direction with the higher confidence. The reader is a fake."""

from dataclasses import replace

import numpy as np
import pytest

from paddleocr_service.line_directions import read_standing_lines
from paddleocr_service.page_reading import read_page
from paddleocr_service.results import Line, Word

PAGE = np.full((800, 600, 3), 255, np.uint8)
LYING = Line("Some words", 0.6, ((100.0, 50.0), (300.0, 50.0), (300.0, 70.0), (100.0, 70.0)))


def standing(text, confidence, pitch=10.0):
    """A detected line; pitch: distance between its characters. Its word has the same polygon."""
    bottom = 50.0 + pitch * len(text)
    polygon = ((40.0, 50.0), (60.0, 50.0), (60.0, bottom), (40.0, bottom))
    return Line(text, confidence, polygon, (Word(text, confidence, polygon),))


def corners_from(polygon, first):
    """The same corners, in the same order, starting with another one."""
    return polygon[first:] + polygon[:first]


class FakeReader:
    """Reads every line upwards with the given confidences."""

    def __init__(self, *confidences, lines=()):
        self.confidences, self.lines, self.polygons = list(confidences), list(lines), []

    def recognize(self, image):
        return self.lines

    def read_lines(self, image, polygons):
        self.polygons = list(polygons)
        return [Line("upwards", self.confidences.pop(0), polygon) for polygon in polygons]


def test_line_that_runs_upwards_is_read_upwards():
    line, reader = standing("spreadun", 0.64), FakeReader(0.99)
    upwards = corners_from(line.polygon, 3)  # from its bottom left
    assert read_standing_lines(reader, PAGE, [LYING, line]) == [LYING, Line("upwards", 0.99, upwards)]
    assert reader.polygons == [upwards]


def test_line_that_runs_downwards_starts_at_its_top_right():
    line = standing("downwards", 0.95)
    (result,) = read_standing_lines(FakeReader(0.6), PAGE, [line])
    downwards = corners_from(line.polygon, 1)
    assert result == replace(line, polygon=downwards, words=(replace(line.words[0], polygon=downwards),))


@pytest.mark.parametrize(
    "line",
    [LYING, standing("certain", 0.99), standing("縦に書かれた文章", 0.93, 22.0), standing("137047368", 0.93, 30.0)],
    ids=["lying", "certain", "vertical Japanese", "column of digits"],
)
def test_other_lines_are_not_read_again(line):
    reader = FakeReader()
    assert read_standing_lines(reader, PAGE, [line])[0].text == line.text
    assert not reader.polygons


@pytest.mark.parametrize(("text", "pitch"), [("縦に書かれた文章", 22.0), ("137047368", 30.0)])
def test_upright_column_starts_at_its_top_left(text, pitch):
    column = standing(text, 0.93, pitch)
    assert read_standing_lines(FakeReader(), PAGE, [column]) == [column]


@pytest.mark.parametrize(("others", "text"), [((0.99, 0.98), "upwards"), ((0.6, 0.7), "6996")])
def test_ambiguous_number_follows_the_other_lines(others, text):
    lines = [standing("6996", 0.96), standing("first", 0.8), standing("second", 0.81)]
    assert read_standing_lines(FakeReader(0.96, *others), PAGE, lines)[0].text == text


@pytest.mark.parametrize("turn", [True, False])
def test_page_is_read_in_the_direction_of_each_line(turn):
    reader = FakeReader(0.99, lines=[replace(LYING, confidence=0.99)] * 5 + [standing("spreadun", 0.64)])
    lines, rotation = read_page(reader, PAGE, turn)
    assert (lines[-1].text, rotation) == ("upwards", 0)

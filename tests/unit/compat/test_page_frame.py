"""Positions on turned pages, as they are in the file."""

import pytest

from controllers.compat.page_frame import PageFrame

#: A page of 300 x 400 in the file, and a word on it: left, top, right, bottom.
WIDTH, HEIGHT = 300, 400
WORD = (40, 60, 140, 80)


def turned(x, y, turn):
    """Where a point of the page of the file is after the page has been turned clockwise."""
    return {0: (x, y), 90: (HEIGHT - y, x), 180: (WIDTH - x, HEIGHT - y), 270: (y, WIDTH - x)}[turn]


def read_page(turn, **fields):
    width, height = (HEIGHT, WIDTH) if turn in (90, 270) else (WIDTH, HEIGHT)
    return {"width": width, "height": height, "orientation": turn, **fields}


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("scale", [1.0, 0.24])
def test_a_box_is_turned_back(turn, scale):
    left, top, right, bottom = WORD
    corners = [turned(x, y, turn) for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))]
    frame = PageFrame.of(read_page(turn), scale)
    assert (frame.width, frame.height) == pytest.approx((WIDTH * scale, HEIGHT * scale))
    assert frame.rectangle(corners) == pytest.approx([edge * scale for edge in WORD])
    assert frame.polygon(corners)[0] == pytest.approx([left * scale, top * scale])


def test_a_rectangle_does_not_leave_the_page():
    assert PageFrame.of(read_page(0)).rectangle([[-5, -1], [310, 0], [310, 500], [-5, 500]]) == (0, 0, WIDTH, HEIGHT)


def test_no_polygon_is_the_whole_page():
    assert PageFrame.of(read_page(90)).rectangle(None) == (0, 0, WIDTH, HEIGHT)


def test_a_failed_page_has_no_size():
    frame = PageFrame.of({"width": None, "height": None, "orientation": None})
    assert (frame.width, frame.height, frame.turn) == (0, 0, 0)

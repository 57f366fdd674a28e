"""Positions on pages that were turned upright before they were read."""

import numpy as np
import pytest

from controllers.compat.page_sides import SentPage

#: A page as sent, of 300 by 200 pixels, has one dark pixel here.
X, Y, WIDTH, HEIGHT = 40, 150, 300, 200


def page(turn):
    sent = np.zeros((HEIGHT, WIDTH), bool)
    sent[Y, X] = True
    upright = np.rot90(sent, -turn // 90)
    (row,), (column,) = np.nonzero(upright)
    return {"width": upright.shape[1], "height": upright.shape[0], "orientation": turn}, column, row


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_pixel_of_the_upright_page_is_found_on_the_sent_page(turn):
    result, column, row = page(turn)
    sent = SentPage.of(result)
    assert (sent.width, sent.height) == (WIDTH, HEIGHT)
    assert sent.point(column + 0.5, row + 0.5) == (X + 0.5, Y + 0.5)


def test_the_first_corner_stays_that_of_the_text():
    sent = SentPage.of({"width": 200, "height": 300, "orientation": 90})
    assert sent.polygon([[10, 20], [60, 20], [60, 40], [10, 40]]) == [[20, 190], [20, 140], [40, 140], [40, 190]]


def test_a_page_that_failed_has_no_size():
    assert SentPage.of({"width": None, "height": None, "orientation": None}) == SentPage(0, 0)

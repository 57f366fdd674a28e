"""The bench of pages that lie, with a stand-in for the engine."""

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from bench.__main__ import main
from bench.orientation.reading import read_lying, read_tilted
from tests.support.drawing import picture


class Engine:
    """Reads a picture that is wider than high, and rights one that is not unless told to leave it."""

    def __init__(self):
        self.shown = []

    def recognize(self, pixels, options=None):
        self.shown.append(pixels)
        lies = pixels.shape[0] > pixels.shape[1]
        left = options is not None and options.orientation == "off"
        return SimpleNamespace(text="" if lies and left else "one two", orientation=270 if lies and not left else 0)


@pytest.fixture
def path(tmp_path):
    (tmp_path / "a.png").write_bytes(picture("one two", width=300))
    (tmp_path / "a.txt").write_text("one two")
    return tmp_path / "a.png"


def test_a_page_that_lies_is_scored_with_and_without_righting(path):
    found = read_lying(Engine(), path, 90, rounds=3)
    assert (found.right, found.f1, found.f1_off) == (True, 1.0, 0.0)
    assert (found.error_rate, found.error_rate_off) == (0.0, 1.0) and found.cost > 0
    assert read_lying(Engine(), path, 0).right
    assert not read_lying(Engine(), path, 180).right, "the stand-in does not see what is upside down"


def test_a_picture_is_tilted_on_paper_of_its_own_colour(path):
    engine = Engine()
    assert read_tilted(engine, [path], 5) == (1.0, 0.0)
    (tilted,) = engine.shown
    upright = np.asarray(Image.open(path).convert("RGB"))
    assert tilted.shape[0] > upright.shape[0] and (tilted[0, 0] == 255).all()


def test_it_is_reached_by_name_and_tells_an_empty_folder(tmp_path, capsys):
    assert main(["orientation", str(tmp_path)]) == 2
    assert "no picture with a .txt file" in capsys.readouterr().err

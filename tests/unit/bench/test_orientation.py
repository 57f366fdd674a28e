"""The benchmark of rotated pages. The engine is a fake."""

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from bench.__main__ import main
from bench.orientation.drawn_pages import KINDS, draw_pages
from bench.orientation.measure import measure_drawn, measure_rotated, measure_skewed
from tests.support.drawing import picture


class FakeEngine:
    """Recognises landscape images. Turns portrait images upright unless the orientation option is off."""

    def __init__(self):
        self.images = []

    def recognize(self, image, options=None):
        self.images.append(image)
        is_rotated = image.shape[0] > image.shape[1]
        off = options is not None and options.orientation == "off"
        text = "" if is_rotated and off else "one two"
        return SimpleNamespace(text=text, orientation=270 if is_rotated and not off else 0)


@pytest.fixture
def path(tmp_path):
    (tmp_path / "a.png").write_bytes(picture("one two", width=300))
    (tmp_path / "a.txt").write_text("one two")
    return tmp_path / "a.png"


def test_rotated_page_is_measured_with_orientation_auto_and_off(path):
    result = measure_rotated(FakeEngine(), path, 90, rounds=3)
    assert (result.correct, result.f1, result.f1_off) == (True, 1.0, 0.0)
    assert (result.error_rate, result.error_rate_off) == (0.0, 1.0) and result.cost > 0
    assert measure_rotated(FakeEngine(), path, 0).correct
    assert not measure_rotated(FakeEngine(), path, 180).correct, "the fake does not detect upside-down pages"


def test_drawn_pages_are_the_same_in_every_run():
    first, second = (list(draw_pages(range(1))) for _ in range(2))
    assert len(first) == len(KINDS)
    for page, again in zip(first, second, strict=True):
        assert page.words == again.words and page.image.tobytes() == again.image.tobytes()


def test_drawn_pages_that_are_not_upright_are_listed_by_kind():
    class Engine:
        def recognize(self, image):
            return SimpleNamespace(text="", orientation=90 if image.shape[1] > 1.3 * image.shape[0] else 0)

    line = measure_drawn(Engine(), 1, 0)
    wide = [page.kind for page in draw_pages(range(1)) if page.image.width > 1.3 * page.image.height]
    assert wide and f"upright {len(KINDS) - len(wide)} of {len(KINDS)}" in line
    assert all(f"{kind} 1" in line for kind in wide)


def test_skewed_image_has_new_corners_in_its_background_colour(path):
    engine = FakeEngine()
    assert measure_skewed(engine, [path], 5) == (1.0, 0.0)
    (skewed,) = engine.images
    upright = np.asarray(Image.open(path).convert("RGB"))
    assert skewed.shape[0] > upright.shape[0] and (skewed[0, 0] == 255).all()


def test_empty_folder_is_an_error(tmp_path, capsys):
    assert main(["orientation", str(tmp_path)]) == 2
    assert "No image with a .txt file" in capsys.readouterr().err

"""The benchmark of drawn faults. The engine is a fake."""

import re
from types import SimpleNamespace

import pytest

from bench.faults import drawn


class FakeEngine:
    """Finds the given text on each picture. orientation: by which it turns it."""

    def __init__(self, text="", orientation=0):
        self.text, self.orientation = text, orientation
        self.pictures = []

    def recognize(self, picture):
        self.pictures.append(picture)
        lines = [SimpleNamespace(text=line) for line in self.text.splitlines()]
        return SimpleNamespace(text=self.text, lines=lines, orientation=self.orientation)


def test_all_numbers_are_counted_and_missing_ones_are_named():
    picture, numbers = drawn.page_of_numbers("helv", 0.75, 20)
    assert picture.shape == (780, 840, 3)
    assert len(numbers) == 60 and all(re.fullmatch(r"[\d,.]{5,13}", number) for number in numbers)
    lines = list(drawn._numbers(FakeEngine("\n".join(numbers))))
    assert not any("helv at 0.75" in line and numbers[0] in line for line in lines)
    assert re.fullmatch(r"numbers   \d+ wrong of 1200", lines[-1])


def test_turned_pages_are_counted(monkeypatch):
    monkeypatch.setattr(drawn, "_SEEDS", range(1))
    lines = list(drawn._upright(FakeEngine(orientation=90)))
    assert "upright   rotated by 0: 19 of 19 pages wrong" in lines
    assert "upright   rotated by 270: 0 of 15 pages wrong" in lines


@pytest.mark.parametrize(("text", "recall"), [("", "0.000"), ("bread", "recall 0.00")])
def test_words_of_large_pictures_are_counted(text, recall):
    engine = FakeEngine(text)
    lines = list(drawn._large(engine))
    assert [picture.shape[:2] for picture in engine.pictures] == [(1754, 1240), (20_000, 1000), (800, 16_000)]
    assert all(recall in line for line in lines)

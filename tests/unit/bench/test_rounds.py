"""Readers take turns; ratios are computed from pairs of times."""

import pytest

from bench.readers.process import Answer, ReaderFailed
from bench.rounds import Record, order_of, ratio, read_in_turn, result_of
from bench.split import default_split, possible_splits, run_team


class FakeReader:
    """Logs its calls. Every image takes the same time, and one may fail."""

    def __init__(self, name, log, seconds=1.0, fails_at=None):
        self.name, self.log, self.seconds, self.fails_at = name, log, seconds, fails_at

    def read(self, path):
        self.log.append((self.name, path.name))
        if path.name == self.fails_at:
            raise ReaderFailed("out of ink")
        return Answer(self.seconds, f"text of {path.stem}")

    def memory(self):
        return {"rss_mb": 1, "peak_mb": 2}


@pytest.fixture
def images(tmp_path):
    return [tmp_path / name for name in ("a.png", "b.png")]


def test_ratio_is_the_median_of_pairs():
    reference = {("a", 0): 1.0, ("b", 0): 10.0, ("c", 0): 2.0}
    other = {("a", 0): 8.0, ("b", 0): 20.0, ("c", 0): 6.0}
    assert ratio(reference, other) == 3.0, "not the ratio of medians"
    assert ratio(reference, reference) == 1.0


def test_ratio_uses_common_turns_only():
    assert ratio({("a", 0): 1.0, ("a", 1): 100.0}, {("a", 0): 2.0, ("b", 0): 50.0}) == 2.0
    with pytest.raises(ValueError, match="no common turn"):
        ratio({("a", 0): 1.0}, {("b", 0): 1.0})


def test_order_of_readers_varies_and_is_reproducible():
    orders = [order_of("xyz", image, number) for image in range(6) for number in range(5)]
    assert {frozenset(order) for order in orders} == {frozenset("xyz")}
    assert len({tuple(order) for order in orders}) == 6
    assert orders == [order_of("xyz", image, number) for image in range(6) for number in range(5)]


def test_all_readers_process_an_image_before_the_next(images):
    log = []
    readers = {name: FakeReader(name, log) for name in "xy"}
    records = read_in_turn(readers, images, rounds=2)
    assert log[:2] == [("x", "a.png"), ("y", "a.png")], "warm-up"
    assert [name for name, _ in log[2:]] == [
        name for number in range(2) for image in range(2) for name in order_of("xy", image, number)
    ]
    assert [image for _, image in log[2:]] == [*["a.png"] * 2, *["b.png"] * 2] * 2
    assert set(records["x"].seconds) == {("a.png", 0), ("b.png", 0), ("a.png", 1), ("b.png", 1)}
    assert records["x"].peak_mb == 2


def test_failed_reader_is_skipped_and_the_reason_is_recorded(images):
    log = []
    readers = {"x": FakeReader("x", log), "y": FakeReader("y", log, fails_at="b.png")}
    records = read_in_turn(readers, images, rounds=2)
    assert records["y"].failed == "b.png: out of ink"
    assert log.count(("y", "b.png")) == 1 and not records["x"].failed


def test_result_contains_times_and_errors():
    reference = Record({("a", 0): 1.0, ("b", 0): 3.0}, {"a": "one", "b": "two"}, 100)
    other = Record({("a", 0): 2.0, ("b", 0): 6.0}, {"a": "one", "b": "tin"}, 50)
    result = result_of(other, reference, {"a": "one", "b": "two"})
    assert (result.seconds, result.images_per_second, result.ratio, result.peak_mb) == (4.0, 0.25, 2.0, 50)
    assert (result.f1, result.cer) == (0.5, pytest.approx(1 / 3))


@pytest.mark.parametrize(
    ("cores", "splits"), [(1, [(1, 1)]), (2, [(1, 2), (2, 1)]), (4, [(1, 4), (2, 2), (4, 1)]), (3, [(1, 3), (3, 1)])]
)
def test_possible_splits_use_all_cores_and_include_the_default(monkeypatch, cores, splits):
    monkeypatch.setattr("bench.split.usable_memory", lambda: 16 << 30)
    assert possible_splits(cores) == splits and default_split(cores) in splits


def test_team_processes_each_image_once(images):
    log = []
    assert run_team([FakeReader("x", log), FakeReader("y", log)], images) > 0
    assert sorted(image for _, image in log) == ["a.png", "b.png"]


def test_failure_of_a_team_member_is_raised(images):
    with pytest.raises(ReaderFailed, match="out of ink"):
        run_team([FakeReader("x", [], fails_at="a.png")], images)

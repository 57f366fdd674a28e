"""Readers that take turns, and the ratios of their times."""

import pytest

from bench.readers.process import Answer, ReaderFailed
from bench.rounds import Record, order_of, ratio, read_in_turn, result_of
from bench.split import default_split, share_out, splits_of


class Reader:
    """Notes who was asked for what; takes so many seconds, and fails at one picture."""

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
def found(tmp_path):
    return [tmp_path / name for name in ("a.png", "b.png")]


def test_the_ratio_is_the_median_of_pairs_and_not_the_ratio_of_medians():
    ours = {("a", 0): 1.0, ("b", 0): 10.0, ("c", 0): 2.0}
    other = {("a", 0): 8.0, ("b", 0): 20.0, ("c", 0): 6.0}
    assert ratio(ours, other) == 3.0
    assert ratio(ours, ours) == 1.0


def test_only_turns_that_both_have_make_pairs():
    assert ratio({("a", 0): 1.0, ("a", 1): 100.0}, {("a", 0): 2.0, ("b", 0): 50.0}) == 2.0
    with pytest.raises(ValueError, match="no turn in common"):
        ratio({("a", 0): 1.0}, {("b", 0): 1.0})


def test_no_reader_reads_after_the_same_one_each_time():
    orders = [order_of("xyz", picture, turn) for picture in range(6) for turn in range(5)]
    assert {frozenset(order) for order in orders} == {frozenset("xyz")}
    assert len({tuple(order) for order in orders}) == 6
    assert orders == [order_of("xyz", picture, turn) for picture in range(6) for turn in range(5)]


def test_all_read_a_picture_before_the_next_one_comes(found):
    log = []
    readers = {name: Reader(name, log) for name in "xy"}
    records = read_in_turn(readers, found, rounds=2)
    assert log[:2] == [("x", "a.png"), ("y", "a.png")], "to warm up"
    assert [name for name, _ in log[2:]] == [
        name for turn in range(2) for picture in range(2) for name in order_of("xy", picture, turn)
    ]
    assert [picture for _, picture in log[2:]] == [*["a.png"] * 2, *["b.png"] * 2] * 2
    assert set(records["x"].seconds) == {("a.png", 0), ("b.png", 0), ("a.png", 1), ("b.png", 1)}
    assert records["x"].peak_mb == 2


def test_a_reader_that_fails_is_left_out_and_says_why(found):
    log = []
    records = read_in_turn({"x": Reader("x", log), "y": Reader("y", log, fails_at="b.png")}, found, rounds=2)
    assert records["y"].failed == "b.png: out of ink"
    assert log.count(("y", "b.png")) == 1 and not records["x"].failed


def test_a_result_tells_times_and_errors():
    ours = Record({("a", 0): 1.0, ("b", 0): 3.0}, {"a": "one", "b": "two"}, 100)
    other = Record({("a", 0): 2.0, ("b", 0): 6.0}, {"a": "one", "b": "tin"}, 50)
    result = result_of(other, ours, {"a": "one", "b": "two"})
    assert (result.seconds, result.images_a_second, result.ratio, result.peak_mb) == (4.0, 0.25, 2.0, 50)
    assert (result.f1, result.cer) == (0.5, pytest.approx(1 / 3))


@pytest.mark.parametrize(
    ("cores", "splits"), [(1, [(1, 1)]), (2, [(1, 2), (2, 1)]), (4, [(1, 4), (2, 2), (4, 1)]), (3, [(1, 3), (3, 1)])]
)
def test_the_splits_are_the_even_ones_and_the_default(monkeypatch, cores, splits):
    monkeypatch.setattr("bench.split.usable_memory", lambda: 16 << 30)
    assert splits_of(cores) == splits and default_split(cores) in splits


def test_a_team_reads_each_picture_once(found):
    log = []
    assert share_out([Reader("x", log), Reader("y", log)], found) > 0
    assert sorted(picture for _, picture in log) == ["a.png", "b.png"]


def test_a_team_whose_member_fails_says_so(found):
    with pytest.raises(ReaderFailed, match="out of ink"):
        share_out([Reader("x", [], fails_at="a.png")], found)

"""Two versions read the same files in turn, and their CPU times are compared page by page."""

import json

import pytest

from bench.__main__ import main
from bench.in_turn import OTHER, THIS, PageTime, compare, read_in_turn
from bench.readers.process import REPOSITORY, Answer
from tests.support.pdfs import pdf_of, two_columns


class FakeReader:
    """Answers with the same pages for each file."""

    def __init__(self, *pages):
        self.pages = pages

    def read(self, path):
        return Answer(1.0, json.dumps(self.pages))


def times(this, other):
    return {THIS: [PageTime(cpu, False, "a") for cpu in this], OTHER: [PageTime(cpu, False, "b") for cpu in other]}


def test_ratio_compares_the_least_times_of_each_page():
    result = compare([times([3.0, 1.0], [2.0, 4.0]), times([5.0, 6.0], [2.0, 9.0])])
    assert result.cpu == {THIS: 3.0, OTHER: 2.0}
    assert result.ratio == 1.5
    assert result.pairs == pytest.approx((2 / 3 + 1.5) / 2)


def test_pages_with_the_same_result_are_counted():
    same = {THIS: [PageTime(1.0, False, "a")], OTHER: [PageTime(1.0, False, "a")]}
    assert compare([same, times([1.0], [1.0])]).same == 1


def test_first_round_is_not_counted(tmp_path):
    readers = {THIS: FakeReader([0.5, True, "a"], [0.1, False, "b"]), OTHER: FakeReader([0.2, False, "a"])}
    first, second = read_in_turn(readers, [tmp_path / "a.pdf"], rounds=3)
    assert first == {THIS: [(0.5, True, "a")] * 3, OTHER: [(0.2, False, "a")] * 3}
    assert len(second[THIS]) == 3


@pytest.mark.parametrize(("options", "same"), [((), 1), (("--other-layout", "off"), 0), (("--layout", "off"), 0)])
def test_same_version_has_the_same_results_with_the_same_options(tmp_path, capsys, options, same):
    (tmp_path / "a.pdf").write_bytes(pdf_of(two_columns))
    assert main(["in_turn", str(REPOSITORY), str(tmp_path), "--rounds", "1", *options]) == 0
    assert f"{same} with the same result" in capsys.readouterr().out


def test_folder_without_files_is_reported(tmp_path, capsys):
    assert main(["in_turn", str(REPOSITORY), str(tmp_path)]) == 2
    assert "No PDF or picture" in capsys.readouterr().err

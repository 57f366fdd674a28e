"""The score of an input with a known fault."""

import pytest

from bench.faults.expected import EXPECTED, Expected
from bench.faults.score import Fault, complaints, find_faults, score


@pytest.mark.parametrize(
    ("expected", "text", "warnings", "count"),
    [
        (Expected(("Total 5", "paid")), "Total\n5\npaid", (), 0),
        (Expected(("Total 5", "paid")), "5 Total", (), 2),
        (Expected(absent=("3",)), "room 33, 3rd", (), 0),
        (Expected(absent=("3",)), "room 3", (), 1),
        (Expected(once=("Heading",)), "Heading Heading", (), 1),
        (Expected(warnings=("hidden_text",)), "", (), 1),
        (Expected(warnings=("hidden_text",)), "", ("hidden_text",), 0),
    ],
)
def test_complaints(expected, text, warnings, count):
    assert len(list(complaints(expected, text, warnings))) == count


def test_the_score_of_a_picture_is_the_share_of_its_words(tmp_path):
    fault = Fault(tmp_path / "a.png", "K06", "", {}, "one two two three")
    assert score(fault, "two one") == 0.5
    assert score(fault, "two\ntwo one three four") == 1


def test_descriptions_give_kind_options_and_truth(tmp_path):
    (tmp_path / "a.md").write_text("# a.png\n\nKind: K13 letters\n\nRequest: POST /x, options {'lang': 'vi'}\n")
    (tmp_path / "a.png").write_bytes(b"")
    (tmp_path / "a.png.truth").write_text("Hi")
    assert find_faults(tmp_path) == [Fault(tmp_path / "a.png", "K13", "letters", {"lang": "vi"}, "Hi")]


def test_every_pdf_has_an_expectation(shared_data):
    names = {fault.path.name for fault in find_faults(shared_data / "faults") if fault.truth is None}
    assert names == set(EXPECTED)

"""The causes of a character error rate."""

import pytest

from bench.best_order import causes

EXPECTED = "the first line of a page\nthen the second one\nand a third"
LINES = EXPECTED.splitlines()


def test_lines_in_another_order_are_errors_of_order_alone() -> None:
    result = causes(EXPECTED, " ".join(LINES[::-1]), LINES[::-1])
    assert result.order > 0.5
    assert result.best == 0


def test_equal_lines_are_each_put_in_a_place_of_their_own() -> None:
    lines = ["13 A", "14 B", "13 A", "14 B"]
    assert causes("13 A 13 A 14 B 14 B", " ".join(lines), lines).best == 0


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("the first lime of a page\nthen the second one\nand a third", "letters"),
        ("the first line of a page\nZZZZZ 98765\nthen the second one\nand a third", "extra"),
        ("the first line of a page\nand a third", "missing"),
    ],
)
def test_each_error_has_its_cause(text: str, cause: str) -> None:
    result = causes(EXPECTED, text, text.splitlines())
    others = {"letters", "extra", "missing", "order"} - {cause}
    assert getattr(result, cause) > 0
    assert max(getattr(result, other) for other in others) < 0.05

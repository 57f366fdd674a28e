"""Options in JSON and in forms."""

import pytest

from controllers.compat import ignored, options
from services.errors import InvalidOption


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, True), (False, False), ("false", False), (["0"], False), (["false", "true"], True), (1, True)],
)
def test_flags(value, expected):
    assert options.flag({"a": value}, "a", default=True) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, []), ("md", ["md"]), (["md", "json"], ["md", "json"]), (['["md"]'], ["md"]), (3, [3])],
)
def test_lists(value, expected):
    assert options.many({"a": value}, "a") == expected


@pytest.mark.parametrize(
    "read",
    [
        lambda: options.flag({"a": "maybe"}, "a"),
        lambda: options.text({"a": 3}, "a"),
        lambda: options.choice({"a": "c"}, "a", ("b",)),
        lambda: options.many({"a": "[1"}, "a"),
        lambda: options.whole_numbers({"a": ["x"]}, "a"),
        lambda: options.whole_numbers({"a": [{}]}, "a"),
    ],
)
def test_unusable_values_are_rejected_by_name(read):
    with pytest.raises(InvalidOption, match="`a`"):
        read()


def test_options_that_ask_for_what_happens_anyway_are_not_reported(monkeypatch):
    noted = []
    monkeypatch.setattr(ignored, "ignore", noted.append)
    given = {"used": 1, "same": ["TRUE"], "other": "x", "absent": None, "differs": "no"}
    options.note_others(given, ("used",), {"same": True, "differs": True})
    assert noted == ["other", "differs"]

"""The judgement of olmOCR-bench's unit tests."""

import pytest

from bench.unit_tests import ends_of, passes

TABLE = {
    "kind": "table",
    "text": "",
    "rows_count": 3,
    "columns_count": 2,
    "cells": [
        {"row": 0, "column": 0, "rowspan": 1, "colspan": 2, "text": "Year ended"},
        {"row": 1, "column": 0, "rowspan": 1, "colspan": 1, "text": "Costs"},
        {"row": 1, "column": 1, "rowspan": 1, "colspan": 1, "text": "680"},
        {"row": 2, "column": 1, "rowspan": 1, "colspan": 1, "text": "1,136"},
    ],
}
PAGE = {
    "lines": [],
    "blocks": [
        {"kind": "page_header", "text": "Annals 12"},
        {"kind": "paragraph", "text": "“First” part, then"},
        {"kind": "paragraph", "text": "the last."},
        TABLE,
    ],
}


@pytest.mark.parametrize(
    ("test", "result"),
    [
        ({"type": "present", "text": '"First" part'}, True),
        ({"type": "present", "text": "then the last."}, True),
        ({"type": "present", "text": "first PART", "case_sensitive": False}, False),
        ({"type": "present", "text": "last", "first_n": 10}, False),
        ({"type": "present", "text": "First pant", "max_diffs": 2}, True),
        ({"type": "absent", "text": "Annals"}, True),
        ({"type": "absent", "text": "last"}, False),
        ({"type": "order", "before": "First", "after": "last"}, True),
        ({"type": "order", "before": "last", "after": "First"}, False),
        ({"type": "order", "before": "missing", "after": "last"}, False),
        ({"type": "table", "cell": "680", "left": "Costs", "down": "1,136"}, True),
        ({"type": "table", "cell": "1,136", "top_heading": "Year ended"}, True),
        ({"type": "table", "cell": "680", "up": "1,136"}, False),
        ({"type": "table", "cell": "681"}, False),
    ],
)
def test_judgements(test, result):
    assert passes(test, PAGE) is result


def test_tables_without_cells_are_compared_by_row():
    lines = [{"text": text} for text in ("Costs", "680")]
    page = {"lines": lines, "blocks": [{"kind": "table", "text": "", "rows": [[0, 1]]}]}
    assert passes({"type": "table", "cell": "680", "left": "Costs"}, page)


def test_ends_of_texts_with_edits():
    assert ends_of("abc", "xabcx", 0) == [4]
    assert 4 in ends_of("abd", "xabcx", 1) and not ends_of("zzzz", "xabcx", 1)

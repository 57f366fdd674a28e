import pytest

from services.ocr_service.continued_tables import ContinuedTables


def block(kind="table", y=(100, 900), x=(50, 550), columns=3, lines=9):
    bbox = [[x[0], y[0]], [x[1], y[0]], [x[1], y[1]], [x[0], y[1]]]
    table = {"cells": [], "columns_count": columns, "continued": False} if kind == "table" else {}
    return {"kind": kind, "bbox": bbox, "lines": list(range(lines)), **table}


def page(*blocks):
    return {"width": 600, "height": 1000, "blocks": list(blocks)}


def marked(*pages):
    tables = ContinuedTables()
    for one in pages:
        tables.mark(one)
    return [[found.get("continued") for found in one["blocks"]] for one in pages]


def test_a_table_at_the_top_continues_the_one_at_the_end_of_the_page_before():
    assert marked(page(block("paragraph"), block()), page(block(), block())) == [[None, False], [True, False]]


def test_headers_footers_and_page_numbers_may_stand_between():
    footer, number = block("page_footer", (950, 960)), block("paragraph", (970, 980), lines=1)
    header = block("page_header", (20, 30))
    assert marked(page(block(), footer, number), page(header, block()))[1] == [None, True]


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(page(block("paragraph", lines=4), block()), id="text-between"),
        pytest.param(page(block(columns=4)), id="other-columns"),
        pytest.param(page(block(x=(50, 400))), id="other-width"),
        pytest.param(page(), id="empty-page"),
    ],
)
def test_other_tables_do_not_continue(second):
    first_marks, second_marks = marked(page(block()), second)
    assert not any(first_marks) and not any(second_marks)


def test_a_page_without_blocks_ends_a_table():
    failed = {"width": None, "height": None, "blocks": []}
    assert marked(page(block()), failed, page(block())) == [[False], [], [False]]

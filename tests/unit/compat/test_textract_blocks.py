"""Results as the blocks of Amazon Textract."""

import pytest

from controllers.compat.textract_blocks import response
from tests.support.compat_results import box, document, failed, line, page, picture


def of_type(answer, kind):
    return [block for block in answer["Blocks"] if block["BlockType"] == kind]


def children(answer, block, kind="CHILD"):
    by_id = {each["Id"]: each for each in answer["Blocks"]}
    return [by_id[key] for each in block.get("Relationships", []) if each["Type"] == kind for key in each["Ids"]]


def cell(row, column, lines, rowspan=1, colspan=1, header=False):
    area = box(100 * column, 100 * row, 100 * (column + colspan), 100 * (row + rowspan))
    where = {"row": row, "column": column, "rowspan": rowspan, "colspan": colspan}
    return {**where, "text": "", "bbox": area, "is_header": header, "lines": lines}


@pytest.fixture
def table_page():
    lines = [line(text, 0, 100 * row, 90, 100 * row + 20) for row, text in enumerate(("Item price", "Tea", "Milk"))]
    cells = [cell(0, 0, [0], colspan=2, header=True), cell(1, 0, [1]), cell(1, 1, [2])]
    region = {"kind": "table", "bbox": box(0, 0, 200, 200), "confidence": 0.8, "lines": [0, 1, 2], "cells": cells}
    return page(*lines, blocks=[region])


def test_a_page_has_lines_and_lines_have_words():
    answer = response(picture(page(line("Hello world", 100, 80, 300, 120), line("again", 100, 200, 200, 240))))
    (first,) = of_type(answer, "PAGE")
    assert answer["DocumentMetadata"] == {"Pages": 1}
    assert [block["Text"] for block in children(answer, first)] == ["Hello world", "again"]
    assert [block["Text"] for block in children(answer, children(answer, first)[0])] == ["Hello", "world"]
    assert len({block["Id"] for block in answer["Blocks"]}) == len(answer["Blocks"])


def test_geometry_is_a_share_of_the_page_and_confidence_a_percentage():
    answer = response(picture(page(line("Hello", 100, 80, 300, 120, confidence=0.75))))
    (found,) = of_type(answer, "LINE")
    assert found["Confidence"] == 75
    assert found["Geometry"]["BoundingBox"] == pytest.approx({"Left": 0.1, "Top": 0.1, "Width": 0.2, "Height": 0.05})
    assert found["Geometry"]["Polygon"][2] == pytest.approx({"X": 0.3, "Y": 0.15})


def test_positions_of_a_turned_page_are_those_on_the_page_as_sent():
    answer = response(picture(page(line("up", 10, 20, 60, 40), width=200, height=300, orientation=90)))
    (found,) = of_type(answer, "LINE")
    assert found["Geometry"]["Polygon"][0] == pytest.approx({"X": 20 / 300, "Y": 190 / 200})
    assert found["Geometry"]["RotationAngle"] == -90


def test_pages_count_from_one_and_a_failed_page_has_no_lines():
    answer = response(document(page(line("one", 0, 0, 10, 10)), failed(2), page(line("three", 0, 0, 9, 9), number=3)))
    assert [block["Page"] for block in of_type(answer, "PAGE")] == [1, 2, 3]
    assert [(block["Page"], block["Text"]) for block in of_type(answer, "LINE")] == [(1, "one"), (3, "three")]


def test_tables_and_layout_only_if_wanted(table_page):
    kinds = {block["BlockType"] for block in response(picture(table_page))["Blocks"]}
    assert kinds == {"PAGE", "LINE", "WORD"}


def test_a_cell_that_spans_others_is_one_merged_cell_of_single_places(table_page):
    answer = response(picture(table_page), ["TABLES"])
    (table,) = of_type(answer, "TABLE")
    cells = children(answer, table)
    assert [(each["RowIndex"], each["ColumnIndex"]) for each in cells] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert {each["ColumnSpan"] for each in cells} == {1}
    (merged,) = children(answer, table, "MERGED_CELL")
    assert merged["ColumnSpan"] == 2 and merged["EntityTypes"] == ["COLUMN_HEADER"]
    assert children(answer, merged) == cells[:2]
    texts = [[word["Text"] for word in children(answer, each)] for each in cells]
    assert texts == [["Item", "price"], [], ["Tea"], ["Milk"]]
    assert table["Id"] in of_type(answer, "PAGE")[0]["Relationships"][0]["Ids"]


def test_layout_has_lists_of_items():
    lines = [line(text, 0, 10 * top, 90, 10 * top + 8) for top, text in enumerate(("Title", "a", "b", "Text"))]
    kinds = ("title", "list_item", "list_item", "paragraph")
    blocks = [
        {"kind": kind, "bbox": lines[index]["bbox"], "confidence": 0.9, "lines": [index]}
        for index, kind in enumerate(kinds)
    ]
    answer = response(picture(page(*lines, blocks=blocks)), ["LAYOUT"])
    (whole,) = of_type(answer, "LAYOUT_LIST")
    assert [children(answer, item)[0]["Text"] for item in children(answer, whole)] == ["a", "b"]
    assert children(answer, of_type(answer, "LAYOUT_TITLE")[0])[0]["Text"] == "Title"
    on_page = [block["BlockType"] for block in children(answer, of_type(answer, "PAGE")[0])]
    assert on_page == ["LINE"] * 4 + ["LAYOUT_TITLE", "LAYOUT_LIST", "LAYOUT_TEXT"]

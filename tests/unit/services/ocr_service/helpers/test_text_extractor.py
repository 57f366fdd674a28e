"""Pages of a result document."""

from itertools import chain

import pytest

from paddleocr_service import EngineInfo, Recognition
from paddleocr_service.reading_order import page_text, reading_order
from paddleocr_service.results import Block, Cell, Line
from services.ocr_service.helpers.text_extractor import page_of


def line(text, x, y, width=200):
    return Line(text, 0.9, ((x, y), (x + width, y), (x + width, y + 20), (x, y + 20)))


def page(*lines):
    blocks = reading_order(lines, 600, 800)
    in_order = tuple(chain.from_iterable(block.lines for block in blocks))
    return page_of(Recognition(600, 800, in_order, page_text(blocks), "en", EngineInfo("e", "r", ()), blocks), 1)


BILL = [line(f"{name} {row}", x, 300 + 26 * row, 80) for row in range(4) for name, x in (("Item", 0), ("Price", 400))]


def test_blocks_refer_to_lines_by_index():
    found = page(line("One", 0, 0), line("two", 0, 26), *BILL)
    paragraph, table = found["blocks"]
    assert paragraph == {
        "kind": "paragraph",
        "bbox": [[0.0, 0.0], [200.0, 0.0], [200.0, 46.0], [0.0, 46.0]],
        "text": "One\ntwo",
        "lines": [0, 1],
        "confidence": 1.0,
    }
    assert (table["kind"], table["lines"]) == ("table", list(range(2, 10)))
    assert [[found["lines"][at]["text"] for at in row] for row in table["rows"]] == [
        [f"Item {row}", f"Price {row}"] for row in range(4)
    ]
    assert found["text"] == "\n\n".join(block["text"] for block in found["blocks"])


def test_blocks_have_the_fields_of_their_kind():
    box = (0.0, 0.0, 400.0, 40.0)
    rows = tuple((line(f"a{row}", 0, 20 * row), line(f"b{row}", 200, 20 * row)) for row in range(2))
    cells = tuple(
        Cell(row, column, box, f"{'ab'[column]}{row}", is_header=row == 0, lines=(2 * row + column,))
        for row in range(2)
        for column in range(2)
    )
    blocks = (
        Block("heading", ((line("Results", 0, 0),),), box, level=2),
        Block("list_item", ((line("• one", 0, 0),),), box, marker="•"),
        Block("figure", (), box, 0.7),
        Block("table", rows, box, cells=cells, continued=True),
        Block("paragraph", ((line("exam-", 0, 0),), (line("ple", 0, 20),)), box, joined="example"),
    )
    lines = tuple(chain.from_iterable(block.lines for block in blocks))
    found = page_of(Recognition(600, 800, lines, page_text(blocks), "en", EngineInfo("e", "r", ()), blocks), 1)
    heading, item, figure, table, paragraph = found["blocks"]
    assert (heading["level"], item["marker"]) == (2, "•")
    assert (figure["lines"], figure["text"], figure["confidence"]) == ([], "", 0.7)
    assert (table["rows_count"], table["columns_count"], table["continued"]) == (2, 2, True)
    assert [found["lines"][cell["lines"][0]]["text"] for cell in table["cells"]] == ["a0", "b0", "a1", "b1"]
    assert [cell["is_header"] for cell in table["cells"]] == [True, True, False, False]
    assert paragraph["text"] == "example"
    assert found["text"] == "Results\n\n• one\n\na0 b0\na1 b1\n\nexam-\nple", "the text keeps its lines"
    assert not {"level", "marker", "rows", "continued", "cells"} & paragraph.keys()


def test_a_page_without_text_has_no_blocks():
    assert (page()["lines"], page()["blocks"]) == ([], [])


@pytest.mark.parametrize("value", [0.0, 0.05, 0.15, 0.25, 2.675, 100.05, 1234.45, 1234.449999999, 2480.95, 3507.999, 7])
def test_positions_are_rounded_as_python_does(value):
    polygon = ((value, 0.0), (9000.0, 0.0), (9000.0, value + 1), (value, value + 1))
    (found,) = page(Line("text", 1.0, polygon))["lines"]
    x0, y1 = round(float(value), 1), round(value + 1.0, 1)
    assert found["bbox"] == [[x0, 0.0], [9000.0, 0.0], [9000.0, y1], [x0, y1]]

"""Pages of a result document."""

from itertools import chain

from paddleocr_service import EngineInfo, Recognition
from paddleocr_service.reading_order import page_text, reading_order
from paddleocr_service.results import Line
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
        "kind": "text",
        "bbox": [[0.0, 0.0], [200.0, 0.0], [200.0, 46.0], [0.0, 46.0]],
        "text": "One\ntwo",
        "lines": [0, 1],
    }
    assert (table["kind"], table["lines"]) == ("table", list(range(2, 10)))
    assert [[found["lines"][at]["text"] for at in row] for row in table["rows"]] == [
        [f"Item {row}", f"Price {row}"] for row in range(4)
    ]
    assert found["text"] == "\n\n".join(block["text"] for block in found["blocks"])


def test_a_page_without_text_has_no_blocks():
    assert (page()["lines"], page()["blocks"]) == ([], [])

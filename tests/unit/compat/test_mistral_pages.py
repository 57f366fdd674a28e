"""Pages as Mistral's OCR returns them."""

import pytest

from controllers.compat.mistral_pages import PageOptions, mistral_page
from tests.support.results import block, line, page, rectangle, table


def converted(read, dpi=0, **options):
    return mistral_page(read, dpi, PageOptions(**options))


PARTS = page(
    [line("Report"), line("All is well", 1, words=True, confidence=0.9)],
    [
        {**block("page_header", "ACME"), "bbox": rectangle(0, 0, 90, 20)},
        block("title", "Report", [0]),
        block("paragraph", "All is well", [1]),
        table([["Part", "Price"], ["Bolt", "1.20"]]),
        {**block("page_number", "7"), "bbox": rectangle(0, 780, 90, 800)},
    ],
    number=3,
)
TABLE = "| Part | Price |\n| --- | --- |\n| Bolt | 1.20 |"


def test_a_page_counts_from_0_and_contains_everything():
    found = converted(PARTS, 300)
    assert found["index"] == 2
    assert found["markdown"] == f"ACME\n\n# Report\n\nAll is well\n\n{TABLE}\n\n7"
    assert found["dimensions"] == {"dpi": 300, "width": 600, "height": 800}
    assert (found["images"], found["tables"]) == ([], [])
    assert not {"header", "footer", "blocks", "confidence_scores"} & found.keys()


def test_headers_and_footers_can_be_taken_out():
    found = converted(PARTS, header=True, footer=True)
    assert found["markdown"] == f"# Report\n\nAll is well\n\n{TABLE}"
    assert (found["header"], found["footer"]) == ("ACME", "7")
    assert converted(PARTS, header=True)["markdown"].endswith("7")


@pytest.mark.parametrize(("table_format", "name"), [("markdown", "tbl-0.md"), ("html", "tbl-0.html")])
def test_tables_can_be_taken_out(table_format, name):
    found = converted(PARTS, table_format=table_format, blocks=True)
    assert f"[{name}]({name})" in found["markdown"] and "Bolt" not in found["markdown"]
    ((one),) = found["tables"]
    assert (one["id"], one["format"]) == (name, table_format)
    assert one["content"] == TABLE if table_format == "markdown" else "<td>Bolt</td>" in one["content"]
    (named,) = (each for each in found["blocks"] if each["type"] == "table")
    assert (named["table_id"], named["content"]) == (name, one["content"])


def test_blocks_have_types_and_positions():
    found = converted(PARTS, blocks=True)["blocks"]
    assert [each["type"] for each in found] == ["header", "title", "text", "table", "footer"]
    assert found[0] == {
        "type": "header",
        "content": "ACME",
        "top_left_x": 0,
        "top_left_y": 0,
        "bottom_right_x": 90,
        "bottom_right_y": 20,
    }


def test_positions_on_a_turned_page_are_those_of_the_file():
    upright = {**block("paragraph", "text"), "bbox": rectangle(500, 40, 580, 340)}
    found = converted(page([line("text")], [upright], width=600, height=400, orientation=90), blocks=True)
    assert found["dimensions"] == {"dpi": 72, "width": 400, "height": 600}
    (one,) = found["blocks"]
    edges = [one[f"{corner}_{axis}"] for corner in ("top_left", "bottom_right") for axis in "xy"]
    assert edges == [40, 20, 340, 100]


@pytest.mark.parametrize("granularity", ["page", "word", "block"])
def test_confidences(granularity):
    found = converted(PARTS, granularity=granularity, blocks=True)
    scores = found["confidence_scores"]
    assert scores["average_page_confidence_score"] == pytest.approx(0.9435)
    assert scores["minimum_page_confidence_score"] == 0.9
    for word in scores.get("word_confidence_scores", ()):
        assert found["markdown"][word["start_index"] :].startswith(word["text"])
    words = [word["text"] for word in scores.get("word_confidence_scores", ())]
    assert words == (["Report", "All", "is", "well"] if granularity == "word" else [])
    text = found["blocks"][2]
    assert (text.get("confidence_scores") or {}).get("minimum_content_confidence_score") == (
        0.9 if granularity == "block" else None
    )


def test_text_that_looks_like_markup_is_escaped():
    found = converted(page([line("# not a heading <b>")], [block("paragraph", "# not a heading <b>")]))
    assert found["markdown"] == "\\# not a heading &lt;b>"


@pytest.mark.parametrize("read", [page([line("a line")]), page([], success=False, width=None, height=None)])
def test_pages_without_blocks(read):
    found = converted(read, blocks=True, granularity="word", table_format="html", header=True)
    assert found["markdown"] == read["text"]
    assert [each["content"] for each in found["blocks"]] == ([read["text"]] if read["text"] else [])

"""Results as PaddleX's server returns them."""

import pytest

from controllers.compat.paddlex_pages import (
    Settings,
    blocks_and_lines_of,
    data_info,
    lines_of,
    markdown_text,
    scale_of,
)
from tests.support.results import block, document, line, page, rectangle, table

AS_IN_FILE = Settings(upright=False)


def test_lines_are_parallel_lists():
    found = lines_of(page([line("one"), line("two", 1)]), 1.0, Settings())
    assert found["rec_texts"] == ["one", "two"] and found["rec_scores"] == [0.987, 0.987]
    assert found["rec_polys"][0] == [[10, 20], [510, 20], [510, 40], [10, 40]] == found["dt_polys"][0]
    assert found["rec_boxes"] == [[10, 20, 510, 40], [10, 50, 510, 70]]
    assert "text_word" not in found


def test_words_have_boxes_if_wanted():
    found = lines_of(page([line("one two", words=True), line("three", 1)]), 1.0, Settings(words=True))
    assert found["text_word"] == [["one", "two"], ["three"]]
    assert found["text_word_boxes"] == [[[10, 20, 250, 40], [260, 20, 500, 40]], [[10, 50, 510, 70]]]


def test_positions_on_a_pdf_are_at_144_dpi():
    result = {**document(page([line("one")], width=2550, height=3300)), "processing_dpi": 300}
    scale = scale_of(result)
    assert data_info(result) == {"numPages": 1, "pages": [{"width": 1224, "height": 1584}], "type": "pdf"}
    assert lines_of(result["pages"][0], scale, AS_IN_FILE)["rec_boxes"] == [[5, 10, 245, 19]]


def test_kinds_of_files():
    one, two = (document(*(page([], number=number + 1) for number in range(count))) for count in (1, 2))
    assert data_info(one) == {"width": 600, "height": 800, "type": "image"}
    assert (data_info(two)["type"], data_info(two)["numPages"]) == ("tiff", 2)


@pytest.mark.parametrize(
    ("upright", "box", "size"),
    [(True, [500, 40, 580, 340], (600, 400)), (False, [40, 20, 340, 100], (400, 600))],
)
def test_positions_on_a_turned_page(upright, box, size):
    read = page([{**line("text"), "bbox": rectangle(500, 40, 580, 340)}], width=600, height=400, orientation=90)
    found = blocks_and_lines_of(read, 1.0, Settings(upright))
    assert found["overall_ocr_res"]["rec_boxes"] == [box]
    assert (found["width"], found["height"]) == size
    assert found.get("doc_preprocessor_res", {}).get("angle") == (270 if upright else None)


def test_blocks_have_labels_and_contents():
    blocks = [
        *(block("title", "Report"), block("heading", "Results"), block("paragraph", "text")),
        *(table([["Part", "Price"], ["Bolt", "1.20"]]), block("page_number", "7")),
    ]
    found = blocks_and_lines_of(page([line("x")], blocks), 1.0, AS_IN_FILE)["parsing_res_list"]
    labels = [each["block_label"] for each in found]
    assert labels == ["doc_title", "paragraph_title", "text", "table", "number"]
    assert found[0]["block_bbox"] == [10, 20, 510, 700] and found[0]["block_content"] == "Report"
    assert found[3]["block_content"].startswith("<table>") and "<td>Bolt</td>" in found[3]["block_content"]


@pytest.mark.parametrize(
    ("left_out", "expected"), [(None, "text"), ([], "text\n\n7"), (["text"], "7"), (["text", "number"], "")]
)
def test_markdown_leaves_out_labels(left_out, expected):
    read = page([line("x")], [block("paragraph", "text"), block("page_number", "7")])
    assert markdown_text(read, Settings(left_out=left_out)) == expected


def test_a_failed_page_has_no_lines():
    failed = page([], success=False, width=None, height=None, orientation=None)
    assert lines_of(failed, 1.0, Settings())["rec_texts"] == []
    assert data_info(document(failed)) == {"width": 0, "height": 0, "type": "image"}

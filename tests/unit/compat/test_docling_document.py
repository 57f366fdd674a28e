"""Results as DoclingDocuments. `make compat-check` reads them with docling-core itself."""

import json

import pytest

from controllers.compat.docling_document import docling_document
from tests.support.results import block, document, line, page, rectangle, table


def converted(*pages, dpi=None, filename="report.final.pdf"):
    result = {**document(*pages), "filename": filename, **({"processing_dpi": dpi} if dpi else {})}
    return docling_document(result, "pdf" if dpi else "image", 7)


def resolved(found, pointer):
    """The item that a JSON pointer names."""
    node = found
    for part in pointer.removeprefix("#/").split("/"):
        node = node[int(part)] if isinstance(node, list) else node[part]
    return node


def in_order(found, pointer="#/body"):
    for child in resolved(found, pointer)["children"]:
        item = resolved(found, child["$ref"])
        assert item["self_ref"] == child["$ref"] and item["parent"] == {"$ref": pointer}
        if child["$ref"].startswith("#/groups"):
            yield from in_order(found, child["$ref"])
        else:
            yield item


def test_blocks_become_items_in_reading_order():
    blocks = [
        block("page_header", "ACME"),
        block("title", "Report"),
        block("heading", "Results", level=2),
        block("paragraph", "All is well."),
        block("list_item", "1. one", marker="1."),
        block("list_item", "2. two", marker="2."),
        block("footnote", "a note"),
        block("page_number", "3"),
    ]
    found = converted(page([line("x")], blocks))
    labels = [(item["label"], item["text"], item["content_layer"]) for item in in_order(found)]
    assert labels == [
        ("page_header", "ACME", "furniture"),
        ("title", "Report", "body"),
        ("section_header", "Results", "body"),
        ("text", "All is well.", "body"),
        ("list_item", "one", "body"),
        ("list_item", "two", "body"),
        ("footnote", "a note", "body"),
        ("page_footer", "3", "furniture"),
    ]
    assert [item["level"] for item in found["texts"] if "level" in item] == [1]
    (group,) = found["groups"]
    assert group["label"] == "list" and [item["enumerated"] for item in in_order(found, "#/groups/0")] == [True, True]
    assert (found["name"], found["origin"]["filename"]) == ("report.final", "report.final.pdf")
    json.dumps(found)


def test_lists_on_two_pages_are_two_groups():
    pages = [page([line("x")], [block("list_item", "- a", marker="-")], number) for number in (1, 2)]
    found = converted(*pages)
    assert len(found["groups"]) == 2
    assert [item["prov"][0]["page_no"] for item in found["texts"]] == [1, 2]


def test_tables_have_cells_with_their_places():
    cells = table([["Part", "Price"], ["Bolt", "1.20"]])
    cells["cells"][0].update(colspan=2)
    del cells["cells"][1]
    found = converted(page([line("x")], [cells]))
    (item,) = found["tables"]
    data = item["data"]
    assert (data["num_rows"], data["num_cols"], len(data["table_cells"])) == (2, 2, 3)
    head = data["table_cells"][0]
    assert (head["text"], head["col_span"], head["end_col_offset_idx"], head["column_header"]) == ("Part", 2, 2, True)
    assert head["bbox"] == {"l": 10, "t": 20, "r": 60, "b": 40, "coord_origin": "TOPLEFT"}


def test_positions_on_a_pdf_are_points_from_the_bottom():
    found = converted(page([line("x")], [block("paragraph", "text")], width=2550, height=3300), dpi=300)
    assert found["pages"]["1"]["size"] == {"width": 612, "height": 792}
    box = found["texts"][0]["prov"][0]["bbox"]
    assert box.pop("coord_origin") == "BOTTOMLEFT"
    assert box == pytest.approx({"l": 2.4, "t": 787.2, "r": 122.4, "b": 624})


def test_positions_on_a_turned_page_are_those_of_the_file():
    """A page of 400 x 600 that was turned clockwise by 90 degrees is 600 x 400 in the result."""
    upright = {**block("paragraph", "text"), "bbox": rectangle(500, 40, 580, 340)}
    found = converted(page([line("x")], [upright], width=600, height=400, orientation=90))
    assert found["pages"]["1"]["size"] == {"width": 400, "height": 600}
    box = found["texts"][0]["prov"][0]["bbox"]
    assert (box["l"], box["r"], 600 - box["t"], 600 - box["b"]) == (40, 340, 20, 100)


def test_a_figure_is_a_picture_and_keeps_its_text():
    found = converted(page([line("x")], [block("figure", "axis"), block("figure", "")]))
    assert len(found["pictures"]) == 2 and [item["text"] for item in found["texts"]] == ["axis"]


def test_pages_without_blocks_or_text():
    failed = page([], success=False, width=None, height=None, orientation=None)
    found = converted(page([line("only a line")]), {**failed, "page": 2})
    assert [item["text"] for item in found["texts"]] == ["only a line"]
    assert found["pages"]["2"]["size"] == {"width": 0, "height": 0}


@pytest.mark.parametrize(
    ("filename", "dpi", "expected"),
    [
        ("a.JPG", None, "image/jpeg"),
        ("a.webp", None, "image/png"),
        ("unnamed", None, "image/png"),
        ("a.jpg", 300, "application/pdf"),
    ],
)
def test_the_media_type_is_one_that_docling_knows(filename, dpi, expected):
    assert converted(page([line("x")]), dpi=dpi, filename=filename)["origin"]["mimetype"] == expected

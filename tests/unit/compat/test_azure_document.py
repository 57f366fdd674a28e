"""`analyzeResult`: the text, where each part of it is, and positions on the page as it was sent."""

import pytest
from wcwidth import iter_graphemes

from controllers.compat.azure_document import LAYOUT, READ, Wanted, analyze_result
from controllers.compat.azure_geometry import AzureFrame
from controllers.compat.azure_read import read_result
from controllers.compat.jobs import with_pages
from controllers.compat.text_spans import CODE_POINTS, INDEX_TYPES, TEXT_ELEMENTS, UTF16, Offsets

#: Characters of one and of several code points and code units: Latin, combining marks, emoji, flags, old scripts, CJK.
TEXTS = [
    "plain text",
    "na\u00efve cafe\u0301 Zu\u0308rich",
    "\U0001f600 family \U0001f468\u200d\U0001f469\u200d\U0001f467 end",
    "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7 flags",
    "\U00020000\U00020001 rare \u6f22\u5b57",
    "\U00010330\U00010331 gothic",
    "\u0939\u093f\u0928\u094d\u0926\u0940 \u0915\u094d\u0937",
    "\ud55c\uad6d\uc5b4 \u1112\u1161\u11ab",
    "\u05e9\u05c1\u05dc\u05d5\u05dd abc",
]


def box(x, y, width=100, height=20):
    return [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]


def line(text, y, words=True):
    result = {"text": text, "confidence": 0.9, "bbox": box(10, y), "script": "Latin"}
    if words:
        result["words"] = [
            {"text": word, "confidence": 0.8, "bbox": box(10 + 40 * number, y, 30)}
            for number, word in enumerate(text.split())
        ]
    return result


def block(kind, lines, first, **more):
    texts = [each["text"] for each in lines]
    indices = list(range(first, first + len(lines)))
    return {"kind": kind, "bbox": box(10, 10), "text": "\n".join(texts), "lines": indices, "confidence": 1.0, **more}


def page(*groups, number=1, **more):
    """groups: (kind, texts, further fields of the block)"""
    lines, blocks, texts = [], [], []
    for kind, group, fields in groups:
        added = [line(text, 40 * (len(lines) + at)) for at, text in enumerate(group)]
        blocks.append(block(kind, added, len(lines), **fields))
        lines += added
        texts.append("\n".join(group))
    common = {"page": number, "success": True, "source": "ocr", "fields": [], "warnings": [], "lang": "en"}
    size = {"width": 600, "height": 400, "orientation": 0}
    return {**common, **size, "text": "\n\n".join(texts), "lines": lines, "blocks": blocks, **more}


def document(*pages, **more):
    return {"pages": list(pages), "full_text": "\n\n".join(each["text"] for each in pages), **more}


def cut(content, span, index_type):
    """What a client takes out of the content."""
    start, end = span["offset"], span["offset"] + span["length"]
    if index_type == UTF16:
        return content.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")
    return "".join(list(iter_graphemes(content))[start:end]) if index_type == TEXT_ELEMENTS else content[start:end]


@pytest.fixture
def mixed():
    first = page(("title", TEXTS[:1], {}), ("paragraph", TEXTS[1:5], {}))
    return document(first, page(("paragraph", TEXTS[5:], {}), number=2))


@pytest.mark.parametrize("content_format", ["text", "markdown"])
@pytest.mark.parametrize("index_type", INDEX_TYPES)
def test_spans_cut_out_each_word_and_line(mixed, index_type, content_format):
    result = analyze_result(mixed, Wanted(index_type=index_type, content_format=content_format))
    assert (result["stringIndexType"], result["contentFormat"]) == (index_type, content_format)
    content = result["content"]
    pieces = [(word["content"], word["span"]) for each in result["pages"] for word in each["words"]]
    if content_format == "text":  # Markdown joins the lines of a paragraph as the block does
        assert content == mixed["full_text"]
        pieces += [(each["content"], each["spans"][0]) for one in result["pages"] for each in one["lines"]]
    assert len(pieces) > 15
    for text, span in pieces:
        assert cut(content, span, index_type) == text


def test_pages_have_their_part_of_the_content(mixed):
    result = analyze_result(mixed, Wanted(index_type=CODE_POINTS))
    texts = [cut(result["content"], each["spans"][0], CODE_POINTS) for each in result["pages"]]
    assert texts == [each["text"] for each in mixed["pages"]]
    assert [each["pageNumber"] for each in result["pages"]] == [1, 2]


@pytest.mark.parametrize("text", TEXTS)
def test_offsets_count_in_the_chosen_unit(text):
    whole = {kind: Offsets(text, kind).span(0, len(text))["length"] for kind in INDEX_TYPES}
    assert whole[CODE_POINTS] == len(text)
    assert whole[UTF16] == len(text.encode("utf-16-le")) // 2
    assert whole[TEXT_ELEMENTS] == len(list(iter_graphemes(text))) <= whole[CODE_POINTS]


def test_a_line_end_of_two_characters_is_one_text_element():
    assert Offsets("a\r\nb", TEXT_ELEMENTS).span(3, 4) == {"offset": 2, "length": 1}


def test_a_word_that_is_not_in_its_line_is_replaced_by_estimated_ones():
    odd = page(("paragraph", ["two words"], {}))
    odd["lines"][0]["words"][0]["text"] = "other"
    (found,) = analyze_result(document(odd), Wanted(index_type=CODE_POINTS))["pages"]
    assert [word["content"] for word in found["words"]] == ["two", "words"]
    assert [word["span"]["offset"] for word in found["words"]] == [0, 4]


def test_a_page_text_without_its_lines_is_replaced_by_them():
    odd = page(("paragraph", ["first", "second"], {}), text="something else")
    assert analyze_result(document(odd), Wanted())["content"] == "first\nsecond"


@pytest.mark.parametrize(
    ("orientation", "angle", "corner", "size"),
    [(0, 0, [10, 20], [600, 400]), (90, -90, [20, 590], [400, 600]), (180, 180, [590, 380], [600, 400]),
     (270, 90, [380, 10], [400, 600])],
)  # fmt: skip
def test_positions_are_those_of_the_page_as_sent(orientation, angle, corner, size):
    """The page was turned clockwise by `orientation` to make it upright. Its text began at (10, 20) then."""
    frame = AzureFrame.of({"width": 600, "height": 400, "orientation": orientation}, None)
    assert frame.polygon([[10, 20]]) == corner
    assert (frame.angle, list(frame.size), frame.unit) == (angle, size, "pixel")


def test_pages_of_a_pdf_are_measured_in_inches():
    frame = AzureFrame.of({"width": 2550, "height": 3300, "orientation": 0}, 300, 100_000_000)
    assert (frame.size, frame.unit) == ((8.5, 11.0), "inch")
    assert frame.polygon([[300, 150], [600, 150], [600, 225], [300, 225]]) == [1, 0.5, 2, 0.5, 2, 0.75, 1, 0.75]


def test_a_page_that_was_reduced_is_measured_in_pixels():
    """How many pixels an inch has is not known."""
    frame = AzureFrame.of({"width": 9990, "height": 10_000, "orientation": 0}, 300, 100_000_000)
    assert (frame.size, frame.unit) == ((9990, 10_000), "pixel")


def test_blocks_are_paragraphs_with_roles():
    kinds = ["page_header", "title", "heading", "paragraph", "list_item", "footnote", "page_footer", "page_number"]
    groups = [(kind, [f"text of a {kind}"], {}) for kind in kinds]
    result = analyze_result(document(page(*groups)), Wanted(index_type=CODE_POINTS))
    roles = [each.get("role") for each in result["paragraphs"]]
    assert roles == ["pageHeader", "title", "sectionHeading", None, None, "footnote", "pageFooter", "pageNumber"]
    for each in result["paragraphs"]:
        assert cut(result["content"], each["spans"][0], CODE_POINTS) == each["content"]
        assert each["boundingRegions"][0]["pageNumber"] == 1 and len(each["boundingRegions"][0]["polygon"]) == 8


def cell(row, column, text, lines, **more):
    usual = {"rowspan": 1, "colspan": 1, "bbox": box(10, 10), "is_header": row == 0}
    return {"row": row, "column": column, "text": text, "lines": lines, **usual, **more}


def table_page(**more):
    texts = ["Name", "Sum", "A*", "1", "B", "2"]
    cells = [cell(0, 0, "Name", [0]), cell(0, 1, "Sum", [1]), cell(1, 0, "A*", [2], **more), cell(1, 1, "1", [3])]
    cells += [cell(2, 0, "B", [4]), cell(2, 1, "2", [5])]
    if more:
        cells = [each for each in cells if (each["row"], each["column"]) != (2, 0)]
    return page(("paragraph", ["before"], {}), ("table", texts, {"cells": []})) | {"cells": cells}


def with_table(**more):
    found = table_page(**more)
    cells = found.pop("cells")
    for each in cells:
        each["lines"] = [index + 1 for index in each["lines"]]
    found["blocks"][1]["cells"] = cells
    return document(found)


@pytest.mark.parametrize("content_format", ["text", "markdown"])
@pytest.mark.parametrize("more", [{}, {"rowspan": 2}])
def test_tables_have_cells_with_their_places(content_format, more):
    result = analyze_result(with_table(**more), Wanted(LAYOUT, index_type=CODE_POINTS, content_format=content_format))
    (table,) = result["tables"]
    assert (table["rowCount"], table["columnCount"]) == (3, 2)
    assert [each["kind"] for each in table["cells"][:3]] == ["columnHeader", "columnHeader", "content"]
    assert table["cells"][2].get("rowSpan", 1) == more.get("rowspan", 1)
    for each in table["cells"]:
        text = cut(result["content"], each["spans"][0], CODE_POINTS)
        assert text.replace("\\", "") == each["content"]
        (reference,) = each["elements"]
        assert result["paragraphs"][int(reference.rpartition("/")[2])]["content"] == each["content"]
    assert ("<table>" in result["content"]) == (content_format == "markdown" and bool(more))


def test_the_read_model_has_no_tables():
    assert "tables" not in analyze_result(with_table(), Wanted(READ))


def test_a_table_of_which_only_rows_are_known_has_a_cell_for_each_line():
    found = page(("table", ["a", "b", "c"], {"rows": [[0, 1], [2]]}))
    (table,) = analyze_result(document(found), Wanted(LAYOUT))["tables"]
    assert [(each["rowIndex"], each["columnIndex"], each["content"]) for each in table["cells"]] == [
        (0, 0, "a"), (0, 1, "b"), (1, 0, "c"),
    ]  # fmt: skip


def test_markdown_has_comments_for_what_repeats_and_between_pages():
    first = page(("page_header", ["Annual --> report"], {}), ("title", ["Sums"], {}), ("list_item", ["- one"], {}))
    found = analyze_result(document(first, page(number=2)), Wanted(content_format="markdown", index_type=CODE_POINTS))
    header = '<!-- PageHeader="Annual --&gt; report" -->'
    assert found["content"] == f"{header}\n\n# Sums\n\n- \\- one\n\n<!-- PageBreak -->\n\n"


def test_words_that_markdown_escapes_or_joins_are_found_in_that_form():
    found = page(("paragraph", ["see note* on exam-", "ple [1]"], {"joined": True}))
    found["blocks"][0]["text"] = "see note* on example [1]"
    result = analyze_result(document(found), Wanted(content_format="markdown", index_type=CODE_POINTS))
    assert result["content"] == "see note\\* on example \\[1\\]"
    words = {word["content"]: cut(result["content"], word["span"], CODE_POINTS) for word in result["pages"][0]["words"]}
    assert words == {
        "see": "see", "note*": "note\\*", "on": "on", "exam-": "exam", "ple": "ple", "[1]": "\\[1\\]",
    }  # fmt: skip


def test_lines_of_no_block_are_in_the_markdown():
    found = page(("paragraph", ["in a block"], {}))
    found["lines"].append(line("alone", 300))
    result = analyze_result(document(found), Wanted(content_format="markdown"))
    assert result["content"] == "in a block\n\nalone"


def test_features_add_languages_and_barcodes():
    code = {"type": "barcode", "symbology": "DataBarExp", "number": "0123", "confidence": 1.0, "page": 1}
    found = document(page(("paragraph", ["text"], {}), lang="ch+hi"), documents=[{**code, "bbox": box(5, 5)}])
    plain = analyze_result(found, Wanted())
    assert "languages" not in plain and "barcodes" not in plain["pages"][0]
    result = analyze_result(found, Wanted(features=("barcodes", "languages")))
    assert [each["locale"] for each in result["languages"]] == ["zh-Hans", "hi"]
    (barcode,) = result["pages"][0]["barcodes"]
    assert (barcode["kind"], barcode["value"], barcode["polygon"][:2]) == ("DataBarExpanded", "0123", [5, 5])


def test_check_boxes_are_selection_marks():
    fields = [{"name": "a", "type": "checkbox", "value": value, "bbox": box(5, 5)} for value in (True, False)]
    fields.append({"name": "b", "type": "text", "value": "x", "bbox": box(5, 5)})
    (found,) = analyze_result(document(page(fields=fields)), Wanted())["pages"]
    assert [each["state"] for each in found["selectionMarks"]] == ["selected", "unselected"]


def test_a_page_that_failed_is_a_warning():
    failed = {"width": None, "height": None, "orientation": None, "lang": None, "success": False}
    error = {"code": "page_timeout", "title": "x", "detail": "too long"}
    result = analyze_result(document(page(), page(number=2, **failed, error=error)), Wanted())
    assert [(each["code"], each["target"]) for each in result["warnings"]] == [("page_timeout", "/pages/1")]


def test_the_older_interface_has_lines_with_words():
    found = with_pages({"text": "two words", "lines": [line("two words", 10)], "width": 60, "height": 40, "blocks": [],
                        "orientation": 180})  # fmt: skip
    (result,) = read_result(found)["readResults"]
    assert (result["page"], result["angle"], result["unit"], result["width"]) == (1, 180, "pixel", 60)
    (found_line,) = result["lines"]
    assert found_line["text"] == "two words" and [word["text"] for word in found_line["words"]] == ["two", "words"]
    assert found_line["boundingBox"][:2] == [50, 30]

"""Tables that continue on the next page, in the formats that show the whole document."""

import html5lib
import pytest
from markdown_it import MarkdownIt

from services.exports.joined_tables import joined_pages
from services.exports.result import Result
from tests.support.results import block, document, exported, page, paragraphs, table

HEAD = [["Name", "Price"]]


def part(*names, headings=True, continued=True):
    rows = [[name, "1"] for name in names]
    return table(HEAD + rows if headings else rows, is_header=headings, continued=continued)


def pages_of(*pages):
    """Of each page: the kinds of its blocks, and the first column of its tables."""
    found = joined_pages(Result.of(document(*pages)))
    return [[[row[0] for row in each.table.grid()] if each.table else each.kind for each in each] for _, each in found]


def three_pages(headings):
    footer = [block("page_footer", f"Page {number}", ()) for number in (1, 2, 3)]
    return document(
        page([], [block("heading", "Prices", (), level=2), part("tea", continued=False), footer[0]], 1),
        page([], [part("milk", headings=headings), footer[1]], 2),
        page([], [part("oil", headings=headings), block("paragraph", "The end.", ()), footer[2]], 3),
    )


@pytest.mark.parametrize("headings", [True, False])
@pytest.mark.parametrize("furniture", [True, False])
def test_markdown_has_one_table_with_its_headings_once(headings, furniture):
    text = exported("markdown", three_pages(headings), furniture=furniture).decode()
    assert "| Name | Price |\n| --- | --- |\n| tea | 1 |\n| milk | 1 |\n| oil | 1 |\n" in text
    assert text.count("Name") == 1 and ("Page 2" in text) == furniture
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    assert [token.type for token in tokens].count("table_open") == 1


@pytest.mark.parametrize("headings", [True, False])
def test_html_has_the_table_on_its_first_page(headings):
    html = exported("html", three_pages(headings), furniture=True).decode()
    sections = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html).findall(".//section")
    assert [[element.tag for element in section] for section in sections] == [
        ["h2", "table", "footer"],
        ["footer"],
        ["p", "footer"],
    ]
    assert [row[0].text for row in sections[0].findall(".//tr")] == ["Name", "tea", "milk", "oil"]
    assert [section.get("id") for section in sections] == ["page-1", "page-2", "page-3"]


def test_another_table_may_begin_after_the_end_of_one_and_continue_too():
    first = page([], [part("tea", continued=False)], 1)
    second = page([], [part("milk"), part("salt", continued=False)], 2)
    third = page([], [part("oil")], 3)
    assert pages_of(first, second, third) == [[["Name", "tea", "milk"]], [["Name", "salt", "oil"]], []]


def test_a_table_does_not_continue_beyond_a_page_without_it():
    first, third = page([], [part("tea", continued=False)], 1), page([], [part("oil")], 3)
    assert pages_of(first, paragraphs("text", number=2), third) == [[["Name", "tea"]], ["paragraph"], [["Name", "oil"]]]


def test_a_table_with_other_columns_is_a_table_of_its_own():
    three = table([["a", "b", "c"]], is_header=False, continued=True)
    found = pages_of(page([], [part("tea", continued=False)], 1), page([], [three], 2))
    assert found == [[["Name", "tea"]], [["a"]]]


def test_a_page_alone_has_its_part_of_the_table():
    result = Result.of(three_pages(True)).page(2)
    assert [(number, len(blocks)) for number, blocks in joined_pages(result)] == [(2, 1)]


def test_only_the_first_of_two_equal_blocks_continues_the_table():
    again = part("tea")
    found = pages_of(page([], [part("tea", continued=False)], 1), page([], [again, dict(again)], 2))
    assert found == [[["Name", "tea", "tea"]], [["Name", "tea"]]]

"""Plain text, Markdown and HTML, read back by independent parsers."""

import html5lib
import pytest
from markdown_it import MarkdownIt

from tests.support.results import block, cell, document, exported, line, page, paragraphs, table

MARKDOWN = MarkdownIt("commonmark").enable("table").enable("strikethrough")


def tokens(text):
    return MARKDOWN.parse(text)


def cells_of_markdown(text):
    """The rows of the only pipe table: [[text, …], …]."""
    rows, inlines = [], iter(tokens(text))
    for token in inlines:
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            rows[-1].append("".join(child.content for child in next(inlines).children))
    return rows


def parsed(html):
    """A strict parse. Raises ParseError for anything that is not valid HTML5."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html.decode())


def structured():
    lines = [line(f"line {row}", row) for row in range(12)]
    return document(
        page(
            lines,
            [
                block("page_header", "Running title", [0]),
                block("title", "The *Title*", [1]),
                block("heading", "1. Scope", [2], level=2),
                block("paragraph", "A paragraph of two rejoined lines.", [3, 4]),
                block("list_item", "first", [5], marker="•"),
                block("list_item", "• second", [6], marker="•"),
                block("list_item", "third", [7], marker="3."),
                block("list_item", "fourth", [8], marker="b)"),
                table([["Name", "Price"], ["Tea | green", "-3.50"], ["", "=1+1"]]),
                block("caption", "Table 1: prices", [9]),
                block("footnote", "1 A note.", [10]),
                block("page_number", "7", [11]),
            ],
        )
    )


def test_text_separates_pages_with_form_feeds():
    pages = [paragraphs("one", "line"), page([], number=2), paragraphs("a\fb", number=3)]
    assert exported("text", document(*pages)) == b"one\nline\f\fa\nb"


def test_text_of_a_picture_is_its_text():
    picture = {key: value for key, value in paragraphs("Hello", "World").items() if key != "page"}
    assert exported("text", picture) == b"Hello\nWorld"


def test_markdown_has_the_structure_of_the_document():
    found = exported("markdown", structured()).decode()
    assert found.startswith(
        "# The \\*Title\\*\n\n## 1\\. Scope\n\nA paragraph of two rejoined lines.\n\n- first\n- second\n"
    )
    kinds = [token.tag for token in tokens(found) if token.nesting == 1 and token.level == 0]
    assert kinds == ["h1", "h2", "p", "ul", "ol", "ul", "table", "p", "p"]
    assert "Running title" not in found and "\n7" not in found


@pytest.mark.parametrize("name", ["markdown", "html"])
def test_furniture_is_included_on_request(name):
    assert b"Running title" not in exported(name, structured())
    assert b"Running title" in exported(name, structured(), furniture=True)


def test_a_pipe_table_gives_the_same_cells_back():
    rows = [["a|b", "c\\", ""], ["\\|", "`x|y`", "*z*"], ["<b>", "&amp;", "[x](y)"], ["a\nb", "~~s~~", "_u_ a_b"]]
    found = cells_of_markdown(exported("markdown", document(page([], [table(rows)]))).decode())
    assert found == [[" ".join(text.split()) for text in row] for row in rows]


def test_a_table_with_spans_is_html_in_markdown():
    cells = [
        cell(0, 0, "Both\n\nlines", rowspan=1, colspan=2, is_header=True),
        cell(1, 0, "a"),
        cell(1, 1, "<b>", rowspan=2),
        cell(2, 0, "c"),
    ]
    found = exported("markdown", document(page([], [block("table", "", (), cells=cells)]))).decode()
    (html,) = [token for token in tokens(found) if token.type == "html_block"]
    assert '<th colspan="2">Both<br>lines</th>' in html.content
    assert '<td rowspan="2">&lt;b&gt;</td>' in html.content


def test_a_table_of_an_older_version_has_a_row_of_lines_each():
    old = page(
        [line("Name"), line("Price", 0), line("Tea", 1)],
        [block("table", "Name Price\nTea", [0, 1, 2], rows=[[0, 1], [2]]), block("text", "Thanks\nBye")],
    )
    found = exported("markdown", document(old)).decode()
    assert cells_of_markdown(found) == [["Name", "Price"], ["Tea", ""]]
    assert found.endswith("Thanks\nBye\n")


@pytest.mark.parametrize(
    "text",
    [
        *("# a", "#a", "> a", "- a", "+ a", "* a", "1. a", "12) a", "---", "===", "```", "~~~", "a\n===", "a\n---"),
        *("|a|b|\n|---|---|", "a | b\n--|--", "    code", "<div>", "[a]: /url", "<!-- x -->", "&lt;", "\\", "a\\"),
        *("![a](b)", "[a](javascript:alert(1))", "[a][b]", "<javascript:alert(1)>", "**b**", "__b__", "a_b_c", "`c`"),
    ],
)
def test_text_means_nothing_as_markdown(text):
    found = exported("markdown", document(page([line("x")], [block("paragraph", text)]))).decode()
    (_, inline, _), kinds = tokens(found), {token.type for token in tokens(found)}
    assert kinds == {"paragraph_open", "inline", "paragraph_close"}
    assert {child.type for child in inline.children} <= {"text", "softbreak", "text_special"}
    back = "".join("\n" if child.type == "softbreak" else child.content for child in inline.children)
    assert back.split() == text.split()


def test_html_is_valid_and_has_the_structure():
    html = exported("html", structured(), filename='<a href="x">.pdf', furniture=True)
    tree = parsed(html)
    tags = [element.tag for element in tree.find(".//section")]
    assert tags == ["header", "h1", "h2", "p", "ul", "ol", "ul", "table", "p", "p", "footer"]
    assert [item.get("value") for item in tree.findall(".//ol/li")] == ["3"]
    assert [[cell.text or "" for cell in row] for row in tree.findall(".//tr")] == [
        ["Name", "Price"],
        ["Tea | green", "-3.50"],
        ["", "=1+1"],
    ]
    assert tree.find(".//title").text == '<a href="x">.pdf'
    assert tree.get("lang") == "en"
    assert not tree.findall(".//script") and not tree.findall(".//a")


def test_html_loads_nothing():
    html = exported("html", structured())
    assert b"default-src 'none'" in html and b"src=" not in html and b"href=" not in html and b"url(" not in html

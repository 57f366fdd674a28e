"""Parts of pages as text."""

import pytest

from controllers.compat import page_text
from tests.support.results import block, document, exported, line, page, paragraphs, table


@pytest.fixture
def sizes(monkeypatch):
    """Bytes of JSON that were converted, each time."""
    found = []

    def render(result, *arguments):
        found.append(len(b"".join(result.read())))
        return original(result, *arguments)

    original = page_text.render
    monkeypatch.setattr(page_text, "render", render)
    return found


def test_a_block_is_converted_without_the_lines_of_its_page(sizes):
    """Mistral's clients get each block for itself, and a page may have thousands of words."""
    lines = [line(f"words of line {row}", row, words=True) for row in range(500)]
    read = page(lines, [block("paragraph", f"paragraph {row}", [row]) for row in range(100)])
    read["text"] = "one"
    for each in read["blocks"]:
        assert page_text.markdown_of_blocks(read, [each]) == each["text"]
    assert max(sizes) < 1000
    assert page_text.markdown(read).startswith("paragraph 0\n\nparagraph 1")


@pytest.mark.parametrize("name", ["markdown", "html"])
def test_documents_are_those_of_the_formats(name):
    pages = [
        paragraphs("one", "two"),
        page([line("x")], [table([["a", "b"], ["c", "d"]])], 2),
        page([line("y")], (), 3),
    ]
    result = {**document(*pages), "filename": "scan.pdf"}
    assert page_text.rendered(result, name) == exported(name, result).decode()


def test_tables_of_old_results():
    read = page([line("a"), line("b", 1)], [{**block("table", "a b", [0, 1]), "rows": [[0, 1]]}])
    assert page_text.markdown(read) == "| a | b |\n| --- | --- |"


def test_no_blocks():
    assert page_text.markdown_of_blocks(page([line("x")]), []) == ""
    assert page_text.markdown(page([line("x")])) == "x"

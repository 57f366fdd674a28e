"""The order of regions where their kind decides it, and text beside and above others."""

from paddleocr_service.layout.regions import typed_regions
from paddleocr_service.results import Block
from tests.support.typed_page import BODY, HEIGHT, WIDTH, kinds, paragraph, text_line


def blocks_of(*parts):
    return [Block("paragraph", tuple((line,) for line in part), (0, 0, 1, 1)) for part in parts]


def interrupted(*quote):
    """The kinds of a paragraph that goes on below a quote of these blocks."""
    before = [line for line in paragraph(100, 300, 9, 40) if not line.text.endswith(".")]
    after = paragraph(100, 650, 8, 40, start="and the")
    return kinds(typed_regions(blocks_of(before, *quote, after), WIDTH, HEIGHT))


def test_pull_quote_is_moved_behind_the_paragraph_that_it_interrupts():
    quote = [text_line("Nobody knows why", 100, 540, 34), text_line("it has been dark", 100, 584, 34)]
    assert interrupted(quote) == ["paragraph", "paragraph", "side_note"]


def test_rows_of_a_pull_quote_with_wide_leading_are_one_side_note():
    rows = [text_line("Nobody knows why", 100, 536, 26), text_line("it has been dark", 100, 596, 26)]
    assert interrupted(*([row] for row in rows)) == ["paragraph", "paragraph", "side_note"]


def test_headline_that_is_wider_than_the_columns_is_no_pull_quote():
    rows = ["Nobody knows why the lamp", "in the tower was dark all night"]
    quote = [text_line(text, 100, 540 + 44 * row, 34) for row, text in enumerate(rows)]
    assert "side_note" not in interrupted(quote)


def test_first_line_of_an_address_beside_a_logo_is_no_page_header():
    name = [text_line("LLOYD BELL", 700, 60)]
    address = [text_line(text, 700, 86 + 26 * row) for row, text in enumerate(["lloyd@example.com", "(804) 780-2194"])]
    logo = [text_line("HARBOUR", 100, 120, 60)]
    assert "page_header" not in kinds(typed_regions(blocks_of(logo, name, address, BODY), WIDTH, HEIGHT))

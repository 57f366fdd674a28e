"""Typed regions of drawn pages: lines at given positions, as a detector or a text layer gives them."""

import random

import numpy as np
import pytest

from paddleocr_service.layout.regions import find_figures, join_drop_caps, typed_regions
from paddleocr_service.layout.regions.markers import is_caption, is_page_number, list_marker
from paddleocr_service.reading_order import page_text, reading_order
from paddleocr_service.results import Block, Line, Word
from tests.support.synthetic_page import line_at
from tests.support.typed_page import BODY, HEIGHT, SENTENCE, WIDTH, kinds, paragraph, regions, text_line


def test_title_headings_and_paragraphs_with_levels():
    found = regions(
        text_line("The harbour and its ships", 100, 150, 44),
        text_line("Arrivals", 100, 240, 30),
        *BODY,
        text_line("2.1 Departures", 100, 620),
        *paragraph(100, 660, 6),
        text_line("WEATHER", 100, 860),
        *paragraph(100, 900, 6),
    )
    assert kinds(found) == ["title", "heading", "paragraph", "heading", "paragraph", "heading", "paragraph"]
    assert [block.level for block in found if block.kind == "heading"] == [2, 3, 3]
    assert found[0].text == "The harbour and its ships"


def test_rows_of_a_title_are_one_region():
    rows = [text_line("The harbour and", 100, 120, 44), text_line("its ships", 100, 186, 44)]
    found = regions(*rows, *BODY)
    assert (found[0].kind, found[0].text, len(found[0].rows)) == ("title", "The harbour and its ships", 2)


def test_lines_of_a_paragraph_are_joined_and_those_of_an_address_are_not():
    address = ["Anna Example", "12 Mill Lane", "Springfield"]
    found = regions(
        *(text_line(text, 100, 100 + 26 * row) for row, text in enumerate(address)),
        *BODY,
    )
    assert found[0].text == "\n".join(address)
    assert "\n" not in found[1].text and found[1].text.startswith("The harbour the harbour master")
    assert found[1].row_text.count("\n") == 9, "the rows stay"


def test_a_short_row_that_ends_a_sentence_ends_the_paragraph():
    found = regions(*paragraph(100, 300, 6), *paragraph(100, 300 + 6 * 26, 6, start="Nobody could"))
    assert kinds(found) == ["paragraph", "paragraph"]
    assert found[1].text.startswith("Nobody could")


@pytest.mark.parametrize("markers", ["•••", "---", ["1.", "2.", "3."], ["a)", "b)", "c)"], ["(i)", "(ii)", "(iii)"]])
def test_list_items_keep_their_markers(markers):
    items = [text_line(f"{mark} {SENTENCE[:40]}", 130, 700 + 26 * row) for row, mark in enumerate(markers)]
    found = [block for block in regions(*BODY, *items) if block.kind == "list_item"]
    assert [block.marker for block in found] == list(markers)


@pytest.mark.parametrize("text", ["Q. Yes.", "A. No."])
def test_letters_of_a_dialogue_are_no_list(text):
    lines = [text_line(text, 100, 700 + 26 * row) for row in range(4)]
    assert "list_item" not in kinds(regions(*BODY, *lines))


def test_page_header_page_number_and_footer_frame_the_page():
    found = regions(
        text_line("Annals of the harbour", 380, 60),
        text_line("printed by the harbour office", 100, 1320),
        text_line("- 12 -", 480, 1360),
        *BODY,
    )
    assert kinds(found) == ["page_header", "paragraph", "page_footer", "page_number"]


def test_text_layer_keeps_its_order_and_gets_kinds():
    blocks = [
        Block("paragraph", tuple((line,) for line in BODY), (100, 300, 640, 560)),
        Block("paragraph", ((text_line("Annals of the harbour", 380, 60),),), (380, 60, 569, 80)),
    ]
    assert kinds(typed_regions(blocks, WIDTH, HEIGHT, as_written=True)) == ["paragraph", "page_header"]
    assert kinds(typed_regions(blocks, WIDTH, HEIGHT)) == ["page_header", "paragraph"]


def test_last_lines_of_the_text_are_no_page_footer():
    found = regions(*paragraph(100, 700, 10), *paragraph(100, 1290, 3))
    assert kinds(found) == ["paragraph", "paragraph"]


def test_running_head_of_a_book_may_be_far_from_the_edge():
    found = regions(text_line("34 THE HARBOUR AND ITS SHIPS", 300, 200), *BODY)
    assert kinds(found) == ["page_header", "paragraph"]


def test_captions_and_footnotes():
    notes = ["1 See the first volume of these annals.", "2 Both ships were lost in a storm."]
    found = regions(
        *BODY,
        text_line("Figure 3. The old harbour", 100, 640, 17),
        *(text_line(text, 100, 1150 + 20 * row, 15) for row, text in enumerate(notes)),
    )
    assert kinds(found)[:2] == ["paragraph", "caption"]
    assert {block.kind for block in found[2:]} == {"footnote"}


def test_a_narrow_column_beside_the_text_is_a_side_note():
    texts = [
        "Ships of the year",
        "by their cargo and",
        "by their flag, all",
        "in tons, of 1909",
        "and of 1910, as",
        "the office says",
    ]
    notes = [text_line(text, 760, 310 + 31 * row) for row, text in enumerate(texts)]
    found = regions(*BODY, *notes)
    assert [block.kind for block in found if "Ships" in block.text] == ["side_note"]


def test_line_numbers_are_one_side_note():
    numbers = [text_line(str(row + 1), 50, 300 + 26 * row) for row in range(10)]
    found = regions(*BODY, *numbers)
    assert kinds(found) == ["side_note", "paragraph"] and len(found[0].lines) == 10


def test_drop_cap_is_joined_to_its_word():
    cap = line_at(100, 300, 50, 70, "0")
    words = (Word("ver", 0.9, ((160, 300), (190, 300), (190, 320), (160, 320))),)
    first = Line("ver the years", 0.9, ((160, 300), (640, 300), (640, 320), (160, 320)), words)
    rows = [text_line("many ships came in", 160, 326, width=480), *paragraph(100, 378, 6)]
    joined = join_drop_caps([cap, first, *rows])
    assert joined[0].text == "Over the years" and joined[0].polygon[0] == (100, 300)
    assert joined[0].words[0].text == "Over" and len(joined) == 1 + len(rows)
    assert page_text(regions(cap, first, *rows, joined=True)).startswith("Over the years")


def test_drop_cap_in_a_row_of_a_text_layer():
    rows = ((line_at(100, 300, 50, 70, "O"), text_line("ver the years", 160, 300)), (text_line("ships", 160, 326),))
    (found,) = typed_regions([Block("paragraph", rows, (100, 300, 300, 346))], WIDTH, HEIGHT)
    assert found.text.startswith("Over the years") and len(found.lines) == 2


def test_footer_of_a_slide_is_large_and_far_from_the_text():
    lines = [*paragraph(100, 300, 8), text_line("The Harbour Office", 100, 1210, 40)]
    assert kinds(regions(*lines))[-1] == "page_footer"


def test_numbered_sections_side_by_side_are_ordered_by_their_numbers():
    blocks = []
    for number, (x, y) in zip((1, 3, 2, 4), ((100, 200), (600, 200), (100, 600), (600, 600)), strict=True):
        heading = text_line(f"{number}. Part {'of the harbour'[: number + 9]}", x, y, 28)
        for lines in ([heading], paragraph(x, y + 50, 6, 40, start=f"Text{number} is")):
            blocks.append(Block("paragraph", tuple((line,) for line in lines), (x, y, x + 300, y + 20)))
    found = typed_regions(blocks, WIDTH, HEIGHT)
    assert [block.text[:1] for block in found if block.kind == "heading"] == ["1", "2", "3", "4"]
    assert [block.text[:5] for block in found if block.kind == "paragraph"] == ["Text1", "Text2", "Text3", "Text4"]


def page_image(*boxes):
    image = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    rng = np.random.default_rng(1)
    for x0, y0, x1, y1 in boxes:
        image[y0:y1, x0:x1] = rng.integers(0, 200, (y1 - y0, x1 - x0, 1))
    return image


def test_pictures_are_figures_and_text_is_not():
    lines = [text_line("many words in a line of text", 100, 900 + 26 * row) for row in range(15)]
    ink = [tuple(int(edge) for edge in (*line.polygon[0], *line.polygon[2])) for line in lines]
    (found,) = find_figures(page_image((200, 200, 600, 500), *ink), lines)
    assert found == pytest.approx((200, 200, 600, 500), abs=8)


@pytest.mark.parametrize("box", [(0, 0, 1000, 60), (100, 300, 900, 306), (200, 200, 230, 230)])
def test_shadows_rules_and_small_marks_are_no_figures(box):
    assert find_figures(page_image(box), []) == []


def test_a_table_with_shaded_cells_is_no_figure():
    lines = [text_line("cell with text", 120 + 200 * column, 220 + 30 * row) for row in range(8) for column in range(4)]
    image = page_image()
    image[200:470, 100:900] = 180
    assert find_figures(image, lines) == []


def test_figure_comes_before_its_caption():
    caption = text_line("The harbour in winter", 120, 640, 17)
    page = [*BODY, caption, *paragraph(100, 700, 6)]
    blocks = reading_order(page, WIDTH, HEIGHT)
    found = typed_regions(blocks, WIDTH, HEIGHT, "en", [(100, 570, 640, 632)])
    assert kinds(found) == ["paragraph", "figure", "caption", "paragraph"]
    assert (found[1].lines, found[1].bbox) == ((), (100, 570, 640, 632))
    assert page_text(found) == page_text(typed_regions(blocks, WIDTH, HEIGHT, "en"))


def test_figure_without_caption_follows_the_text_above_it():
    blocks = reading_order([*BODY, *paragraph(100, 800, 6)], WIDTH, HEIGHT)
    assert kinds(typed_regions(blocks, WIDTH, HEIGHT, "", [(100, 600, 640, 760)])) == [
        "paragraph",
        "figure",
        "paragraph",
    ]


def test_a_large_letter_without_text_beside_it_stays():
    lines = [line_at(100, 40, 60, 80, "A"), *BODY]
    assert join_drop_caps(lines) == lines


def test_every_line_is_in_one_region():
    rng = random.Random(3)
    lines = [
        text_line("x" * rng.randint(1, 60), rng.randint(0, 800), rng.randint(0, 1350), rng.choice([12, 20, 40]))
        for _ in range(120)
    ]
    found = regions(*lines)
    assert sorted(line.text for block in found for line in block.lines) == sorted(line.text for line in lines)


def test_vertical_writing_stays_as_it_is():
    lines = [line_at(900 - 40 * column, 100, 20, 600, "縦書きの文章です") for column in range(5)]
    blocks = reading_order(lines, WIDTH, HEIGHT)
    assert typed_regions(blocks, WIDTH, HEIGHT, "ja") == blocks


def test_no_blocks():
    assert typed_regions([], WIDTH, HEIGHT) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Fig. 3: Ships", True), ("Table 2. Prices", True), ("Abb. 4", True), ("Figure 3 shows ships", False)],
)
def test_captions_by_their_first_words(text, expected):
    assert is_caption(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"), [("12", True), ("Page 3 of 10", True), ("- xiv -", True), ("1914 war", False)]
)
def test_page_numbers(text, expected):
    assert is_page_number(text) is expected


def test_an_amount_is_no_list_marker():
    assert list_marker("12.50 EUR") is None

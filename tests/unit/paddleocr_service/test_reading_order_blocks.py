"""How lines are grouped into rows, and rows into blocks."""

from paddleocr_service.reading_order import page_text, reading_order
from tests.support.synthetic_page import line_at


def test_logo_beside_text_is_not_in_its_rows() -> None:
    lines = [line_at(0, 0, 90, 100, "LOGO")] + [line_at(150, y, 300) for y in (0, 27, 54, 81)]
    rows = [row for block in reading_order(lines, 500, 200) for row in block.rows]
    assert all(len(row) == 1 for row in rows)


def test_both_halves_of_a_line_are_one_row_on_curled_paper() -> None:
    halves = [(line_at(0, y, 120), line_at(300, y + 7, 60)) for y in range(0, 300, 26)]
    blocks = reading_order([one for pair in halves for one in pair], 400, 400)
    assert [row for block in blocks for row in block.rows] == halves


def test_box_that_reaches_into_the_row_above_stays_in_its_row() -> None:
    upper, lower = line_at(720, 1233, 197, 14), line_at(720, 1247, 97, 16)
    upper_value, tall_value = line_at(975, 1232, 33, 20), line_at(971, 1240, 40, 28)
    (block,) = reading_order([upper, lower, upper_value, tall_value], 1200, 1400)
    assert block.rows == ((upper, upper_value), (lower, tall_value))


def test_white_space_and_a_change_of_letter_size_separate_blocks() -> None:
    heading = [line_at(0, 0, 200, 40)]
    paragraphs = [[line_at(0, y, 400) for y in (45, 71, 97)], [line_at(0, y, 400) for y in (150, 176, 202)]]
    blocks = reading_order([*heading, *paragraphs[0], *paragraphs[1]], 500, 300)
    assert [list(block.lines) for block in blocks] == [heading, *paragraphs]


def test_indent_begins_a_paragraph_but_a_short_centred_row_does_not() -> None:
    indented = [line_at(40 if y == 78 else 0, y, 360 if y == 78 else 400) for y in range(0, 156, 26)]
    assert [len(block.lines) for block in reading_order(indented, 500, 300)] == [3, 3]
    centred = [line_at(60 if y == 78 else 0, y, 280 if y == 78 else 400) for y in range(0, 156, 26)]
    assert [len(block.lines) for block in reading_order(centred, 500, 300)] == [6]


def test_rows_of_several_lines_are_a_table() -> None:
    cells = [line_at(x, y, 60) for y in range(0, 130, 26) for x in (0, 150, 300)]
    (table,) = reading_order(cells, 400, 200)
    assert (table.kind, table.bbox, len(table.rows)) == ("table", (0, 0, 360, 124), 5)
    (text,) = reading_order([line_at(0, y, 300) for y in range(0, 130, 26)], 400, 200)
    assert text.kind == "paragraph"


def test_page_text_has_one_line_per_row_and_an_empty_line_between_blocks() -> None:
    lines = [line_at(0, 0, 100, text="Tea"), line_at(200, 0, 50, text="1.20"), line_at(0, 26, 100, text="Sum")]
    blocks = reading_order([*lines, line_at(0, 120, 200, text="Thank you")], 300, 200)
    assert page_text(blocks) == "Tea 1.20\nSum\n\nThank you"

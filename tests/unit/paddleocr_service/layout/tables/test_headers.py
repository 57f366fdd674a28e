"""Header rows above a frame, and headings over several columns."""

from paddleocr_service.layout.tables import find_tables
from tests.support.tables import SIZE, line, only_table, table_lines, texts

COLUMNS = (60, 200, 300, 400)
BODY = [["North", "1,200", "1,340", "1,290"], ["South", "800", "915", "77"], ["West", "12", "4,410", "318"]]
YEARS = ["Jan 2021", "Jan 2022", "Jan 2023"]


def stripes(rows, y=100, step=14):
    """Filled rectangles behind the cells of each row, with narrow gaps between the columns."""
    edges = [(58, 190), (192, 290), (292, 390), (392, 450)]
    return [(x0, y - 2 + at * step, x1, y + 12 + at * step) for at in range(rows) for x0, x1 in edges]


def years(y, columns=COLUMNS[1:]):
    return [line(text, x, y) for x, text in zip(columns, YEARS, strict=True)]


def test_header_above_stripes_of_colour_belongs_to_the_table():
    table = only_table([*years(84), *table_lines(BODY, COLUMNS)], stripes(3))
    assert texts(table) == [["", *YEARS], *BODY]
    assert [cell.is_header for cell in table.cells][:5] == [True] * 4 + [False]


def test_headings_over_all_columns_are_rows_of_the_header():
    over = [line("Year ended", 297, 56), *years(70), line("(in millions)", 289, 84)]
    table = only_table([*over, *table_lines(BODY, COLUMNS)], stripes(3))
    spans = [(cell.text, cell.row, cell.column, cell.colspan) for cell in table.cells if cell.colspan > 1]
    assert spans == [("Year ended", 0, 1, 3), ("(in millions)", 2, 1, 3)]
    assert texts(table)[1][1:] == YEARS


def test_sentence_above_a_header_is_not_part_of_it():
    sentence = line("The harbour took in the following amounts, by its parts:", 60, 70)
    table = only_table([sentence, *years(84), *table_lines(BODY, COLUMNS)], stripes(3))
    assert texts(table) == [["", *YEARS], *BODY]


def test_title_alone_above_stripes_is_no_header():
    assert texts(only_table([line("Table 7. Amounts", 230, 84), *table_lines(BODY, COLUMNS)], stripes(3))) == BODY


def test_frame_around_the_last_rows_of_a_table_gets_none_of_the_others_as_header():
    rows = [["East", "1", "2", "3"], *BODY]
    (table, *_) = reversed(find_tables(table_lines(rows, COLUMNS, y=86), stripes(3), *SIZE))
    assert texts(table) == BODY


def test_heading_over_columns_in_a_ruled_header_stays_a_row_of_its_own():
    strokes = [(58, y, 450, y + 1) for y in (64, 96, 112, 126, 140)] + [(x, 64, x + 1, 140) for x in (58, 190, 449)]
    lines = [line("Year ended", 297, 68), *years(82), *table_lines(BODY, COLUMNS)]
    assert texts(only_table(lines, strokes))[:2] == [["", "Year ended"], ["", *YEARS]]


def test_heading_over_years_belongs_to_a_table_without_a_frame():
    rows = [line("Years ended March 31", 268, 72), *table_lines([["", "2021", "2022", "2023"], *BODY], COLUMNS, y=86)]
    table = only_table([one for one in rows if one.text])
    assert [(cell.text, cell.colspan) for cell in table.cells if cell.row == 0 and cell.text] == [
        ("Years ended March 31", 3)
    ]
    assert [cell.text for cell in table.cells if cell.is_header and cell.row == 1][-3:] == ["2021", "2022", "2023"]


def test_page_header_above_a_rule_is_not_part_of_the_table_below_it():
    page_header = [line("Annals of the harbour", 200, 68), line("Appendix A", 400, 68)]
    rows = [["Region", *YEARS], *BODY]
    assert texts(only_table([*page_header, *table_lines(rows, COLUMNS, y=130)], [(58, 84, 450, 85)])) == rows

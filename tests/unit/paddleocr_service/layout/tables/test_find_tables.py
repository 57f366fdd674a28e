"""Tables of drawn pages: lines with positions, and the boxes of strokes. One line of text is 10 pixels high."""

from paddleocr_service.layout.tables import Table, find_tables
from paddleocr_service.layout.tables.cells import without_notes
from paddleocr_service.results import Cell
from tests.support.tables import SIZE, grid_strokes, line, only_table, table_lines, texts

NUMBERS = [
    ["Region", "2019", "2020", "2021"],
    ["North", "1,200", "1,340", "1,290"],
    ["South", "800", "915", "77"],
    ["West", "12", "4,410", "318"],
]


def test_rows_of_numbers_without_rules_are_a_table():
    table = only_table(table_lines(NUMBERS, (60, 200, 300, 400)))
    assert texts(table) == NUMBERS
    assert [cell.is_header for cell in table.cells] == [True] * 4 + [False] * 12


def test_an_empty_place_is_an_empty_cell():
    rows = [["", "Sent", "Lost"], ["May", "40", None], ["June", "51", "3"], ["July", None, "9"], ["August", "7", "8"]]
    table = only_table(table_lines([[text or None for text in row] for row in rows], (60, 200, 300)))
    assert texts(table) == [[text or "" for text in row] for row in rows]


def test_each_line_belongs_to_one_cell():
    lines = table_lines(NUMBERS, (60, 200, 300, 400))
    assert sorted(only_table(lines).lines) == list(range(len(lines)))


def test_a_heading_above_several_columns_spans_them():
    lines = [line("Passengers by year, all stations", 205, 86), *table_lines(NUMBERS, (60, 200, 300, 400))]
    strokes = [(60, 80, 430, 81), (60, 160, 430, 161)]
    table = only_table(lines, strokes)
    spanning = table.cells[1]
    assert (spanning.text, spanning.column, spanning.colspan) == ("Passengers by year, all stations", 1, 2)


def test_text_that_wraps_inside_rules_is_one_cell():
    lines = [
        line("Item", 60, 100), line("Remark", 200, 100),
        line("Pump", 60, 120), line("sent back for", 200, 120), line("repair in May", 200, 131),
        line("Valve", 60, 150), line("in stock", 200, 150),
    ]  # fmt: skip
    table = only_table(lines, grid_strokes((55, 190, 300), (96, 116, 146, 166)))
    assert texts(table) == [["Item", "Remark"], ["Pump", "sent back for repair in May"], ["Valve", "in stock"]]


def test_a_cell_without_a_rule_inside_spans_rows():
    lines = table_lines([["Asthma", "Count", "31"], [None, "Share", "6.3%"], ["Allergy", "Count", "9"]], (60, 150, 250))
    strokes = [
        *grid_strokes((55, 140, 240, 320), (97, 125, 139)),
        (140, 111, 320, 112),
    ]
    table = only_table(lines, strokes)
    first = table.cells[0]
    assert (first.text, first.rowspan) == ("Asthma", 2)
    assert sum(cell.rowspan * cell.colspan for cell in table.cells) == 9


def test_the_background_of_a_text_line_divides_nothing():
    lines = [line("Very long", 60, 100), line("heading", 60, 112), line("40", 200, 106), line("Other", 60, 130),
             line("51", 200, 130), line("Third", 60, 146), line("52", 200, 146)]  # fmt: skip
    shades = [(57, 99, 183, 111), (57, 111, 183, 123)]
    cells = [(55, 97, 185, 126), (185, 97, 260, 126), (55, 126, 185, 142), (185, 126, 260, 142)]
    table = only_table(lines, [*shades, *cells, (55, 142, 185, 160), (185, 142, 260, 160)])
    assert texts(table)[0] == ["Very long heading", "40"]


def test_notes_inside_the_frame_are_not_part_of_the_table():
    note = line("a In some regions, the numbers of this year are estimates by the office.", 60, 160)
    frame = [(50, 90, 500, 91), (50, 180, 500, 181), (50, 90, 51, 181), (500, 90, 501, 181), (180, 95, 181, 150)]
    table = only_table([*table_lines(NUMBERS, (60, 200, 300, 400)), note], frame)
    assert texts(table) == NUMBERS


def test_tables_below_each_other_stay_apart():
    lines = table_lines(NUMBERS, (60, 200, 300, 400)) + table_lines(NUMBERS, (60, 200, 300, 400), y=300)
    assert [texts(table) for table in find_tables(lines, (), *SIZE)] == [NUMBERS, NUMBERS]


def test_running_text_beside_a_table_is_left_out():
    prose = [line("the quick brown fox jumps over the lazy do", 40, 100 + 14 * at) for at in range(4)]
    table = only_table(prose + table_lines(NUMBERS, (300, 400, 460, 520)))
    assert texts(table) == NUMBERS


def test_two_columns_of_running_text_are_no_table():
    lines = [line("words of the running text of a page, line", x, 100 + 14 * at) for at in range(12) for x in (40, 320)]
    assert find_tables(lines, (), *SIZE) == []


def test_numbers_beside_several_sentences_are_no_table():
    sentence = "it rose by more than any of us had thought"
    rows = [["Sales", f"{at}12", f"{at}9.5", sentence if at % 2 else f"{at}.50"] for at in range(1, 8)]
    assert find_tables(table_lines(rows, (60, 130, 200, 270)), (), *SIZE) == []


def test_a_table_of_contents_is_no_table():
    lines = table_lines([[f"Chapter {at}", str(3 + 9 * at)] for at in range(8)], (60, 400))
    assert find_tables(lines, (), *SIZE) == []


def test_the_scales_of_a_chart_are_no_table():
    scale = [[str(50 * at), str(50 * at)] for at in range(9, 0, -1)]
    assert find_tables(table_lines(scale, (60, 400)), [(80, 90, 390, 91), (80, 230, 390, 231)], *SIZE) == []


def test_a_page_with_few_words_has_no_table():
    assert find_tables([line("Total", 60, 100), line("12.00", 200, 100)], (), *SIZE) == []


def test_empty_rows_at_the_edges_are_cut_off():
    box = (0.0, 0.0, 100.0, 20.0)
    rows = [("", ""), ("Name", "Sum"), ("", "12"), ("Byron", "7"), ("", "")]
    cells = tuple(
        Cell(row, column, box, text, rowspan=2 if text == "Byron" else 1)
        for row, values in enumerate(rows)
        for column, text in enumerate(values)
        if (row, column) != (4, 0)
    )
    table = without_notes(Table(box, 5, 2, cells))
    assert texts(table) == [["Name", "Sum"], ["", "12"], ["Byron", "7"]]
    assert {cell.rowspan for cell in table.cells} == {1}

from paddleocr_service.layout.tables import Table, with_tables
from paddleocr_service.results import PARAGRAPH, TABLE, Block, Cell, Line

BOX = (0.0, 0.0, 10.0, 10.0)


def line(text, y=0):
    return Line(text, 1.0, ((0, y), (10, y), (10, y + 10), (0, y + 10)))


def block(*rows):
    return Block(PARAGRAPH, tuple(tuple(line(text) for text in row.split()) for row in rows), BOX)


def table(*positions):
    cells = tuple(Cell(at, 0, BOX, str(place), lines=(place,)) for at, place in enumerate(positions))
    return Table(BOX, len(positions), 1, cells)


def texts(blocks):
    return [(found.kind, found.row_text) for found in blocks]


def test_blocks_without_tables_do_not_change():
    blocks = (block("a b", "c"),)
    assert with_tables(blocks, []) == blocks


def test_a_table_takes_its_lines_out_of_the_blocks_around_it():
    blocks = [block("intro", "a b"), block("c d", "outro")]
    assert texts(with_tables(blocks, [table(1, 2, 3, 4)])) == [
        ("paragraph", "intro"),
        ("table", "a b\nc d"),
        ("paragraph", "outro"),
    ]


def test_cells_refer_to_the_lines_of_their_block():
    _, found = with_tables([block("intro"), block("a b", "c d")], [table(1, 2, 3, 4)])
    assert [[found.lines[at].text for at in cell.lines] for cell in found.cells] == [["a"], ["b"], ["c"], ["d"]]


def test_no_line_is_lost_or_repeated():
    blocks = [block("a b c", "d"), block("e f", "g h i")]
    found = with_tables(blocks, [table(1, 3), table(5, 7)])
    assert sorted(one.text for part in found for one in part.lines) == sorted("abcdefghi")


def test_a_block_that_a_table_fills_disappears():
    assert texts(with_tables([block("a b"), block("c")], [table(0, 1)])) == [("table", "a b"), ("paragraph", "c")]


def test_caption_that_is_left_of_a_table_is_a_paragraph():
    rest = Block(TABLE, block("caption", "a b", "c d", "e f").rows, BOX)
    assert texts(with_tables([rest], [table(1, 2, 3, 4, 5, 6)])) == [
        ("paragraph", "caption"),
        ("table", "a b\nc d\ne f"),
    ]

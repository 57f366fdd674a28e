"""Where the lines that OCR adds to a text layer are placed."""

from paddleocr_service import Line
from paddleocr_service.reading_order import reading_order
from services.ocr_service.helpers.region_order import order_with_regions
from services.ocr_service.helpers.text_layer import LayerLine

WIDTH, HEIGHT = 600, 800


def line(text, x, y, height=12):
    x0, y0, x1, y1 = float(x), float(y), float(x + 6 * len(text)), float(y + height)
    return Line(text, 0.9, ((x0, y0), (x1, y0), (x1, y1), (x0, y1)))


def layer_line(text, x, y, block=0):
    made = line(text, x, y)
    return LayerLine(made, (*made.polygon[0], *made.polygon[2]), block, (("Body", text),), False, True)


def rows(layer, *regions):
    blocks = order_with_regions(layer, regions, WIDTH, HEIGHT)
    return [[one.text for one in row] for block in blocks for row in block.rows]


PROSE = [layer_line(f"{number} line of prose in the layer of the page", 50, 100 + 20 * number) for number in range(6)]
TEXTS = [[one.line.text] for one in PROSE]


def test_a_region_of_several_lines_is_sorted_by_the_given_function():
    asked = []

    def sort(lines, width, height):
        asked.append((lines, width, height))
        return reading_order(lines, width, height)

    region = (line("Head", 50, 400), line("Below", 50, 440))
    order_with_regions(PROSE, [list(region), [line("One", 50, 40)]], WIDTH, HEIGHT, sort)
    assert asked == [(region, WIDTH, HEIGHT)]


def test_a_region_above_the_layer_comes_first():
    assert rows(PROSE, [line("Letterhead", 50, 40)]) == [["Letterhead"], *TEXTS]


def test_a_region_below_the_layer_comes_last():
    assert rows(PROSE, [line("Stamp", 50, 400)]) == [*TEXTS, ["Stamp"]]


def test_a_region_between_the_lines_of_a_paragraph_divides_it():
    layer = PROSE[:3] + [layer_line(one.line.text, 50, 300 + 20 * row) for row, one in enumerate(PROSE[3:])]
    assert rows(layer, [line("Picture", 50, 220)]) == [*TEXTS[:3], ["Picture"], *TEXTS[3:]]


def test_amounts_join_the_rows_of_their_labels():
    labels = ["Opening balance of the year", "Deposits in cash", "Withdrawals and fees"]
    layer = [layer_line(text, 50, 100 + 30 * row, block=row) for row, text in enumerate(labels)]
    amounts = [line(text, 400, 101 + 30 * row, 9) for row, text in enumerate(("1,204.17", "880.00", "315.40"))]
    assert rows(layer, amounts) == [[a, b.text] for a, b in zip(labels, amounts, strict=True)]


def test_the_order_of_the_layer_is_kept():
    right = [layer_line(f"right {number} of the layer", 350, 100 + 20 * number, 1) for number in range(5)]
    left = [layer_line(f"left {number} of the layer", 50, 100 + 20 * number, 2) for number in range(5)]
    added = rows([*right, *left], [line("Logo", 50, 40)])
    assert [row for row in added if row != ["Logo"]] == [[one.line.text] for one in [*right, *left]]
    assert added.index(["Logo"]) == added.index(["left 0 of the layer"]) - 1, "above the column that it heads"


def test_a_page_that_is_mostly_ocr_is_sorted_by_position():
    footer = [layer_line("Page 1 of 1", 50, 700)]
    read = [line(f"Line {number} of the letter", 50, 100 + 20 * number) for number in range(6)]
    assert rows(footer, read) == [*([one.text] for one in read), ["Page 1 of 1"]]

"""Lines and strokes of drawn tables, in pixels. One line of text is 10 pixels high."""

from paddleocr_service.layout.tables import find_tables
from paddleocr_service.results import Line

SIZE = 600, 800
CHARACTER = 5


def line(text, x, y, height=10):
    x1, y1 = x + CHARACTER * len(text), y + height
    return Line(text, 1.0, ((x, y), (x1, y), (x1, y1), (x, y1)))


def table_lines(rows, columns, y=100, step=14):
    """Lines of a table: one text per place, None for an empty one."""
    return [
        line(text, x, y + at * step)
        for at, row in enumerate(rows)
        for x, text in zip(columns, row, strict=True)
        if text is not None
    ]


def grid_strokes(xs, ys):
    across = [(min(xs), y, max(xs), y + 1) for y in ys]
    return across + [(x, min(ys), x + 1, max(ys)) for x in xs]


def texts(table):
    rows = [[] for _ in range(table.row_count)]
    for cell in table.cells:
        rows[cell.row].append(cell.text)
    return rows


def only_table(lines, strokes=()):
    (table,) = find_tables(lines, strokes, *SIZE)
    return table

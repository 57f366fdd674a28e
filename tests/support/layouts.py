"""Pages made of lines whose right order is known: the order in which they were set.

Lengths are in line heights until the page is photographed, which scales it, turns it, pads the boxes as a detector
does and shuffles the lines. Each maker of a page takes a ``random.Random``, which decides what may vary.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from paddleocr_service.results import Line

PADDING = 0.2  # of a detector's box, on each side of the letters


class Page:
    """Lines set one after the other. Their texts number them."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.boxes: list[tuple[float, float, float, float]] = []
        self.texts: list[str] = []

    def line(self, x: float, y: float, width: float, height: float = 1.0, text: str | None = None) -> None:
        """One line of letters from (x, y) on, y being the top."""
        self.boxes.append((x, y, x + width, y + height))
        self.texts.append(text or f"line {len(self.texts)}")

    def prose(self, x: float, y: float, width: float, rows: int, leading: float = 1.3, ragged: float = 0.1) -> float:
        """Paragraphs of running text, justified where ``ragged`` is 0; returns the y below them."""
        left = self.rng.randint(3, 9)
        for row in range(rows):
            first, last = left < 0, left == 0 and row < rows - 1
            left = self.rng.randint(3, 9) if first else left
            indent = 1.5 if first else 0.0
            share = self.rng.uniform(0.2, 0.95) if last else 1 - self.rng.uniform(0, ragged)
            self.line(x + indent, y, width * share - indent)
            left -= 1
            y += leading
        return y

    def columns(self, width: float, gutter: float, rows: Sequence[int], y: float = 0.0, **prose: float) -> float:
        """Columns of running text with so many rows each; returns the y below the longest."""
        return max(self.prose(at * (width + gutter), y, width, count, **prose) for at, count in enumerate(rows))

    def table(
        self, y: float, widths: Sequence[float], rows: int, x: float = 0.0, leading: float = 1.4, filled: float = 1.0
    ) -> float:
        """Rows of cells, the first column set left, the others right; ``filled``: share of the cells with text."""
        for _ in range(rows):
            start = x
            for column, width in enumerate(widths):
                length = width * self.rng.uniform(0.3, 0.8)
                if column == 0 or self.rng.random() < filled:
                    self.line(start if column == 0 else start + width - length, y, length)
                start += width
            y += leading
        return y

    def photographed(
        self, scale: float = 30.0, skew: float = 0.0, jitter: float = 0.05, wobble: float = 0.0
    ) -> list[Line]:
        """The lines in no order, as a detector gives them. scale: pixels of a line's height. skew: degrees; wobble:
        degrees by which a line may differ from that."""
        cos, sin = math.cos(math.radians(skew)), math.sin(math.radians(skew))
        lines = []
        for box, text in zip(self.boxes, self.texts, strict=True):
            padded = zip(box, (-PADDING, 0, PADDING, 0), strict=True)
            x0, y0, x1, y1 = (edge + pad + self.rng.uniform(-jitter, jitter) for edge, pad in padded)
            corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
            if wobble:
                corners = _turned(corners, self.rng.uniform(-wobble, wobble))
            turned = tuple(((x * cos - y * sin + 5) * scale, (x * sin + y * cos + 5) * scale) for x, y in corners)
            lines.append(Line(text, 0.9, turned))
        self.rng.shuffle(lines)
        return lines


def _turned(corners: Sequence[tuple[float, float]], degrees: float) -> list[tuple[float, float]]:
    """A box turned about its centre."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    middle_x, middle_y = (sum(edges) / len(corners) for edges in zip(*corners, strict=True))
    away = [(x - middle_x, y - middle_y) for x, y in corners]
    return [(middle_x + x * cos - y * sin, middle_y + x * sin + y * cos) for x, y in away]


def one_column(rng: random.Random) -> Page:
    page = Page(rng)
    page.prose(0, 0, rng.uniform(20, 50), rng.randint(5, 50), rng.uniform(1, 2.5), rng.choice([0, 0.1, 0.4]))
    return page


def text_columns(rng: random.Random) -> Page:
    page = Page(rng)
    rows = [rng.randint(12, 40) for _ in range(rng.randint(2, 4))]
    page.columns(rng.uniform(11, 28), rng.uniform(1, 4), rows, leading=rng.uniform(1, 1.7), ragged=rng.choice([0, 0.2]))
    return page


def headings_across_columns(rng: random.Random) -> Page:
    """A page header, a title and sections of columns, some with a heading that ends before the last column."""
    page = Page(rng)
    count, width, gutter, y = rng.randint(2, 4), rng.uniform(11, 28), rng.uniform(1, 4), 0.0
    whole, leading = count * (width + gutter) - gutter, rng.uniform(1, 1.6)
    if rng.random() < 0.5:
        page.line(0, 0, 8)
        page.line(whole - 3, 0, 3)
        y = rng.uniform(2.2, 5)
    title = rng.uniform(0.6, 1) * whole
    page.line((whole - title) / 2, y, title, rng.uniform(1, 2.5))
    y += rng.uniform(3.5, 5)
    for section in range(rng.randint(1, 3)):
        if section:
            page.line(0, y, rng.uniform(0.6, 1) * whole)
            y += rng.uniform(1.5, 3)
        y = page.columns(width, gutter, [rng.randint(9, 20) for _ in range(count)], y, leading=leading)
        y += rng.uniform(0.6, 2)
    page.line(whole / 2 - 1, y + 1.5, 2)
    return page


def figures_in_columns(rng: random.Random) -> Page:
    """Columns with a picture each at about the same height, so that there is white from side to side."""
    page = Page(rng)
    width, gutter, leading = rng.uniform(14, 28), rng.uniform(1, 4), rng.uniform(1.05, 1.5)
    for column in range(rng.randint(2, 3)):
        x = column * (width + gutter)
        y = page.prose(x, 0, width, rng.randint(4, 20), leading) + rng.uniform(6, 14)
        page.line(x + 0.1 * width, y, 0.8 * width)
        page.prose(x, y + leading + 0.5, width, rng.randint(8, 20), leading)
    return page


def plain_table(rng: random.Random) -> Page:
    """A table of two to eight columns, mostly with a title, sometimes with empty cells and a note."""
    page = Page(rng)
    widths = [rng.uniform(6, 14)] + [rng.uniform(3, 8) for _ in range(rng.randint(1, 7))]
    if rng.random() < 0.6:
        page.line(0, -2.5, rng.uniform(5, sum(widths)))
    y = page.table(0, widths, rng.randint(3, 40), leading=rng.uniform(1, 2.2), filled=rng.choice([1, 0.9, 0.7]))
    page.prose(0, y + 0.6, sum(widths), rng.randint(0, 4))
    return page


def table_between_columns(rng: random.Random) -> Page:
    """A table as wide as the page, above and below it two columns, whose gutter may stand over one of the table's."""
    page = Page(rng)
    width, gutter, leading = rng.uniform(18, 28), rng.uniform(1.2, 3), rng.uniform(1.05, 1.4)
    whole, count = 2 * width + gutter, rng.randint(5, 7)
    y = page.columns(width, gutter, [12, 12], leading=leading) + 1
    page.line(0, y, rng.uniform(0.6, 1) * whole)
    widths = [0.3 * whole] + [min(8, 0.7 * whole / (count - 1))] * (count - 1)
    y = page.table(y + leading + 0.6, widths, rng.randint(4, 10), leading=leading) + 1
    page.columns(width, gutter, [14, 14], y, leading=leading)
    return page


def table_beside_text(rng: random.Random) -> Page:
    page = Page(rng)
    widths = [rng.uniform(8, 14)] + [rng.uniform(3, 5) for _ in range(rng.randint(2, 4))]
    leading = rng.uniform(1, 1.3)
    height = page.table(0, widths, rng.randint(20, 50), leading=leading)
    leading *= rng.choice([1.15, 1.3, 1.45])
    rows = int(height / leading * rng.uniform(0.4, 1))
    page.prose(sum(widths) + rng.uniform(1.2, 4), 0.3, rng.uniform(12, 25), rows, leading)
    return page


def sidebar(rng: random.Random) -> Page:
    """Running text, beside it short lines that are set closer."""
    page = Page(rng)
    width, rows, leading = rng.uniform(25, 40), rng.randint(25, 60), rng.uniform(1.2, 1.7)
    page.prose(0, 0, width, rows, leading)
    x, y, narrow = width + rng.uniform(1.2, 4), rng.uniform(0, 2), rng.uniform(9, 0.6 * width)
    for _ in range(min(rng.randint(12, 40), int(rows * leading / 1.1) - 2)):
        page.line(x, y, narrow * rng.uniform(0.3, 1))
        y += 1.05
    return page


def receipt(rng: random.Random) -> Page:
    page, y = Page(rng), 0.0
    width = rng.uniform(16, 28)

    def row(left: float, right: float) -> None:
        page.line(0, y, left)
        page.line(width - right, y, right)

    for _ in range(rng.randint(3, 7)):
        length = rng.uniform(0.3, 0.9) * width
        page.line((width - length) / 2, y, length)
        y += rng.uniform(1.05, 1.5)
    for _ in range(rng.randint(0, 4)):
        row(rng.uniform(5, 7), rng.uniform(4, 0.42 * width))
        y += 1.3
    for _ in range(rng.randint(3, 15)):
        row(rng.uniform(0.3, 0.65) * width, rng.uniform(1.5, 3.5))
        y += rng.uniform(1.1, 1.6)
        if rng.random() < 0.3:
            page.line(1, y, rng.uniform(3, 8))
            y += 1.3
    return page


def numbered_lines(rng: random.Random) -> Page:
    """Numbers in the margin, on each row or on each fifth: a column of their own, before the text."""
    page = Page(rng)
    width, each, leading, rows = rng.uniform(20, 40), rng.choice([1, 5]), rng.uniform(1.1, 2.4), rng.randint(20, 30)
    for row in range(each, rows + 1, each):
        page.line(0, row * leading, 1, text=str(row))
    for row in range(1, rows + 1):
        page.line(3, row * leading, width * rng.choice([1, 1, 1, 0.95, 0.5]))
    return page


def transcript(rng: random.Random) -> Page:
    """Four pages of a transcript on one sheet, each with the numbers of its lines."""
    page = Page(rng)
    width, gutter = rng.uniform(17, 22), rng.uniform(1.5, 3)
    for place in range(4):
        x, y = place // 2 * (width + 3 + gutter), place % 2 * 32
        for row in range(25):
            page.line(x if row > 8 else x + 0.5, y + row * 1.1, 0.6 if row < 9 else 1.1, text=str(row + 1))
        for row in range(25):
            page.line(x + 2.8, y + row * 1.1, width * rng.choice([1, 1, 0.97, 0.9, 0.95, 0.5]))
    return page


def numbered_rows(rng: random.Random) -> Page:
    """A table or a list whose rows are numbered, which stay with their numbers."""
    page, cells = Page(rng), rng.randint(0, 3)
    for row in range(rng.randint(8, 40)):
        page.line(0, row * 1.4, 1, text=str(row + 1))
        page.line(3, row * 1.4, rng.uniform(3, 12))
        for cell in range(cells):
            page.line(18 + cell * 5, row * 1.4, rng.uniform(2, 3))
    return page


def terms_and_explanations(rng: random.Random) -> Page:
    """Terms of one to three rows, set closer than the explanations beside them."""
    page, y = Page(rng), 0.0
    for term in range(8):
        rows = 1 + term % 3
        for row in range(rows):
            page.line(0, y + row * 1.05, rng.uniform(5, 9))
        below = page.prose(11, y, 32, rng.randint(rows, rows + 3), 1.35, ragged=0.05)
        y = max(below, y + rows * 1.05) + 0.7
    return page


def letter(rng: random.Random) -> Page:
    page, y, width = Page(rng), 0.0, rng.uniform(35, 50)
    for _ in range(rng.randint(3, 6)):
        page.line(width * 0.65, y, rng.uniform(0.15, 0.35) * width)
        y += 1.3
    for row in range(4):
        page.line(0, y + 2 + row * 1.3, rng.uniform(0.2, 0.4) * width)
    y += 8.5
    page.line(width * 0.6, y, width * 0.3)
    page.line(0, y + 3, width * 0.5)
    y += 5.5
    for _ in range(3):
        y = page.prose(0, y, width, rng.randint(3, 7)) + 1
    page.line(0, y, 0.3 * width)
    page.line(0.1 * width, y + 4, 0.8 * width)
    return page


def cards(rng: random.Random) -> Page:
    """Rows of cards with a few centred lines each, as in the chart of an organisation: read card by card, downwards.

    The one at the top of them all comes first.
    """
    page, width, count = Page(rng), rng.uniform(12, 18), rng.randint(2, 4)
    if rng.random() < 0.5:
        for row in range(3):
            length = rng.uniform(0.7, 0.9) * width
            page.line((count * (width + 3) - 3 - length) / 2, row * 1.1 - 8, length)
    for column in range(count):
        for card in range(4):
            for row in range(3):
                length = rng.uniform(0.7, 0.9) * width
                page.line(column * (width + 3) + (width - length) / 2, card * 6.3 + row * 1.1, length)
    return page


def folded_list(rng: random.Random) -> Page:
    """A list folded to fit the page: its headings stand there two or three times, each over a part of its own."""
    page, count, rows = Page(rng), rng.randint(2, 3), rng.randint(6, 40)
    widths, leading = [rng.uniform(5, 9) for _ in range(rng.randint(2, 3))], rng.uniform(1.1, 1.6)
    if rng.random() < 0.5:
        page.line(2, -3, rng.uniform(5, 30))
    for part in range(count):
        x = part * (sum(widths) + 2)
        for column, width in enumerate(widths):
            page.line(x + sum(widths[:column]), 0, 0.7 * width, text=f"Heading {column}")
        page.table(1.8, widths, rows if part < count - 1 else rng.randint(4, rows), x, leading)
    page.line(0, 1.8 + leading * rows + 2, count * sum(widths))
    return page


def tables_beside_each_other(rng: random.Random) -> Page:
    """Two tables of many narrow columns on the same rows, a strip between them, a title and a note across both."""
    page, width, rows = Page(rng), rng.uniform(3.5, 5), rng.randint(8, 40)
    labels, leading, strip = rng.uniform(9, 14), rng.uniform(1, 1.8), rng.uniform(2, 4)
    left, right = rng.randint(3, 8), rng.randint(4, 8)
    whole = labels + (left + right) * width + strip
    page.line(0, -3, rng.uniform(0.9, 1) * whole)
    for x, count in ((labels, left), (labels + left * width + strip, right)):
        for row in range(rows):
            if x == labels:
                page.line(0, row * leading, rng.uniform(0.3, 0.9) * labels)
            for column in range(1, count + 1):
                length = width * rng.uniform(0.4, 0.8)
                page.line(x + column * width - length, row * leading, length)
    page.line(0, rows * leading + 1, whole)
    return page

"""Layouts of synthetic pages for the tests of the reading order. ``rng`` determines everything that varies."""

from __future__ import annotations

import random

from tests.support.synthetic_page import SyntheticPage


def one_column(rng: random.Random) -> SyntheticPage:
    page = SyntheticPage(rng)
    page.prose(0, 0, rng.uniform(20, 50), rng.randint(5, 50), rng.uniform(1, 2.5), rng.choice([0, 0.1, 0.4]))
    return page


def text_columns(rng: random.Random) -> SyntheticPage:
    page = SyntheticPage(rng)
    rows = [rng.randint(12, 40) for _ in range(rng.randint(2, 4))]
    page.columns(rng.uniform(11, 28), rng.uniform(1, 4), rows, leading=rng.uniform(1, 1.7), ragged=rng.choice([0, 0.2]))
    return page


def headings_across_columns(rng: random.Random) -> SyntheticPage:
    """A page header, a title and sections of columns. Some headings end before the last column."""
    page = SyntheticPage(rng)
    count, width, gutter, y = rng.randint(2, 4), rng.uniform(11, 28), rng.uniform(1, 4), 0.0
    total_width, leading = count * (width + gutter) - gutter, rng.uniform(1, 1.6)
    if rng.random() < 0.5:
        page.line(0, 0, 8)
        page.line(total_width - 3, 0, 3)
        y = rng.uniform(2.2, 5)
    title = rng.uniform(0.6, 1) * total_width
    page.line((total_width - title) / 2, y, title, rng.uniform(1, 2.5))
    y += rng.uniform(3.5, 5)
    for section in range(rng.randint(1, 3)):
        if section:
            page.line(0, y, rng.uniform(0.6, 1) * total_width)
            y += rng.uniform(1.5, 3)
        y = page.columns(width, gutter, [rng.randint(9, 20) for _ in range(count)], y, leading=leading)
        y += rng.uniform(0.6, 2)
    page.line(total_width / 2 - 1, y + 1.5, 2)
    return page


def figures_in_columns(rng: random.Random) -> SyntheticPage:
    """Columns with a figure each at about the same height, so that a white band crosses all columns."""
    page = SyntheticPage(rng)
    width, gutter, leading = rng.uniform(14, 28), rng.uniform(1, 4), rng.uniform(1.05, 1.5)
    for column in range(rng.randint(2, 3)):
        x = column * (width + gutter)
        y = page.prose(x, 0, width, rng.randint(4, 20), leading) + rng.uniform(6, 14)
        page.line(x + 0.1 * width, y, 0.8 * width)
        page.prose(x, y + leading + 0.5, width, rng.randint(8, 20), leading)
    return page


def plain_table(rng: random.Random) -> SyntheticPage:
    """A table of two to eight columns, often with a title, sometimes with empty cells and a note."""
    page = SyntheticPage(rng)
    widths = [rng.uniform(6, 14)] + [rng.uniform(3, 8) for _ in range(rng.randint(1, 7))]
    if rng.random() < 0.6:
        page.line(0, -2.5, rng.uniform(5, sum(widths)))
    y = page.table(0, widths, rng.randint(3, 40), leading=rng.uniform(1, 2.2), filled=rng.choice([1, 0.9, 0.7]))
    page.prose(0, y + 0.6, sum(widths), rng.randint(0, 4))
    return page


def table_between_columns(rng: random.Random) -> SyntheticPage:
    """A table as wide as the page between two-column text. Its column gaps may be in line with the gutter."""
    page = SyntheticPage(rng)
    width, gutter, leading = rng.uniform(18, 28), rng.uniform(1.2, 3), rng.uniform(1.05, 1.4)
    total_width, count = 2 * width + gutter, rng.randint(5, 7)
    y = page.columns(width, gutter, [12, 12], leading=leading) + 1
    page.line(0, y, rng.uniform(0.6, 1) * total_width)
    widths = [0.3 * total_width] + [min(8, 0.7 * total_width / (count - 1))] * (count - 1)
    y = page.table(y + leading + 0.6, widths, rng.randint(4, 10), leading=leading) + 1
    page.columns(width, gutter, [14, 14], y, leading=leading)
    return page


def table_beside_text(rng: random.Random) -> SyntheticPage:
    page = SyntheticPage(rng)
    widths = [rng.uniform(8, 14)] + [rng.uniform(3, 5) for _ in range(rng.randint(2, 4))]
    leading = rng.uniform(1, 1.3)
    height = page.table(0, widths, rng.randint(20, 50), leading=leading)
    leading *= rng.choice([1.15, 1.3, 1.45])
    rows = int(height / leading * rng.uniform(0.4, 1))
    page.prose(sum(widths) + rng.uniform(1.2, 4), 0.3, rng.uniform(12, 25), rows, leading)
    return page


def sidebar(rng: random.Random) -> SyntheticPage:
    """Running text, and beside it short lines with less leading."""
    page = SyntheticPage(rng)
    width, rows, leading = rng.uniform(25, 40), rng.randint(25, 60), rng.uniform(1.2, 1.7)
    page.prose(0, 0, width, rows, leading)
    x, y, narrow = width + rng.uniform(1.2, 4), rng.uniform(0, 2), rng.uniform(9, 0.6 * width)
    for _ in range(min(rng.randint(12, 40), int(rows * leading / 1.1) - 2)):
        page.line(x, y, narrow * rng.uniform(0.3, 1))
        y += 1.05
    return page


def receipt(rng: random.Random) -> SyntheticPage:
    page, y = SyntheticPage(rng), 0.0
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


def numbered_lines(rng: random.Random) -> SyntheticPage:
    """Line numbers in the margin, on every row or on every fifth. They are read before the text."""
    page = SyntheticPage(rng)
    width, each, leading, rows = rng.uniform(20, 40), rng.choice([1, 5]), rng.uniform(1.1, 2.4), rng.randint(20, 30)
    for row in range(each, rows + 1, each):
        page.line(0, row * leading, 1, text=str(row))
    for row in range(1, rows + 1):
        page.line(3, row * leading, width * rng.choice([1, 1, 1, 0.95, 0.5]))
    return page


def transcript(rng: random.Random) -> SyntheticPage:
    """Four pages of a transcript on one sheet, each with line numbers."""
    page = SyntheticPage(rng)
    width, gutter = rng.uniform(17, 22), rng.uniform(1.5, 3)
    for place in range(4):
        x, y = place // 2 * (width + 3 + gutter), place % 2 * 32
        for row in range(25):
            page.line(x if row > 8 else x + 0.5, y + row * 1.1, 0.6 if row < 9 else 1.1, text=str(row + 1))
        for row in range(25):
            page.line(x + 2.8, y + row * 1.1, width * rng.choice([1, 1, 0.97, 0.9, 0.95, 0.5]))
    return page


def numbered_rows(rng: random.Random) -> SyntheticPage:
    """A table or list with row numbers. The numbers stay with their rows."""
    page, cells = SyntheticPage(rng), rng.randint(0, 3)
    for row in range(rng.randint(8, 40)):
        page.line(0, row * 1.4, 1, text=str(row + 1))
        page.line(3, row * 1.4, rng.uniform(3, 12))
        for cell in range(cells):
            page.line(18 + cell * 5, row * 1.4, rng.uniform(2, 3))
    return page


def terms_and_explanations(rng: random.Random) -> SyntheticPage:
    """Terms of one to three rows, with less leading than the explanations beside them."""
    page, y = SyntheticPage(rng), 0.0
    for term in range(8):
        rows = 1 + term % 3
        for row in range(rows):
            page.line(0, y + row * 1.05, rng.uniform(5, 9))
        below = page.prose(11, y, 32, rng.randint(rows, rows + 3), 1.35, ragged=0.05)
        y = max(below, y + rows * 1.05) + 0.7
    return page


def letter(rng: random.Random) -> SyntheticPage:
    page, y, width = SyntheticPage(rng), 0.0, rng.uniform(35, 50)
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


def cards(rng: random.Random) -> SyntheticPage:
    """Columns of cards with a few centred lines each, as in an organisation chart, read column by column.

    A card above all columns comes first.
    """
    page, width, count = SyntheticPage(rng), rng.uniform(12, 18), rng.randint(2, 4)
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


def wrapped_list(rng: random.Random) -> SyntheticPage:
    """A list wrapped into two or three parts side by side, each with the same headings."""
    page, count, rows = SyntheticPage(rng), rng.randint(2, 3), rng.randint(6, 40)
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


def tables_side_by_side(rng: random.Random) -> SyntheticPage:
    """Two tables of many narrow columns with matching rows and a gap between them; a title and a note across both."""
    page, width, rows = SyntheticPage(rng), rng.uniform(3.5, 5), rng.randint(8, 40)
    labels, leading, strip = rng.uniform(9, 14), rng.uniform(1, 1.8), rng.uniform(2, 4)
    left, right = rng.randint(3, 8), rng.randint(4, 8)
    total_width = labels + (left + right) * width + strip
    page.line(0, -3, rng.uniform(0.9, 1) * total_width)
    for x, count in ((labels, left), (labels + left * width + strip, right)):
        for row in range(rows):
            if x == labels:
                page.line(0, row * leading, rng.uniform(0.3, 0.9) * labels)
            for column in range(1, count + 1):
                length = width * rng.uniform(0.4, 0.8)
                page.line(x + column * width - length, row * leading, length)
    page.line(0, rows * leading + 1, total_width)
    return page

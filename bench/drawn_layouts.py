"""Draw pages whose reading order is known: research notes, newsletters, facing pages, notices, brochures.

What is beside the text and has a text of its own, as a side column or a box, is read after the text on its left.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from bench.drawn_sheet import BODY, BOLD, PLAIN, STRONG, Sheet, columns

_ITEMS = ("Market value", "Shares outstanding", "Dividend yield", "Book value", "52-week range", "Price target", "Debt")
_NAMES = ("Mary Foster", "John Harris", "Anna Keller", "Peter Brandt", "Ruth Coleman")


def research(rng: random.Random, sentences: Sequence[str]) -> Sheet:
    """A research note: a letterhead, text with run-in headings, and a side column of contacts and figures."""
    page = Sheet(rng, sentences, 612, 792)
    side = rng.uniform(150, 190)
    left, split, right = 45.0, 612 - 45 - side - rng.uniform(14, 26), 567.0
    x = 567.0 - side
    page.line(left, 55, "HARBOUR CAPITAL", 20, STRONG)
    page.line(right, 52, "Equity Research", 11, BOLD, 1)
    page.rule(left, 64, right)
    page.line(left, 80, "October 25, 2012", 9, PLAIN)
    y = page.block((left, 88, split, 0), page.words(6), 20, BOLD)
    for _ in range(rng.randint(4, 6)):
        y = page.block((left, y + 4, split, 0), page.words(4) + ".", 10, STRONG) - 3
        y = page.flow([(left, y, split, y + rng.uniform(55, 105))], 9.5)
    at = 96.0
    for name in rng.sample(_NAMES, rng.randint(2, 3)):
        page.line(x, at, name, 9, STRONG)
        page.line(x, at + 11, "Equity analyst", 8)
        page.line(x, at + 22, f"{name.split()[1].lower()}@harbour.example", 8)
        at += 38
    at += 10
    page.line(x, at, "Key data", 10, STRONG)
    page.rule(x, at + 4, right)
    for item in rng.sample(_ITEMS, 6):
        at += 12
        page.pair(x, right, at, item, f"{rng.uniform(1, 900):.1f}", 8.5)
    at = page.block((x, at + 14, right, 0), "Company profile", 10, STRONG) - 2
    page.flow([(x, at, right, max(y, at + 60))], 8.5)
    page.rule(left, 750, right)
    page.line(left, 762, "See the last page for important disclosures.", 7.5)
    page.line(right, 762, "1", 7.5, align=1)
    return page


def newsletter(rng: random.Random, sentences: Sequence[str]) -> Sheet:
    """A narrow column of contents on the left, and two ragged columns with a picture, whose caption is beside it."""
    page = Sheet(rng, sentences, 612, 792)
    left, right, bottom = 40.0, 572.0, 735.0
    narrow = rng.uniform(105, 130)
    page.line(left, 70, "Village Post", 40, BOLD)
    page.line(right, 70, "Spring 1994", 11, align=1)
    page.rule(left, 80, right)
    page.page.draw_rect((left - 6, 92, left + narrow, bottom), color=None, fill=(0.9, 0.9, 0.9))
    y = page.block((left, 98, left + narrow - 6, 0), "In this issue", 13, STRONG) + 4
    for number in range(rng.randint(5, 8)):
        y = page.block((left, y, left + narrow - 6, 0), f"{page.words(4)}, page {2 * number + 2}", 9, PLAIN) + 5
    (a0, a1), (b0, b1) = columns(left + narrow + rng.uniform(12, 20), right, 2, rng.choice((12, 16, 20)))
    y = page.block((a0, 92, b1, 0), page.words(6), 22, STRONG)
    y = page.block((a0, y, b1, 0), "By Ruth Coleman", 9.5, BODY) + 4
    middle = rng.uniform(470, 540)
    page.flow([(a0, y, a1, middle), (b0, y, b1, middle)], 10, ragged=True)
    frame = (a0, middle + 8, a0 + 0.55 * (b1 - a0), bottom)
    page.shapes(frame)
    page.block((frame[2] + 10, middle + 40, b1, 0), page.text(2), 8.5, PLAIN)
    return page


def facing(rng: random.Random, sentences: Sequence[str]) -> Sheet:
    """Two facing pages of a book in two columns each, with running heads and page numbers."""
    page = Sheet(rng, sentences, 1000, 680)
    number, gutter = rng.randint(10, 90) * 2, rng.choice((10, 12, 16))
    for half in range(2):
        x0, x1 = 45 + half * 485, 470 + half * 485
        page.line(x0 if not half else x1, 42, str(number + half), 9, align=half)
        page.line((x0 + x1) / 2, 42, "A SHORT HISTORY OF HARBOURS" if not half else page.words(3).upper(), 9, BODY, 0.5)
        frames = [(a, 56, b, 640 if rng.random() < 0.7 else 560) for a, b in columns(x0, x1, 2, gutter)]
        page.flow(frames, rng.choice((8.5, 9)))
    return page


def two_of_three(rng: random.Random, sentences: Sequence[str]) -> Sheet:
    """A headline and a picture over two of three columns; the third column is another story from the top."""
    page = Sheet(rng, sentences, 700, 950)
    left, right, bottom = 36.0, 664.0, 900.0
    edges = columns(left, right, 3, rng.choice((12, 16)))
    page.line(350, 66, "THE EVENING MAIL", 36, BOLD, 0.5)
    page.rule(left, 78, right)
    main = edges[:2]
    y = page.block((main[0][0], 84, main[1][1], 0), page.words(8), 26, BOLD) + 4
    if rng.random() < 0.6:
        y = page.picture((main[0][0], y, main[1][1], y + rng.uniform(150, 220)), page.text(1))
    story = rng.uniform(650, 720)
    page.flow([(a, y, b, story) for a, b in main], 9.5, drop_cap=rng.random() < 0.5)
    page.rule(main[0][0], story + 8, main[1][1])
    y = page.block((main[0][0], story + 12, main[1][1], 0), page.words(6), 18, BOLD) + 2
    page.flow([(a, y, b, bottom) for a, b in main], 9.5)
    a, b = edges[2]
    y = page.block((a, 84, b, 0), page.words(5), 17, BOLD) + 2
    page.flow([(a, y, b, 540)], 9.5)
    page.rule(a, 550, b)
    y = page.block((a, 554, b, 0), page.words(4), 15, BOLD) + 2
    page.flow([(a, y, b, bottom)], 9.5)
    return page


def wide_figure(rng: random.Random, sentences: Sequence[str]) -> Sheet:
    """Two columns of an article, cut by a figure or a table as wide as the page, with footnotes below both columns."""
    page = Sheet(rng, sentences, 612, 792)
    left, right, bottom = 50.0, 562.0, 680.0
    edges = columns(left, right, 2, rng.choice((12, 16, 22)))
    top, height = rng.uniform(240, 330), rng.uniform(110, 160)
    page.line(left, 40, "Proceedings of the Harbour Society", 8)
    page.line(right, 40, str(rng.randint(100, 400)), 8, align=1)
    page.flow([(a, 55, b, top) for a, b in edges], 9.5)
    if rng.random() < 0.5:
        y = page.picture((left + 40, top + 14, right - 40, top + 14 + height), f"Figure 2. {page.text(1)}") + 6
    else:
        page.line(left, top + 24, f"Table 1. {page.words(8)}", 9, PLAIN)
        y = page.table((left, top + 30, right, 0), rng.randint(5, 8), 5, 8.5) + 12
    page.flow([(a, y, b, bottom - 20 * (at % 2)) for at, (a, b) in enumerate(edges)], 9.5)
    return page


def footnotes(rng: random.Random, sentences: Sequence[str]) -> Sheet:
    """Two columns, each with footnotes in small type at its end."""
    page = Sheet(rng, sentences, 612, 792)
    edges = columns(50.0, 562.0, 2, rng.choice((12, 16, 22)))
    page.line(306, 40, page.words(5).upper(), 9, BODY, 0.5)
    number = 1
    for a, b in edges:
        end = rng.uniform(560, 660)
        page.flow([(a, 55, b, end)], 9.5)
        page.rule(a, end + 12, a + 60)
        y = end + 12
        while y < 700:
            y = page.block((a, y, b, 0), f"{number} {page.text(1)}", 7.5)
            number += 1
    page.line(306, 765, str(rng.randint(100, 400)), 9, BODY, 0.5)
    return page


def inset(rng: random.Random, sentences: Sequence[str]) -> Sheet:
    """Two or three columns; a box with its own heading and text covers the lower part of the last column or two."""
    page = Sheet(rng, sentences, 612, 792)
    count = rng.choice((2, 3, 3))
    edges, bottom = columns(44.0, 568.0, count, rng.choice((12, 16, 18))), 735.0
    y = page.block((44, 50, 568, 0), page.words(7), 26, BOLD) + 6
    covered = rng.randint(1, count - 1)
    top = rng.uniform(440, 540)
    page.flow([(a, y, b, bottom if at < count - covered else top - 14) for at, (a, b) in enumerate(edges)], 9.5)
    x0, x1 = edges[count - covered][0], edges[-1][1]
    page.page.draw_rect((x0 - 3, top, x1 + 3, bottom + 6), color=(0, 0, 0), width=0.8)
    y = page.block((x0 + 6, top + 4, x1 - 6, 0), page.words(4), 13, STRONG)
    page.flow([(a, y, b, bottom) for a, b in columns(x0 + 6, x1 - 6, covered, 14)], 8.5)
    return page


def notices(rng: random.Random, sentences: Sequence[str]) -> Sheet:
    """Five or six narrow columns of short notices, each with a heading, with narrow gutters and rules between them."""
    page = Sheet(rng, sentences, 720, 960)
    count = rng.choice((5, 6))
    edges = columns(30.0, 690.0, count, rng.choice((8, 9, 11)))
    page.line(360, 50, "CLASSIFIED NOTICES", 24, BOLD, 0.5)
    for at, (a, b) in enumerate(edges):
        if at:
            page.page.draw_line((a - (a - edges[at - 1][1]) / 2, 66), (a - (a - edges[at - 1][1]) / 2, 920), width=0.5)
        y = 66.0
        while y < 820:
            size = rng.choice((9, 10, 13))
            heading = page.words(rng.randint(2, 3)).upper()[: int((b - a) / size)]
            page.line((a + b) / 2, y + 12, heading, size, BOLD, 0.5)
            y = page.flow([(a, y + 16, b, y + rng.uniform(50, 120))], 8, ragged=rng.random() < 0.3) + 3
            page.rule(a + 20, y, b - 20)
            y += 2
    return page


def tables_in_columns(rng: random.Random, sentences: Sequence[str]) -> Sheet:
    """Two columns of text, with a small table in one of them."""
    page = Sheet(rng, sentences, 612, 792)
    edges, bottom = columns(50.0, 562.0, 2, rng.choice((14, 18, 24))), 730.0
    number = rng.randint(0, 1)
    for at, (a, b) in enumerate(edges):
        if at != number:
            page.flow([(a, 55, b, bottom)], 9.5)
            continue
        top = rng.uniform(180, 380)
        y = page.flow([(a, 55, b, top)], 9.5)
        page.line(a, y + 16, f"Table 1. {page.words(4)}", 8.5, STRONG)
        y = page.table((a, y + 22, b, 0), rng.randint(5, 9), rng.choice((3, 4)), 8) + 12
        page.flow([(a, y, b, bottom)], 9.5)
    return page


def spread_captions(rng: random.Random, sentences: Sequence[str]) -> Sheet:
    """A brochure: pictures in a column on one side, each with its caption, and ragged text beside them."""
    page = Sheet(rng, sentences, 792, 612)
    x = rng.uniform(250, 300)
    y = page.block((50, 40, 742, 0), page.words(5), 28, STRONG) + 8
    top = y
    for _ in range(2):
        y = page.picture((50, y, x, y + rng.uniform(110, 140)), page.text(1)) + 10
    a, b = x + rng.uniform(18, 30), 742.0
    y = page.block((a, top, b, 0), page.text(1), 14, PLAIN) + 8
    page.flow([(c, y, d, 560) for c, d in columns(a, b, 2, rng.choice((14, 20)))], 10, ragged=True)
    return page


LAYOUTS: dict[str, Callable[[random.Random, Sequence[str]], Sheet]] = {
    "research": research,
    "newsletter": newsletter,
    "facing": facing,
    "two of three": two_of_three,
    "wide figure": wide_figure,
    "footnotes": footnotes,
    "inset": inset,
    "notices": notices,
    "tables": tables_in_columns,
    "brochure": spread_captions,
}

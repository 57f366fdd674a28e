"""Draw pages of many parts whose reading order is known: stories of a newspaper, verses, side columns."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from bench.drawn_sheet import BODY, BOLD, PLAIN, STRONG, Sheet, columns

_GUTTER = 13.0


def stories(rng: random.Random, sentences: Sequence[str]) -> Sheet:
    """Stories that divide the page into rectangles, each with a headline over its columns."""
    page = Sheet(rng, sentences, 760, 1050)
    page.line(380, 70, "THE HARBOUR TIMES", 44, BOLD, 0.5)
    page.line(36, 92, "Monday, June 7, 1971", 8)
    page.line(724, 92, "Price 10 cents", 8, align=1)
    page.rule(36, 97, 724)
    edges = columns(36.0, 724.0, rng.choice((4, 5, 6)), _GUTTER)
    _divide(page, edges, 102.0, 1020.0, 0)
    return page


def _divide(page: Sheet, edges: Sequence[tuple[float, float]], top: float, bottom: float, depth: int) -> None:
    rng, height = page.rng, bottom - top
    wide, tall = len(edges) > 1 and height > 200, height > 440  # noqa: PLR2004
    if depth and (not (wide or tall) or (depth > 1 and rng.random() < 0.4)):  # noqa: PLR2004
        _story(page, edges, top, bottom)
    elif tall and (not wide or rng.random() < 0.55):
        cut = top + height * rng.uniform(0.38, 0.62)
        _divide(page, edges, top, cut - 10, depth + 1)
        page.rule(edges[0][0], cut - 3, edges[-1][1])
        _divide(page, edges, cut, bottom, depth + 1)
    else:
        at = rng.randint(1, len(edges) - 1)
        _divide(page, edges[:at], top, bottom, depth + 1)
        _divide(page, edges[at:], top, bottom, depth + 1)


def _story(page: Sheet, edges: Sequence[tuple[float, float]], top: float, bottom: float) -> None:
    left, right = edges[0][0], edges[-1][1]
    size = min(14 + 5 * len(edges), 30)
    y = page.block((left, top, right, 0), page.words(page.rng.randint(3, 4 + len(edges))), size, BOLD)
    if page.rng.random() < 0.3:
        y = page.block((left, y, right, 0), "By MARY FOSTER", 8, STRONG)
    if len(edges) > 1 and bottom - y > 260 and page.rng.random() < 0.5:  # noqa: PLR2004
        if edges[:-2]:
            page.flow([(a, y, b, bottom) for a, b in edges[:-2]], 9)
        y = page.picture((edges[-2][0], y + 3, right, y + 120), page.text(1))
        edges = edges[-2:]
    page.flow([(a, y, b, bottom) for a, b in edges], 9)


def verses(rng: random.Random, sentences: Sequence[str]) -> Sheet:
    """Two columns of verses: short ragged lines on the same rows."""
    page = Sheet(rng, sentences, 612, 792)
    page.line(306, 70, page.words(3), 22, BOLD, 0.5)
    for a, _ in columns(70.0, 562.0, 2, 40):
        for verse in range(rng.randint(5, 7)):
            for row in range(4):
                page.line(a + 12 * (row % 2), 110 + verse * 68 + row * 13, page.words(rng.randint(4, 6))[:36], 11, BODY)
    return page


def left_column(rng: random.Random, sentences: Sequence[str]) -> Sheet:
    """A narrow column of short notes on the left, and wide text with headings beside it."""
    page = Sheet(rng, sentences, 612, 792)
    x = rng.uniform(160, 200)
    y = page.block((x + 20, 50, 560, 0), page.words(6), 22, STRONG) + 6
    at = y
    for _ in range(rng.randint(3, 5)):
        at = page.block((45, at, x, 0), page.words(2), 10, STRONG)
        at = page.block((45, at, x, 0), page.text(1), 8.5, PLAIN) + 10
    for _ in range(rng.randint(3, 4)):
        page.line(x + 20, y + 12, page.words(3), 12, STRONG)
        y = page.flow([(x + 20, y + 18, 560, y + rng.uniform(110, 160))], 10) + 8
    return page


def article(rng: random.Random, sentences: Sequence[str]) -> Sheet:
    """The first page of an article: facts beside an abstract, and two columns below."""
    page = Sheet(rng, sentences, 612, 792)
    y = page.block((50, 60, 562, 0), page.words(9), 17, PLAIN)
    y = page.block((50, y, 562, 0), "Mary Foster, Peter Brandt, Ruth Coleman", 11, BODY) + 6
    page.rule(50, y, 562)
    page.line(50, y + 16, "ARTICLE INFO", 9, PLAIN)
    at = page.block((50, y + 24, 180, 0), "Received 3 March 1998", 7.5, PLAIN)
    at = page.block((50, at, 180, 0), "Accepted 9 July 1998", 7.5, PLAIN) + 6
    at = page.block((50, at, 180, 0), "Keywords:", 7.5, STRONG) - 3
    for _ in range(rng.randint(3, 5)):
        at = page.block((50, at, 180, 0), page.words(2), 7.5, PLAIN) - 3
    page.line(210, y + 16, "ABSTRACT", 9, PLAIN)
    end = page.flow([(210, y + 24, 562, max(at, y + rng.uniform(110, 160)))], 8.5)
    page.rule(50, end + 6, 562)
    edges = columns(50.0, 562.0, 2, rng.choice((14, 18, 22)))
    page.line(50, end + 26, "1. Introduction", 10.5, STRONG)
    page.flow([(a, end + (34 if not at else 18), b, 740) for at, (a, b) in enumerate(edges)], 9.5)
    return page


def wrapped(rng: random.Random, sentences: Sequence[str]) -> Sheet:
    """Two columns; the lines of one of them are shorter beside a picture."""
    page = Sheet(rng, sentences, 612, 792)
    (a0, a1), (b0, b1) = columns(50.0, 562.0, 2, rng.choice((14, 18, 24)))
    y = page.block((50, 50, 562, 0), page.words(7), 26, BOLD) + 6
    top, bottom = y + rng.uniform(80, 160), y + rng.uniform(260, 340)
    x = a0 + rng.uniform(0.35, 0.5) * (a1 - a0)
    page.shapes((x, top, a1, bottom - 8))
    page.flow([(a0, y, a1, top - 6), (a0, top - 6, x - 10, bottom), (a0, bottom, a1, 740), (b0, y, b1, 740)], 9.5)
    return page


def references(rng: random.Random, sentences: Sequence[str]) -> Sheet:
    """Two columns of references with hanging indents."""
    page = Sheet(rng, sentences, 612, 792)
    page.line(306, 40, "Harbour Studies", 8, PLAIN, 0.5)
    number = 1
    for at, (a, b) in enumerate(columns(50.0, 562.0, 2, rng.choice((14, 20, 26)))):
        y = 60.0
        if not at:
            page.line(a, y + 10, "References", 11, BOLD)
            y += 16
        while y < 690:
            page.line(a, y + 8.5, f"[{number}]", 8.5, BODY)
            label = page.lines.pop()
            first = len(page.lines)
            y = page.block((a + 20, y - 1.87, b, 0), page.text(1), 8.5, BODY) + 1
            page.lines[first] = f"{label} {page.lines[first]}"
            number += 1
    return page


STORIES: dict[str, Callable[[random.Random, Sequence[str]], Sheet]] = {
    "stories": stories,
    "verses": verses,
    "left column": left_column,
    "article": article,
    "wrapped": wrapped,
    "references": references,
}

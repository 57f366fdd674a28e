"""Draw pages in columns whose reading order is known: newspapers, magazines, journals.

A caption is read with its picture, where its column is read, and a pull quote after the paragraph that it interrupts.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from bench.drawn_sheet import BODY, BOLD, PLAIN, STRONG, Sheet, columns

_MARGIN = 36.0


def newspaper(rng: random.Random, sentences: Sequence[str]) -> Sheet:
    """Three stories: one around a picture over two columns and a pull quote, and two side by side below it."""
    page = Sheet(rng, sentences, 760, 1050)
    right, count = page.width - _MARGIN, rng.choice((4, 5))
    edges = columns(_MARGIN, right, count, rng.choice((12, 14)))
    page.line(page.width / 2, 80, rng.choice(("The Daily Courier", "Harbour Gazette")), 46, BOLD, 0.5)
    page.line(_MARGIN, 98, "Saturday, March 4, 1978", 8)
    page.line(right, 98, "Price 15 cents", 8, align=1)
    page.rule(_MARGIN, 103, right)
    y = page.block((_MARGIN, 106, right, 0), page.words(7), 30, BOLD)
    page.line(_MARGIN, y + 12, "By MARY FOSTER", 8.5, STRONG)
    y, split, size = y + 22, rng.uniform(560, 700), rng.choice((9, 9.5))
    x0, x1 = edges[0]
    cut = y + rng.uniform(90, 150)
    below, quote = page.quote((x0, cut, x1, 0), page.words(14), 14)
    before = rng.randint(1, count - 2)
    frames = [(x0, y, x1, cut), (x0, below, x1, split), *((a, y, b, split) for a, b in edges[1:before])]
    page.flow(frames, size, quote, drop_cap=True)
    picture = (edges[before][0], y + 4, edges[before + 1][1], y + rng.uniform(130, 190))
    top = page.picture(picture, page.text(1))
    tops = [top, top, *[y] * count]
    page.flow([(a, start, b, split) for (a, b), start in zip(edges[before:], tops, strict=False)], size)
    page.rule(_MARGIN, split + 8, right)
    stories = rng.randint(2, count - 1)
    for story, type_size in ((edges[:stories], 20), (edges[stories:], 16)):
        y = page.block((story[0][0], split + 12, story[-1][1], 0), page.words(5), type_size, BOLD) + 4
        page.flow([(a, y, b, page.height - 50) for a, b in story], size)
    return page


def magazine(rng: random.Random, sentences: Sequence[str]) -> Sheet:
    """Three columns around a pull quote over two of them, and a box with a text of its own."""
    page = Sheet(rng, sentences, 612, 792)
    left, right, bottom = 44.0, page.width - 44, 730.0
    first, second, third = columns(left, right, 3, 16)
    y = page.block((left, 50, right, 0), page.words(5), 32, STRONG)
    y = page.block((left, y, right, 0), page.text(1), 13, PLAIN) + 10
    top, middle = rng.uniform(y + 120, y + 200), (first[1] + second[0]) / 2
    x0, x1 = middle - 70, middle + 70
    below, quote = page.quote((x0, top, x1, 0), page.words(12), 15)
    box = rng.uniform(420, 520)
    frames = [(first[0], y, first[1], top), (first[0], top, x0 - 8, below), (first[0], below, first[1], bottom)]
    frames += [(second[0], y, second[1], top), (x1 + 8, top, second[1], below), (second[0], below, second[1], bottom)]
    page.flow([*frames, (third[0], y, third[1], box - 16)], 9, quote, drop_cap=True)
    page.page.draw_rect((third[0] - 6, box - 8, third[1] + 6, bottom), color=None, fill=(0.88, 0.88, 0.88))
    y = page.block((third[0], box, third[1], 0), page.words(3).upper(), 10, STRONG)
    page.block((third[0], y, third[1], 0), page.text(3), 8.5, PLAIN)
    page.line(left, 765, "FIELD & GARDEN", 8)
    page.line(right, 765, str(rng.randint(20, 90)), 8, align=1)
    return page


def journal(rng: random.Random, sentences: Sequence[str]) -> Sheet:
    """Two columns with numbered headings, a figure at the top of the second one, and a footnote."""
    page = Sheet(rng, sentences, 612, 792)
    left, right, bottom = 54.0, page.width - 54, 690.0
    (a0, a1), (b0, b1) = columns(left, right, 2, 18)
    page.line(left, 40, "Journal of Harbour Studies 12 (1998)", 8)
    page.line(right, 40, str(rng.randint(100, 400)), 8, align=1)
    y = page.block((left, 60, right, 0), page.words(9), 18, BOLD, 0.5)
    page.line(page.width / 2, y + 14, "A. Harris and B. Foster", 10, BODY, 0.5)
    y = page.block((left + 30, y + 30, right - 30, 0), page.text(3), 8.5) + 12
    page.line(a0, y + 10, "1. Introduction", 11, BOLD)
    page.flow([(a0, y + 18, a1, bottom - 20)], 9.5)
    page.rule(a0, bottom - 8, a0 + 60)
    page.block((a0, bottom - 8, a1, 0), f"1 {page.text(1)}", 7.5)
    top = page.picture((b0, y, b1, y + rng.uniform(110, 170)), f"Figure 1. {page.text(1)}")
    end = rng.uniform(top + 120, top + 180)
    page.flow([(b0, top, b1, end)], 9.5)
    page.line(b0, end + 18, "2. Method", 11, BOLD)
    page.flow([(b0, end + 26, b1, bottom)], 9.5)
    return page


COLUMNS: dict[str, Callable[[random.Random, Sequence[str]], Sheet]] = {
    "newspaper": newspaper,
    "magazine": magazine,
    "journal": journal,
}

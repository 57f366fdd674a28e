"""Draw upright pages whose layout looks rotated: single digits, vertical labels, few words.

Each kind of page is a function that fills a ``Canvas``. ``draw_pages`` varies font, size and content by a seed, so a
page is the same in every run.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PIL import Image

from .canvas import Canvas

WORDS = ("apple", "bread", "milk", "cheese", "butter", "coffee", "sugar", "flour", "onion", "potato", "carrot", "rice")
TOWNS = ("North", "South", "East", "West", "Centre", "Harbour", "Airport", "Station", "Market", "Castle", "Bridge")
NAMES = ("Adams", "Brown", "Clark", "Davis", "Evans", "Foster", "Green", "Harris", "Irwin", "Jones", "Kelly", "Lewis")
MONTHS = ("January", "February", "March", "April", "May", "July", "August", "September", "October", "November")
KEYS = ("ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ")
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI")


@dataclass(frozen=True)
class DrawnPage:
    """An upright page. turnable: whether most of its text shows how the page is rotated."""

    kind: str
    seed: int
    image: Image.Image
    words: tuple[str, ...]
    turnable: bool


def digit_table(page: Canvas) -> None:
    columns, rules = page.rng.randint(4, 9), page.rng.random() < 0.5
    rows = [["Item", *"ABCDEFGHI"[:columns]]]
    rows += [[word, *(str(page.rng.randint(0, 9)) for _ in range(columns))] for word in page.rng.sample(WORDS, 12)]
    widths = [6.0] + [page.rng.uniform(1.6, 3.5)] * columns
    page.page_for(widths, len(rows), height := page.rng.uniform(1.3, 2.0))
    page.table(rows, widths, rules=rules, height=height)


def digit_grid(page: Canvas) -> None:
    columns, rows = page.rng.randint(6, 14), page.rng.randint(6, 16)
    widths = [page.rng.uniform(1.2, 3.0)] * columns
    height = page.rng.uniform(1.2, 2.4)
    page.page_for(widths, rows, height)
    cells = [[str(page.rng.randint(0, 9)) for _ in widths] for _ in range(rows)]
    page.table(cells, widths, height=height, rules=page.rng.random() < 0.5)


def sudoku(page: Canvas) -> None:
    widths = [2.0] * 9
    page.page_for(widths, 9)
    cells = [[str(page.rng.randint(1, 9)) if page.rng.random() < 0.4 else "" for _ in widths] for _ in widths]
    page.table(cells, widths)


def bingo(page: Canvas) -> None:
    widths = [3.0] * 5
    page.page_for(widths, 6, 3.0)
    rows = [[str(page.rng.randint(15 * column + 1, 15 * column + 15)) for column in range(5)] for _ in range(5)]
    page.table([list("BINGO"), *rows], widths, height=3.0)


def league(page: Canvas) -> None:
    rows = [["Team", "P", "W", "D", "L", "GF", "GA", "Pts"]]
    for name in page.rng.sample(NAMES, 10):
        rows.append([name + " Utd", *(str(page.rng.randint(0, top)) for top in (9, 9, 9, 9, 40, 40, 30))])
    widths = [8.0] + [2.5] * 7
    page.page_for(widths, len(rows))
    page.table(rows, widths, rules=page.rng.random() < 0.5)


def likert(page: Canvas) -> None:
    rows = [["Symptom", "Never", "Some", "Often", "Daily"]]
    rows += [[f"{word} pain", "0", "1", "2", "3"] for word in page.rng.sample(WORDS, 11)]
    widths = [8.0] + [4.0] * 4
    page.page_for(widths, len(rows))
    page.table(rows, widths, rules=page.rng.random() < 0.5)


def calendar(page: Canvas) -> None:
    days = [""] * page.rng.randint(0, 6) + [str(day) for day in range(1, 32)]
    days += [""] * (-len(days) % 7)
    rows = [list("MTWTFSS"), *(days[start : start + 7] for start in range(0, len(days), 7))]
    widths = [3.0] * 7
    page.page_for(widths, len(rows), 2.4, extra=80)
    page.text(page.image.width / 2, 60, f"{page.rng.choice(MONTHS)} 2026")
    page.table(rows, widths, height=2.4, rules=page.rng.random() < 0.5, top=120)


def seating_plan(page: Canvas) -> None:
    page.create(30 * page.size, 24 * page.size)
    page.text(15 * page.size, 2 * page.size, "STAGE")
    for row in range(8):
        page.text(2 * page.size, (5 + 2 * row) * page.size, "ABCDEFGH"[row])
        for seat in range(1, 13):
            x, y = (3 + 2 * seat) * page.size, (5 + 2 * row) * page.size
            box = (x - 0.8 * page.size, y - 0.8 * page.size, x + 0.8 * page.size, y + 0.8 * page.size)
            page.draw.rectangle(box, outline=0, width=1)
            page.text(x, y, str(seat))


def bar_chart(page: Canvas) -> None:
    """A chart with a vertical label at each bar and at the y axis; the angle of the labels varies."""
    angle = page.rng.choice((90, 90, 270))
    labels = page.rng.sample(MONTHS + WORDS, page.rng.randint(6, 14))
    size = page.size
    page.create((len(labels) * 2.5 + 10) * size, 28 * size)
    page.text(page.image.width / 2, 1.5 * size, f"Sales in {page.rng.randint(2001, 2025)}")
    page.text(1.5 * size, 10 * size, "Sales in million", angle=90)
    for tick in range(6):
        page.text(4.5 * size, (18 - 3 * tick) * size, str(20 * tick))
    page.draw.line((6 * size, 3 * size, 6 * size, 18 * size, page.image.width - size, 18 * size), fill=0, width=2)
    for bar, label in enumerate(labels):
        x, top = (8 + 2.5 * bar) * size, page.rng.uniform(4, 16) * size
        page.draw.rectangle((x - size, top, x + size, 18 * size), fill=page.rng.choice((90, 160, 200)), outline=0)
        page.text(x, 19 * size + page.width_of(label) / 2, label, angle=angle)


def vertical_heads(page: Canvas) -> None:
    """A table of digits whose headings run upwards."""
    heads, size = page.rng.sample(TOWNS, page.rng.randint(8, 11)), page.size
    height = 7 * size
    rows = [[str(2020 + row), *(str(page.rng.randint(0, 9)) for _ in heads)] for row in range(page.rng.randint(2, 12))]
    widths = [4.0] + [2.0] * len(heads)
    page.page_for(widths, len(rows), extra=height)
    for column, head in enumerate(heads):
        page.text(60 + (5 + 2 * column) * size, 60 + height - size / 2 - page.width_of(head) / 2, head, angle=90)
    page.table(rows, widths, top=60 + height, rules=page.rng.random() < 0.7)


def axes(page: Canvas) -> None:
    size = page.size
    page.create(26 * size, 20 * size)
    page.draw.line((5 * size, 2 * size, 5 * size, 16 * size, 24 * size, 16 * size), fill=0, width=2)
    for tick in range(10):
        page.text((6 + 1.8 * tick) * size, 17 * size, str(tick))
        page.text(4 * size, (15.5 - 1.4 * tick) * size, str(tick))
    page.text(15 * size, 18.7 * size, "Time in hours")
    page.text(
        1.5 * size, 9 * size, page.rng.choice(("Number of visitors", "Height in metres", "Temperature")), angle=90
    )


def floor_plan(page: Canvas) -> None:
    """Rooms with their names, and widths and heights along the walls."""
    size = page.size
    page.create(36 * size, 30 * size)
    rooms = page.rng.sample(("Kitchen", "Bath", "Hall", "Bedroom", "Living room", "Office", "Store", "Garage"), 4)
    for index, room in enumerate(rooms):
        x, y = (4 + 15 * (index % 2)) * size, (4 + 12 * (index // 2)) * size
        page.draw.rectangle((x, y, x + 15 * size, y + 12 * size), outline=0, width=4)
        page.text(x + 7.5 * size, y + 5 * size, room, angle=page.rng.choice((0, 0, 90)))
        page.text(x + 7.5 * size, y - size if index < 2 else y + 13 * size, f"{page.rng.randint(200, 599)}")
        page.text(
            x - size if index % 2 == 0 else x + 16 * size, y + 6 * size, f"{page.rng.randint(200, 599)}", angle=90
        )


def crossword(page: Canvas) -> None:
    page.create(28 * page.size, 28 * page.size)
    number = 0
    for row in range(10):
        for column in range(10):
            x, y = (4 + 2 * column) * page.size, (4 + 2 * row) * page.size
            black = page.rng.random() < 0.2
            page.draw.rectangle((x, y, x + 2 * page.size, y + 2 * page.size), outline=0, fill=0 if black else None)
            if not black and page.rng.random() < 0.5:
                number += 1
                page.text(x + page.size, y + page.size, page.rng.choice("ABCDEFGHIJKLMNOPRSTUVW"))


def letter_columns(page: Canvas) -> None:
    """Columns of single letters, as the answers of a test."""
    columns, rows = page.rng.randint(2, 6), page.rng.randint(8, 16)
    widths = [2.0, 3.0] * columns
    height = page.rng.uniform(1.3, 2.0)
    page.page_for(widths, rows, height)
    cells = [
        [cell for c in range(columns) for cell in (str(r + 1 + c * rows), page.rng.choice("ABCDE"))]
        for r in range(rows)
    ]
    page.table(cells, widths, height=height, rules=page.rng.random() < 0.3)


def roman_list(page: Canvas) -> None:
    widths = [3.0, 7.0, 3.0]
    rows = [[numeral, page.rng.choice(WORDS), str(page.rng.randint(1, 99))] for numeral in ROMAN]
    page.page_for(widths, len(rows), height := page.rng.uniform(1.4, 2.0))
    page.table(rows, widths, height=height, rules=page.rng.random() < 0.4)


def thin_letters(page: Canvas) -> None:
    """Columns of l, 1 and I, whose boxes are the tallest of all."""
    widths = [2.0] * page.rng.randint(4, 9)
    rows = page.rng.randint(6, 12)
    page.page_for(widths, rows, height := page.rng.uniform(1.4, 2.2))
    cells = [[page.rng.choice("1I1l7") for _ in widths] for _ in range(rows)]
    page.table(cells, widths, height=height, rules=page.rng.random() < 0.4)


def keypad(page: Canvas) -> None:
    page.create(16 * page.size, 20 * page.size)
    for index, key in enumerate("123456789*0#"):
        x, y = (3 + 5 * (index % 3)) * page.size, (3 + 4.5 * (index // 3)) * page.size
        page.draw.rectangle((x - 2 * page.size, y - 2 * page.size, x + 2 * page.size, y + 2 * page.size), outline=0)
        page.text(x, y, key, size=round(1.5 * page.size))
        if "1" < key <= "9":
            page.text(x, y + 1.4 * page.size, KEYS[int(key) - 2])


def stacked_numbers(page: Canvas) -> None:
    """Row numbers that are as close together as the letters of a line."""
    height = page.rng.uniform(1.05, 1.3)
    rows = [[str(row % 9 + 1), page.rng.choice(WORDS), str(page.rng.randint(0, 9))] for row in range(12)]
    widths = [2.0, 7.0, 2.0]
    page.page_for(widths, len(rows), height)
    page.table(rows, widths, height=height, rules=False)


def margin_notes(page: Canvas) -> None:
    """Lines of text with a vertical note in each margin."""
    size = page.size
    page.create(26 * size, 22 * size)
    for row in range(10):
        words = " ".join(page.rng.sample(WORDS, 2))
        page.text(13 * size, (3 + 1.8 * row) * size, f"{words} {page.rng.uniform(1, 99):.2f}")
    page.text(
        1.5 * size, 10 * size, page.rng.choice(("Number of visitors", "Form 2026-B", "Copy for the client")), angle=90
    )
    page.text(
        24.5 * size, 10 * size, page.rng.choice(("Do not fold", "Internal use only")), angle=page.rng.choice((90, 270))
    )


#: Kinds of pages, and whether most of their text shows how the page is rotated.
KINDS: dict[Callable[[Canvas], None], bool] = {
    digit_table: True,
    digit_grid: True,
    sudoku: True,
    bingo: True,
    league: True,
    likert: True,
    calendar: True,
    seating_plan: True,
    bar_chart: False,
    vertical_heads: False,
    axes: True,
    floor_plan: False,
    crossword: True,
    letter_columns: True,
    roman_list: True,
    thin_letters: False,
    keypad: True,
    stacked_numbers: True,
    margin_notes: True,
}


def draw_pages(seeds: range, kinds: dict[Callable[[Canvas], None], bool] = KINDS) -> Iterator[DrawnPage]:
    """Yield a page of each kind for each seed."""
    for kind, turnable in kinds.items():
        for seed in seeds:
            page = Canvas(random.Random(f"{kind.__name__} {seed}"))
            kind(page)
            yield DrawnPage(kind.__name__, seed, page.image, tuple(page.words), turnable)

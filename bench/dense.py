"""Pages of dense print, drawn for the purpose: as much text as 9 point type can put on them, one column."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import pymupdf

Size = tuple[float, float]  # points
A4: Size = (595, 842)
_DPI = 300
_TYPE, _LEADING = 9, 12  # points
_TEXT = """harbour invoice captain barrels Tuesday market ferry passengers oranges timber ministry lighthouse total
amount paid received 1,250.00 318.40 76.25 20914 7:45 per cent island keeper wizard quay sphinx quartz jury vow"""


def draw_pdf(path: Path, sizes: Iterable[Size]) -> Path:
    """A PDF with a page of dense print for each size."""
    chance = random.Random(11)
    document = pymupdf.open()
    for width, height in sizes:
        _print(document.new_page(width=width, height=height), chance)
    document.save(path)
    return path


def draw_pictures(folder: Path, count: int) -> None:
    """So many A4 pages at 300 dpi, `dense_1.png` and so on, each with its truth beside it."""
    chance = random.Random(11)
    for number in range(1, count + 1):
        document = pymupdf.open()
        page = document.new_page(width=A4[0], height=A4[1])
        lines = _print(page, chance)
        page.get_pixmap(dpi=_DPI, alpha=False).save(folder / f"dense_{number}.png")
        (folder / f"dense_{number}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _print(page: pymupdf.Page, chance: random.Random) -> Sequence[str]:
    """Fill a page; the lines from the top down."""
    width, height = page.rect.width, page.rect.height
    lines = []
    for y in range(30, int(height) - 20, _LEADING):
        line = ""
        while pymupdf.get_text_length(line, fontsize=_TYPE) < width - 110:
            line += chance.choice(_TEXT.split()) + " "
        page.insert_text((30, y), line, fontsize=_TYPE)
        lines.append(line.rstrip())
    return lines

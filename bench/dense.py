"""Generate dense pages: A4 filled with 9-point text in one column."""

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import pymupdf

Size = tuple[float, float]  # points
A4: Size = (595, 842)
_DPI = 300
_FONT_SIZE, _LEADING = 9, 12  # points
_TEXT = """harbour invoice captain barrels Tuesday market ferry passengers oranges timber ministry lighthouse total
amount paid received 1,250.00 318.40 76.25 20914 7:45 per cent island keeper wizard quay sphinx quartz jury vow"""


def draw_pdf(path: Path, sizes: Iterable[Size]) -> Path:
    """Write a PDF with one dense page for each size."""
    rng = random.Random(11)
    document = pymupdf.open()
    for width, height in sizes:
        _fill(document.new_page(width=width, height=height), rng)
    document.save(path)
    return path


def draw_images(folder: Path, count: int) -> None:
    """Write A4 pages at 300 dpi (`dense_1.png`, ...), each with a text file of its lines."""
    rng = random.Random(11)
    for number in range(1, count + 1):
        document = pymupdf.open()
        page = document.new_page(width=A4[0], height=A4[1])
        lines = _fill(page, rng)
        page.get_pixmap(dpi=_DPI, alpha=False).save(folder / f"dense_{number}.png")
        (folder / f"dense_{number}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _fill(page: pymupdf.Page, rng: random.Random) -> Sequence[str]:
    """Fill a page with random words. Return its lines from top to bottom."""
    width, height = page.rect.width, page.rect.height
    words, lines = _TEXT.split(), []
    for y in range(30, int(height) - 20, _LEADING):
        line = ""
        while pymupdf.get_text_length(line, fontsize=_FONT_SIZE) < width - 110:
            line += rng.choice(words) + " "
        page.insert_text((30, y), line, fontsize=_FONT_SIZE)
        lines.append(line.rstrip())
    return lines

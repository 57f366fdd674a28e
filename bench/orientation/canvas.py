"""A page to draw text and tables on, in fonts that PyMuPDF contains."""

from __future__ import annotations

import io
import random
from functools import cache

from PIL import Image, ImageDraw, ImageFont

FONTS = ("helv", "tiro", "hebo", "cour")  # PyMuPDF's names of four of the base 14 fonts


class Canvas:
    """A white page to draw on. Lengths are in pixels; text is centred at its position."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.size = rng.randint(22, 36)
        self.font_name = rng.choice(FONTS)
        self.words: list[str] = []
        self.image = Image.new("L", (200, 200), 255)
        self.draw = ImageDraw.Draw(self.image)

    def create(self, width: float, height: float) -> None:
        self.image = Image.new("L", (round(width), round(height)), 255)
        self.draw = ImageDraw.Draw(self.image)

    def text(self, x: float, y: float, text: str, *, size: int | None = None, angle: int = 0) -> None:
        """Draw text around (x, y), rotated counterclockwise by ``angle`` degrees: 90 runs upwards."""
        font = _font(self.font_name, size or self.size)
        left, top, right, bottom = font.getbbox(text)
        label = Image.new("L", (round(right - left) + 2, round(bottom - top) + 2), 0)
        ImageDraw.Draw(label).text((1 - left, 1 - top), text, fill=255, font=font)
        label = label.rotate(angle, Image.Resampling.BICUBIC, expand=True)
        self.image.paste(0, (round(x - label.width / 2), round(y - label.height / 2)), label)
        self.words += text.split()

    def width_of(self, text: str) -> float:
        return _font(self.font_name, self.size).getlength(text)

    def table(
        self, rows: list[list[str]], widths: list[float], *, height: float = 2.0, rules: bool = True, top: float = 60
    ) -> float:
        """Draw cells with widths and height in font sizes, from (60, top). Return the y below them."""
        height *= self.size
        xs = [60.0]
        for width in widths:
            xs.append(xs[-1] + width * self.size)
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if cell:
                    self.text((xs[column] + xs[column + 1]) / 2, top + (row + 0.5) * height, cell)
        bottom = top + len(rows) * height
        if rules:
            for row in range(len(rows) + 1):
                self.draw.line((xs[0], top + row * height, xs[-1], top + row * height), fill=0, width=2)
            for x in xs:
                self.draw.line((x, top, x, bottom), fill=0, width=2)
        return bottom

    def page_for(self, widths: list[float], rows: int, height: float = 2.0, extra: float = 0) -> None:
        """Create a page for a table at (60, 60 + extra)."""
        self.create(sum(widths) * self.size + 120, rows * height * self.size + 120 + extra)


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    import pymupdf

    return ImageFont.truetype(io.BytesIO(pymupdf.Font(name).buffer), size)

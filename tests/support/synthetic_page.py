"""Synthetic pages whose reading order is known: it is the order in which their lines are added.

Lengths are in line heights until ``detected_lines`` scales and rotates the page, pads the boxes as a detector does, and
shuffles the lines.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from paddleocr_service.reading_order import reading_order
from paddleocr_service.results import Block, Line

PADDING = 0.2  # of a detector's box, on each side of the letters


class SyntheticPage:
    """Lines in reading order. Their default texts are numbered."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.boxes: list[tuple[float, float, float, float]] = []
        self.texts: list[str] = []

    def line(self, x: float, y: float, width: float, height: float = 1.0, text: str | None = None) -> None:
        """Add one line with its top left corner at (x, y)."""
        self.boxes.append((x, y, x + width, y + height))
        self.texts.append(text or f"line {len(self.texts)}")

    def prose(self, x: float, y: float, width: float, rows: int, leading: float = 1.3, ragged: float = 0.1) -> float:
        """Add paragraphs of running text, justified if ``ragged`` is 0. Return the y below them."""
        rows_left = self.rng.randint(3, 9)
        for row in range(rows):
            first, last = rows_left < 0, rows_left == 0 and row < rows - 1
            rows_left = self.rng.randint(3, 9) if first else rows_left
            indent = 1.5 if first else 0.0
            share = self.rng.uniform(0.2, 0.95) if last else 1 - self.rng.uniform(0, ragged)
            self.line(x + indent, y, width * share - indent)
            rows_left -= 1
            y += leading
        return y

    def columns(self, width: float, gutter: float, rows: Sequence[int], y: float = 0.0, **prose: float) -> float:
        """Add columns of running text; ``rows`` has the length of each. Return the y below the longest."""
        return max(self.prose(at * (width + gutter), y, width, count, **prose) for at, count in enumerate(rows))

    def table(
        self, y: float, widths: Sequence[float], rows: int, x: float = 0.0, leading: float = 1.4, filled: float = 1.0
    ) -> float:
        """Add rows of cells, the first column left-aligned, the others right-aligned. Return the y below them.

        filled: share of the cells with text.
        """
        for _ in range(rows):
            start = x
            for column, width in enumerate(widths):
                length = width * self.rng.uniform(0.3, 0.8)
                if column == 0 or self.rng.random() < filled:
                    self.line(start if column == 0 else start + width - length, y, length)
                start += width
            y += leading
        return y

    def detected_lines(
        self, scale: float = 30.0, skew: float = 0.0, jitter: float = 0.05, skew_error: float = 0.0
    ) -> list[Line]:
        """Return the lines in random order, with boxes like those of a detector.

        scale: pixels per line height. skew: of the page in degrees. skew_error: degrees by which lines differ from it.
        """
        cos, sin = math.cos(math.radians(skew)), math.sin(math.radians(skew))
        lines = []
        for box, text in zip(self.boxes, self.texts, strict=True):
            padded = zip(box, (-PADDING, 0, PADDING, 0), strict=True)
            x0, y0, x1, y1 = (edge + pad + self.rng.uniform(-jitter, jitter) for edge, pad in padded)
            corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
            if skew_error:
                corners = _rotated(corners, self.rng.uniform(-skew_error, skew_error))
            polygon = tuple(((x * cos - y * sin + 5) * scale, (x * sin + y * cos + 5) * scale) for x, y in corners)
            lines.append(Line(text, 0.9, polygon))
        self.rng.shuffle(lines)
        return lines


def _rotated(corners: Sequence[tuple[float, float]], degrees: float) -> list[tuple[float, float]]:
    """Rotate a box about its centre."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    centre_x, centre_y = (sum(edges) / len(corners) for edges in zip(*corners, strict=True))
    offsets = [(x - centre_x, y - centre_y) for x, y in corners]
    return [(centre_x + x * cos - y * sin, centre_y + x * sin + y * cos) for x, y in offsets]


def texts_of(blocks: Sequence[Block]) -> list[str]:
    return [line.text for block in blocks for line in block.lines]


def read_page(page: SyntheticPage, **detection: float) -> list[str]:
    """Return the texts of a page in the order that ``reading_order`` finds."""
    return texts_of(reading_order(page.detected_lines(**detection), 3000, 4000))


def line_at(x: float, y: float, width: float, height: float = 20, text: str = "") -> Line:
    """Return a horizontal line, in pixels. Its default text is its position."""
    corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    return Line(text or f"{x:g},{y:g}", 0.9, corners)

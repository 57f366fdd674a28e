"""Pages made of lines whose right order is known: the order in which they were set.

Lengths are in line heights until the page is photographed, which scales it, turns it, pads the boxes as a detector does
and shuffles the lines.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from paddleocr_service.results import Line

PADDING = 0.2  # a detector's box on each side of the letters
LETTER = 0.45


@dataclass
class Page:
    """Sets lines one after the other. ``rng`` decides what the caller leaves open."""

    rng: random.Random
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def line(self, x: float, y: float, width: float, height: float = 1.0, text: str | None = None) -> str:
        """One line of letters from (x, y) on, y being the top; returns its text, which no other line has."""
        self.boxes.append((x, y, x + width, y + height))
        self.texts.append(text or f"line {len(self.texts)}")
        return self.texts[-1]

    def prose(self, x: float, y: float, width: float, rows: int, leading: float = 1.3, ragged: float = 0.1) -> float:
        """Paragraphs of running text, justified where ``ragged`` is 0; returns the y below them."""
        left = self.rng.randint(3, 9)
        for row in range(rows):
            last = left == 0 and row < rows - 1
            first = left < 0
            if first:
                left = self.rng.randint(3, 9)
            length = width * (self.rng.uniform(0.2, 0.95) if last else 1 - self.rng.uniform(0, ragged))
            indent = 1.5 if first else 0.0
            self.line(x + indent, y, length - indent)
            left -= 1
            y += leading
        return y

    def columns(
        self, count: int, width: float, gutter: float, rows: Sequence[int], y: float = 0.0, **prose: float
    ) -> float:
        """Columns of running text beside each other, each with its number of rows; returns the y below the longest."""
        ends = [self.prose(at * (width + gutter), y, width, rows[at], **prose) for at in range(count)]
        return max(ends)

    def table(
        self, x: float, y: float, widths: Sequence[float], rows: int, leading: float = 1.4, filled: float = 1.0
    ) -> float:
        """Rows of cells: the first column is set left, the others right; ``filled`` is the share of cells with text."""
        for _ in range(rows):
            start = x
            for column, width in enumerate(widths):
                length = width * self.rng.uniform(0.3, 0.8)
                if column == 0 or self.rng.random() < filled:
                    self.line(start if column == 0 else start + width - length, y, length)
                start += width
            y += leading
        return y

    def photographed(
        self, scale: float = 30.0, skew: float = 0.0, jitter: float = 0.05, mirrored: bool = False
    ) -> list[Line]:
        """The lines in no order, as a detector gives them. scale: pixels of a line's height. skew: degrees."""
        cos, sin = math.cos(math.radians(skew)), math.sin(math.radians(skew))
        width = max(box[2] for box in self.boxes)
        lines = []
        for (x0, y0, x1, y1), text in zip(self.boxes, self.texts, strict=True):
            if mirrored:
                x0, x1 = width - x1, width - x0
            x0, y0, x1, y1 = (
                edge + pad + self.rng.uniform(-jitter, jitter)
                for edge, pad in ((x0, -PADDING), (y0, 0), (x1, PADDING), (y1, 0))
            )
            corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
            turned = [(x * cos - y * sin + 5, x * sin + y * cos + 5) for x, y in corners]
            lines.append(Line(text, 0.9, tuple((x * scale, y * scale) for x, y in turned)))
        self.rng.shuffle(lines)
        return lines

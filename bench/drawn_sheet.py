"""A page to draw columns, pictures, captions, pull quotes and drop caps on. Its lines are in reading order."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import pymupdf
from PIL import Image

BODY, BOLD, PLAIN, STRONG = "tiro", "tibo", "helv", "hebo"  # PyMuPDF's names of base 14 fonts
_LEADING, _SPACE = 1.22, 0.25  # in font sizes
_DROP_CAP_ROWS = 3
_TABLE_LEADING = 1.4

#: x0, y0, x1, y1 in points.
Frame = tuple[float, float, float, float]
#: Number of its frame, x0, baseline and x1 of a row of text.
Slot = tuple[int, float, float, float]


class Sheet:
    """sentences: of its text, used in turn."""

    def __init__(self, rng: random.Random, sentences: Sequence[str], width: float, height: float) -> None:
        self.rng, self.width, self.height = rng, width, height
        self.document = pymupdf.open()
        self.page = self.document.new_page(width=width, height=height)
        self._text = self.page.new_shape()  # written at once, which takes a tenth of the time
        self.lines: list[str] = []
        self._sentences, self._next = sentences, rng.randrange(len(sentences))

    def text(self, sentences: int) -> str:
        first = self._next
        self._next += sentences
        return " ".join(self._sentences[at % len(self._sentences)] for at in range(first, first + sentences))

    def words(self, count: int) -> str:
        return " ".join(self.text(4).split()[:count]).rstrip(",.;:").capitalize()

    def line(self, x: float, y: float, text: str, size: float, font: str = PLAIN, align: float = 0.0) -> None:
        """Draw a line with its baseline at y. align: 0 starts at x, 0.5 is centred there, 1 ends there."""
        self.lines.append(text)
        self._draw(x - align * _width(text, size, font), y, text, size, font)

    def block(self, frame: Frame, text: str, size: float, font: str = BODY, align: float = 0.0) -> float:
        """Draw ragged lines at the top of a frame. Return the y below them."""
        y, x = frame[1], frame[0] + align * (frame[2] - frame[0])
        for row in _rows(text, frame[2] - frame[0], size, font):
            y += size * _LEADING
            self.line(x, y, row, size, font, align)
        return y + 0.4 * size

    def quote(self, frame: Frame, text: str, size: float) -> tuple[float, list[str]]:
        """Draw a pull quote between two rules. Return the y below it, and its lines, which are read later."""
        rows = list(_rows(text, frame[2] - frame[0] - 8, size, BOLD))
        for number, row in enumerate(rows):
            self._draw(frame[0] + 4, frame[1] + 24 + number * size * _LEADING, row, size, BOLD)
        bottom = frame[1] + len(rows) * size * _LEADING + 24
        self.rule(frame[0], frame[1] + 7, frame[2])
        self.rule(frame[0], bottom - 8, frame[2])
        return bottom, rows

    def rule(self, x0: float, y: float, x1: float) -> None:
        self.page.draw_line((x0, y), (x1, y), width=0.7)

    def pair(self, x0: float, x1: float, y: float, left: str, right: str, size: float, font: str = PLAIN) -> None:
        """Draw a row of two texts, one at each end."""
        self.lines.append(f"{left} {right}")
        self._draw(x0, y, left, size, font)
        self._draw(x1 - _width(right, size, font), y, right, size, font)

    def table(self, frame: Frame, rows: int, count: int, size: float) -> float:
        """Draw rows of a label and numbers in right-aligned columns. Return the y below them."""
        x0, y, x1, _ = frame
        step = (x1 - x0) / (count + 0.5)
        for row in range(rows):
            y += size * _TABLE_LEADING
            cells = [self.words(2)[: int(step / size * 2)]]
            for at in range(1, count):
                cells.append(str(1990 + at) if not row else f"{self.rng.uniform(1, 999):.1f}")
                end = x1 - (count - 1 - at) * step
                self._draw(end - _width(cells[-1], size, PLAIN), y, cells[-1], size, PLAIN)
            self._draw(x0, y, cells[0], size, PLAIN)
            self.lines.append(" ".join(cells))
        self.rule(x0, y + 0.5 * size, x1)
        return y + size

    def picture(self, frame: Frame, caption: str) -> float:
        """Draw a picture and a caption below. Return the y below both."""
        self.shapes(frame)
        return self.block((frame[0], frame[3] + 2, frame[2], 0), caption, 7.5, PLAIN) + 8

    def shapes(self, frame: Frame) -> None:
        """Draw a picture of grey shapes."""
        self.page.draw_rect(frame, color=None, fill=(0.8, 0.8, 0.8))
        for _ in range(12):
            x, y = self.rng.uniform(frame[0], frame[2]), self.rng.uniform(frame[1], frame[3])
            radius = max(2.0, min(x - frame[0], frame[2] - x, y - frame[1], frame[3] - y, 60.0))
            self.page.draw_circle((x, y), radius, color=None, fill=(self.rng.uniform(0.2, 0.7),) * 3)

    def flow(
        self,
        frames: Sequence[Frame],
        size: float,
        quote: Sequence[str] = (),
        drop_cap: bool = False,
        ragged: bool = False,
    ) -> float:
        """Fill frames with paragraphs, one frame after the other. Return the y below the last one.

        quote: lines that are read after the paragraph that goes on from the first frame. ragged: not justified.
        """
        slots = [slot for number, frame in enumerate(frames) for slot in _slots(number, frame, size)]
        number, first, pending = 0, True, list(quote)
        while slots:
            words, letter = self.text(self.rng.randint(2, 4)).split(), ""
            if drop_cap and first:
                letter, words[0] = words[0][0], words[0][1:]
                slots = self._with_drop_cap(slots, letter, size)
            indent = 0.0 if first else size
            while words and slots:
                number, x0, y, x1 = slots.pop(0)
                count = _fitting(words, x1 - x0 - indent, size, BODY)
                self.lines.append(letter + " ".join(words[:count]))
                self._justify(x0 + indent, y, x1, words[:count], size, last=ragged or count == len(words))
                words, indent, letter = words[count:], 0.0, ""
            first = False
            if number:
                self.lines += pending
                pending = []
        return frames[-1][3] + 0.4 * size

    def _with_drop_cap(self, slots: list[Slot], letter: str, size: float) -> list[Slot]:
        """Draw the first letter. Return the rows, some of them shorter."""
        large = _DROP_CAP_ROWS * size * _LEADING * 1.28
        _, x, y, _ = slots[_DROP_CAP_ROWS - 1]
        self._draw(x, y, letter, large, BOLD)
        width = _width(letter, large, BOLD) + 0.3 * size
        beside = [(at, x0 + width, y, x1) for at, x0, y, x1 in slots[:_DROP_CAP_ROWS]]
        return beside + slots[_DROP_CAP_ROWS:]

    def _justify(self, x: float, y: float, x1: float, words: Sequence[str], size: float, last: bool) -> None:
        width = sum(_width(word, size, BODY) for word in words)
        space = _SPACE * size if last or len(words) == 1 else (x1 - x - width) / (len(words) - 1)
        for word in words:
            self._draw(x, y, word, size, BODY)
            x += _width(word, size, BODY) + space

    def _draw(self, x: float, y: float, text: str, size: float, font: str) -> None:
        self._text.insert_text((x, y), text, fontsize=size, fontname=font)

    def image(self, dpi: int) -> Image.Image:
        """Render the page. Nothing can be drawn on it afterwards."""
        self._text.commit()
        pixels = self.page.get_pixmap(dpi=dpi, alpha=False)
        return Image.frombytes("RGB", (pixels.width, pixels.height), pixels.samples)


def columns(x0: float, x1: float, count: int, gutter: float) -> list[tuple[float, float]]:
    """The left and right edges of columns."""
    width = (x1 - x0 - gutter * (count - 1)) / count
    return [(x0 + at * (width + gutter), x0 + at * (width + gutter) + width) for at in range(count)]


def _width(text: str, size: float, font: str) -> float:
    return float(pymupdf.get_text_length(text, font, size))


def _slots(number: int, frame: Frame, size: float) -> Iterator[Slot]:
    y = frame[1] + size
    while y <= frame[3]:
        yield number, frame[0], y, frame[2]
        y += size * _LEADING


def _rows(text: str, width: float, size: float, font: str) -> Iterator[str]:
    words = text.split()
    while words:
        count = _fitting(words, width, size, font)
        yield " ".join(words[:count])
        words = words[count:]


def _fitting(words: Sequence[str], width: float, size: float, font: str) -> int:
    """The number of words that fit into a width, at least one."""
    total, count = -_SPACE * size, 0
    for word in words:
        total += _width(word, size, font) + _SPACE * size
        if total > width and count:
            break
        count += 1
    return count

"""Spanish lines with inverted exclamation marks: PP-OCR reads the line, Tesseract shows where the marks are.

PP-OCRv6 does not know ``¡`` and reads it as ``i`` or as nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..line_crops import crop_along
from ..polygons import Polygon
from ..results import Line
from .interface import LineReader
from .mixed import along_text, heightened

if TYPE_CHECKING:
    from ..arrays import Pixels
    from ..pipeline import Pipeline

_MARKED = re.compile(r"¡(\w+)")


class InvertedMarksPipeline:
    """Same interface as ``Pipeline``. Not thread-safe."""

    def __init__(self, first: Pipeline, reader: LineReader) -> None:
        """reader: of Tesseract's Spanish or Galician data."""
        self._first = first
        self._reader = reader
        self.runtime = first.runtime

    @property
    def seconds(self) -> dict[str, float]:
        return self._first.seconds

    def recognize(self, image: Pixels, words: bool) -> list[Line]:
        """Return the lines of an RGB image (H, W, 3) in arbitrary order, with polygons in its pixels."""
        lines = self._first.recognize(image, words)
        return self._with_marks(image, lines, [along_text(line.polygon, image) for line in lines])

    def read_lines(self, image: Pixels, polygons: Sequence[Polygon], words: bool) -> list[Line]:
        """Return a line for each polygon of an RGB image (H, W, 3), without detection; see ``Pipeline``."""
        return self._with_marks(image, self._first.read_lines(image, polygons, words), polygons)

    def _with_marks(self, image: Pixels, lines: Sequence[Line], polygons: Sequence[Polygon]) -> list[Line]:
        """Read the lines with exclamation marks again."""
        result = list(lines)
        numbers = [number for number, line in enumerate(lines) if "!" in line.text]
        crops = [crop_along(image, heightened(polygons[number]))[..., ::-1] for number in numbers]
        for number, other in zip(numbers, self._reader.read(crops, False), strict=True):
            result[number] = marked_line(lines[number], other.text)
        return result


def marked_line(line: Line, other: str) -> Line:
    """Return a line with the inverted marks of another reading of it."""
    text, start = line.text, 0
    for marked in _MARKED.finditer(other):
        word = re.compile(rf"(?<![\w¡])[iIjl¡]?{re.escape(marked[1])}(?!\w)").search(text, start)
        if word:
            text = f"{text[: word.start()]}¡{marked[1]}{text[word.end() :]}"
            start = word.start() + len(marked[0])
    if text == line.text:
        return line
    tokens = text.split()
    pairs = zip(line.words, tokens, strict=True) if len(tokens) == len(line.words) else ()
    return replace(line, text=text, words=tuple(replace(word, text=token) for word, token in pairs) or line.words)

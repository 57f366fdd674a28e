"""Two recognisers in a row: a quick one reads every line, a better one reads again what the quick one doubts.

It stands in the place of PaddleX's own recogniser inside PaddleOCR's pipeline and keeps its contract.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from .line_reader import LineReader, LineReading

if TYPE_CHECKING:
    import numpy as np

#: Doubt above which a line is read again; docs/performance.md has the measurement.
DOUBT = 0.1
#: Widths at which the two read a line (see LineReader): Latin letters have pixels to spare.
SQUEEZE, SCOUT_SQUEEZE = 0.8, 0.85


class Cascade:
    """Called with cut-out lines, yields a result for each, as PaddleX's recogniser does."""

    def __init__(self, reader: LineReader, scout: LineReader | None = None, doubt: float = DOUBT) -> None:
        """reader: has the last word. scout: reads first; None leaves it all to ``reader``."""
        self._reader = reader
        self._scout = scout
        self._doubt = doubt

    def __call__(self, lines: Sequence[np.ndarray], return_word_box: bool = False, **_unused) -> Iterator[dict]:
        for reading in self._read(lines, return_word_box):
            yield {"rec_text": reading.text, "rec_score": reading.confidence, "vis_font": None}

    def _read(self, lines: Sequence[np.ndarray], word_boxes: bool) -> list[LineReading]:
        if self._scout is None:
            return self._reader.read(lines, word_boxes)
        readings = self._scout.read(lines, word_boxes)
        doubted = [index for index, reading in enumerate(readings) if reading.doubt > self._doubt]
        again = self._reader.read([lines[index] for index in doubted], word_boxes)
        for index, reading in zip(doubted, again, strict=True):
            readings[index] = reading
        return readings

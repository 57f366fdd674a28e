"""Two recognisers in a row: a quick one reads every line, a better one reads again what the quick one doubts.

It stands in the place of PaddleX's own recogniser inside PaddleOCR's pipeline and keeps its contract.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
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
        readings: list[LineReading | None] = [None] * len(lines)
        first = self._scout or self._reader
        # Widest first: the last ones to end are short, and no thread waits long for another.
        unread = deque(sorted(range(len(lines)), key=lambda index: -first.width_of(lines[index])))
        doubted: deque[int] = deque()

        def work() -> None:
            for index in _taken(unread):
                readings[index] = first.read(lines[index], word_boxes)
                if first is not self._reader and readings[index].doubt > self._doubt:
                    doubted.append(index)
            for index in _taken(doubted):
                readings[index] = self._reader.read(lines[index], word_boxes)

        def stop() -> None:
            unread.clear()
            doubted.clear()

        _side_by_side(work, stop, min(first.lanes, len(lines)))
        return readings


def _taken(waiting: deque[int]) -> Iterator[int]:
    """One after another until none is left; several threads may take from the same."""
    while True:
        try:
            yield waiting.popleft()
        except IndexError:
            return


def _side_by_side(work: Callable[[], None], stop: Callable[[], None], lanes: int) -> None:
    """Run ``work`` in so many threads; ``stop`` lets them end when one fails, or a time limit strikes this thread."""
    if lanes <= 1:
        return work()
    with ThreadPoolExecutor(lanes, "lines") as pool:
        try:
            for done in as_completed([pool.submit(work) for _ in range(lanes)]):
                done.result()
        finally:
            stop()

"""A cascade of two recognisers: a fast one recognises every line, an accurate one repeats the uncertain lines.

``Cascade`` replaces PaddleX's recogniser inside PaddleOCR's pipeline and has the same interface.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

from .arrays import Pixels
from .line_recogniser import LineReading, LineRecogniser

#: Lines above this uncertainty are recognised again. Measured in docs/performance.md.
UNCERTAINTY_THRESHOLD = 0.1
#: Widths at which the accurate and the fast recogniser process a line (see LineRecogniser): Latin letters are wide
#: enough to lose some pixels.
WIDTH_SCALE, FAST_WIDTH_SCALE = 0.8, 0.85


class Cascade:
    """Called with cropped lines, yields one result per line in PaddleX's format."""

    def __init__(
        self, accurate: LineRecogniser, fast: LineRecogniser | None = None, threshold: float = UNCERTAINTY_THRESHOLD
    ) -> None:
        """fast: recognises all lines first. accurate: repeats the uncertain ones; all lines if there is no ``fast``."""
        self._accurate = accurate
        self._fast = fast
        self._threshold = threshold

    def __call__(
        self, lines: Sequence[Pixels], return_word_box: bool = False, **_unused: Any
    ) -> Iterator[dict[str, object]]:
        for reading in self._recognize(lines, return_word_box):
            yield {"rec_text": reading.text, "rec_score": reading.confidence, "vis_font": None}

    def _recognize(self, lines: Sequence[Pixels], word_boxes: bool) -> list[LineReading]:
        readings: dict[int, LineReading] = {}
        first = self._fast or self._accurate
        # Widest lines first: the last lines to finish are short, so no thread waits long for another.
        pending = deque(sorted(range(len(lines)), key=lambda index: -first.width_of(lines[index])))
        uncertain: deque[int] = deque()

        def work() -> None:
            for index in _drain(pending):
                readings[index] = first.recognize(lines[index], word_boxes)
                if first is not self._accurate and readings[index].uncertainty > self._threshold:
                    uncertain.append(index)
            for index in _drain(uncertain):
                readings[index] = self._accurate.recognize(lines[index], word_boxes)

        threads = min(first.concurrency, len(lines))
        if threads <= 1:
            work()
        else:
            with ThreadPoolExecutor(threads, "lines") as pool:
                try:
                    for future in as_completed([pool.submit(work) for _ in range(threads)]):
                        future.result()
                finally:  # if one thread fails, or a time limit interrupts this thread, the others stop
                    pending.clear()
                    uncertain.clear()
        return [readings[index] for index in range(len(lines))]


def _drain(queue: deque[int]) -> Iterator[int]:
    """Pop items until the queue is empty. Several threads may drain the same queue."""
    while True:
        try:
            yield queue.popleft()
        except IndexError:
            return

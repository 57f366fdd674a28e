"""A cascade of two recognisers: a fast one recognises every line, an accurate one repeats the uncertain lines.

In narrow type, a recogniser may lose one of several equal characters and be certain about the rest (see
``character_pitch``). Such a line is repeated at a larger width: by the accurate recogniser if it is uncertain,
otherwise by the fast one, which takes a fifth of the time. A number is not, if its ink shows that nothing is lost.

``Cascade`` replaces PaddleX's recogniser inside PaddleOCR's pipeline and has the same interface.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

from .arrays import Pixels
from .character_pitch import adds_only_repeats, is_number, lacks_repeats, may_lack_digits
from .ink_columns import has_ink_of, has_ink_of_numbers
from .line_recogniser import LineReading, LineRecogniser

#: Lines above this uncertainty are recognised again. Measured in docs/performance.md.
UNCERTAINTY_THRESHOLD = 0.1
#: Widths at which the accurate and the fast recogniser process a line (see LineRecogniser): most Latin letters are wide
#: enough to lose some pixels. The accurate recogniser's width of a line in narrow type is larger.
WIDTH_SCALE, FAST_WIDTH_SCALE = 0.8, 0.85
#: Width of a repeated line in narrow type for the accurate recogniser, as a share of that for the fast one. From 16
#: pixels per character on, the accurate one lost no digit in 1,500 readings; the fast one needs 20 to 22.
ACCURATE_SHARE = 0.75
#: Width for the accurate recogniser if characters are still missing: it has read fewer equal ones than the fast
#: recogniser ("commite" for "committee"), or the ink of a number with equal digits does not show that all were read.
WIDE_SCALE = 1.15


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

    def recognize_in(self, line: Pixels, alphabet: str) -> str:
        """Return the text of a line by the accurate recogniser, with the characters of an alphabet only."""
        return self._accurate.recognize_in(line, alphabet)

    def _recognize(self, lines: Sequence[Pixels], word_boxes: bool) -> list[LineReading]:
        readings: dict[int, LineReading] = {}
        first = self._fast or self._accurate
        # Widest lines first: the last lines to finish are short, so no thread waits long for another.
        pending = deque(sorted(range(len(lines)), key=lambda index: -first.width_of(lines[index])))
        to_repeat: deque[int] = deque()

        def work() -> None:
            for index in _drain(pending):
                readings[index] = first.recognize(lines[index], word_boxes)
                if first is not self._accurate and self._is_doubtful(readings[index], lines[index]):
                    to_repeat.append(index)
            for index in _drain(to_repeat):
                readings[index] = self._repeat(readings[index], lines[index], word_boxes)

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
                    to_repeat.clear()
        return [readings[index] for index in range(len(lines))]

    def _is_doubtful(self, reading: LineReading, line: Pixels) -> bool:
        if reading.uncertainty > self._threshold:
            return True
        return reading.wider_scale is not None and not _is_complete(reading, line)

    def _repeat(self, first: LineReading, line: Pixels, word_boxes: bool) -> LineReading:
        """Return the second reading of a line. If it is a number that may still lack equal digits, read it again."""
        second = self._second(first, line, word_boxes)
        number = second.characters
        if first.wider_scale is None or not may_lack_digits(number) or has_ink_of(number, line):
            return second
        third = self._accurate.recognize(line, word_boxes, WIDE_SCALE)
        # Digits that touch have less ink than characters, also when all of them were read.
        repeats = adds_only_repeats(number, third.characters)
        return third if repeats or has_ink_of(third.characters, line) else second

    def _second(self, first: LineReading, line: Pixels, word_boxes: bool) -> LineReading:
        """Return the second reading of a line; the first one if the second changes more than it should."""
        if self._fast is None or first.uncertainty > self._threshold:
            return self._repeat_accurately(first, line, word_boxes)
        second = self._fast.recognize(line, word_boxes, first.wider_scale)
        # All other characters are certain, and more often right than in a widened photo.
        return second if adds_only_repeats(first.characters, second.characters) else first

    def _repeat_accurately(self, first: LineReading, line: Pixels, word_boxes: bool) -> LineReading:
        """Read a line at a larger width only if the first or the second reading may lack characters."""
        usual = self._accurate.width_scale
        wider = max(usual, ACCURATE_SHARE * (first.wider_scale or 0))
        if wider > usual and _is_complete(first, line):
            second = self._accurate.recognize(line, word_boxes, usual)
            # The first reading, whose ink is complete, shows how many digits there are.
            if _digits(second) >= _digits(first):
                return second
        second = self._accurate.recognize(line, word_boxes, wider)
        if wider == usual and lacks_repeats(second.characters, first.characters):
            third = self._accurate.recognize(line, word_boxes, WIDE_SCALE)
            return third if lacks_repeats(second.characters, third.characters) else second
        return second


def _digits(reading: LineReading) -> int:
    return sum(map(str.isdigit, reading.characters))


def _is_complete(reading: LineReading, line: Pixels) -> bool:
    """Return whether the ink of the numbers shows that no digit is lost."""
    if is_number(reading.characters):
        return has_ink_of(reading.characters, line)
    return reading.spaces is not None and has_ink_of_numbers(reading.characters, reading.spaces, line)


def _drain(queue: deque[int]) -> Iterator[int]:
    """Pop items until the queue is empty. Several threads may drain the same queue."""
    while True:
        try:
            yield queue.popleft()
        except IndexError:
            return

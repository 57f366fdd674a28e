"""Which recogniser processes which line, in which order, and how errors end the threads. Recognisers are fakes."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from paddleocr_service.cascade import Cascade
from paddleocr_service.line_recogniser import LineReading

#: In these tests, a line is represented by its width.
UNCERTAIN_LINES = {70, 30}


class FakeRecogniser:
    width_scale = 0.8

    def __init__(self, name, concurrency=1):
        self.name, self.concurrency = name, concurrency
        self.lines = []

    def width_of(self, line):
        return line

    def recognize(self, line, word_boxes, width_scale=None):
        self.lines.append(line)
        return LineReading(f"{self.name} {line}", 0.9, 0.5 if line in UNCERTAIN_LINES else 0.09)


def texts(cascade, lines):
    return [result["rec_text"] for result in cascade(lines)]


def test_only_uncertain_lines_are_repeated_and_order_is_kept():
    fast, accurate = FakeRecogniser("fast"), FakeRecogniser("accurate")
    results = texts(Cascade(accurate, fast), [40, 70, 90, 30])
    assert results == ["fast 40", "accurate 70", "fast 90", "accurate 30"]
    assert (fast.lines, accurate.lines) == ([90, 70, 40, 30], [70, 30]), "widest first"


class Squeezing(FakeRecogniser):
    """Loses repeated letters of a line that is not widened. wide: its reading of one that is."""

    def __init__(self, name, squeezed, wide):
        super().__init__(name)
        self._texts = {True: wide, False: squeezed}
        self.scales = []

    def recognize(self, line, word_boxes, width_scale=None):
        self.scales.append(width_scale)
        return LineReading(self._texts[(width_scale or 0) > 1], 0.9, 0.5)


@pytest.mark.parametrize(
    ("fast", "squeezed", "wide", "text", "readings"),
    [
        ("committee lll", "commite", "committee llllll", "committee llllll", 2),
        ("committee lll", "committee llllll", "", "committee llllll", 1),
        ("commitee", "commite", "comnite", "commite", 2),
        ("comrnitte", "committee", "", "committee", 1),
    ],
)
def test_a_line_is_widened_if_the_second_reading_lacks_repeated_letters(fast, squeezed, wide, text, readings):
    accurate = Squeezing("accurate", squeezed, wide)
    assert texts(Cascade(accurate, Squeezing("fast", fast, fast)), [40]) == [text]
    assert len(accurate.scales) == readings


def test_without_fast_recogniser_the_accurate_one_runs_once():
    accurate = FakeRecogniser("accurate")
    assert texts(Cascade(accurate), [40, 70]) == ["accurate 40", "accurate 70"]
    assert accurate.lines == [70, 40]


def test_no_lines_give_no_results():
    cascade = Cascade(FakeRecogniser("accurate", concurrency=3), FakeRecogniser("fast", concurrency=3))
    assert texts(cascade, []) == []


def test_number_of_threads_equals_concurrency():
    barrier = threading.Barrier(3, timeout=10)

    class Waiting(FakeRecogniser):
        def recognize(self, line, word_boxes, width_scale=None):
            barrier.wait()
            return super().recognize(line, word_boxes, width_scale)

    lines = list(range(100, 106))
    assert texts(Cascade(Waiting("accurate", concurrency=3)), lines) == [f"accurate {line}" for line in lines]


@pytest.mark.parametrize("concurrency", [1, 3])
def test_error_in_one_line_is_raised_and_stops_the_rest(concurrency):
    class Failing(FakeRecogniser):
        def recognize(self, line, word_boxes, width_scale=None):
            if line == 500:
                raise MemoryError
            time.sleep(0.02)  # the error has seconds to stop the other threads
            return super().recognize(line, word_boxes, width_scale)

    recogniser = Failing("accurate", concurrency)
    with pytest.raises(MemoryError):
        texts(Cascade(recogniser), list(range(1, 501)))
    assert len(recogniser.lines) < 250


def test_time_limit_in_the_waiting_thread_stops_the_others():
    started, interrupted = threading.Event(), threading.Event()

    class Slow(FakeRecogniser):
        def recognize(self, line, word_boxes, width_scale=None):
            started.set()
            assert interrupted.wait(10)
            return super().recognize(line, word_boxes, width_scale)

    recogniser = Slow("accurate", concurrency=2)
    cascade = Cascade(recogniser)
    with pytest.MonkeyPatch.context() as patch:
        shutdown = ThreadPoolExecutor.shutdown

        def interrupt(futures):
            started.wait(10)
            raise TimeoutError

        def wait_for_the_others(pool, *arguments, **options):
            interrupted.set()
            shutdown(pool, *arguments, **options)

        patch.setattr("paddleocr_service.cascade.as_completed", interrupt)
        patch.setattr(ThreadPoolExecutor, "shutdown", wait_for_the_others)
        with pytest.raises(TimeoutError):
            texts(cascade, list(range(1, 501)))
    assert len(recogniser.lines) <= 2, "each thread ends after the line that it was reading"


#: Its ink does not show that a number is complete. `test_ink_columns.py` tests lines whose ink does.
LINE_WITHOUT_INK = np.full((48, 40, 3), 255, np.uint8)


class NarrowTypeRecogniser(FakeRecogniser):
    """Every line is in narrow type, and its text becomes ``wide_text`` at a larger width."""

    def __init__(self, wide_text, uncertainty=0.0):
        super().__init__("narrow")
        self.wide_text, self.uncertainty, self.scales = wide_text, uncertainty, []

    def width_of(self, line):
        return line.shape[1]

    def recognize(self, line, word_boxes, width_scale=None):
        self.scales.append(width_scale)
        return LineReading(self.wide_text if width_scale else "No 2,11", 0.9, self.uncertainty, 1.2)


@pytest.mark.parametrize(
    ("wide_text", "expected"),
    [("No 2,111", "No 2,111"), ("No 22,11", "No 22,11"), ("No 2,71", "No 2,11"), ("No 2,1", "No 2,11")],
)
def test_certain_line_in_narrow_type_is_repeated_wider_by_the_fast_recogniser(wide_text, expected):
    fast, accurate = NarrowTypeRecogniser(wide_text), FakeRecogniser("accurate")
    assert texts(Cascade(accurate, fast), [LINE_WITHOUT_INK]) == [expected]
    assert (fast.scales, accurate.lines) == ([None, 1.2], [])


def test_uncertain_line_in_narrow_type_is_wider_for_the_accurate_recogniser():
    fast, accurate = NarrowTypeRecogniser("", uncertainty=0.5), NarrowTypeRecogniser("No 2,777")
    assert texts(Cascade(accurate, fast), [LINE_WITHOUT_INK]) == ["No 2,777"]
    assert accurate.scales == [pytest.approx(0.75 * 1.2)]
    assert texts(Cascade(accurate), [LINE_WITHOUT_INK]) == ["No 2,11"], "without a fast recogniser no line is squeezed"


@pytest.mark.parametrize(
    ("second", "third", "complete", "text"),
    [
        ("2277", "22227777", "", "22227777"),  # digits that touch: only the third reading has them all
        ("2277", "22228888", "", "2277"),  # a different number
        ("2277", "22228888", "22228888", "22228888"),  # whose ink is there
        ("2277", "22227777", "2277", "2277"),  # nothing is lacking
        ("27", "22227777", "", "27"),  # no equal digits are left: the pitch is not that of narrow type
    ],
)
def test_a_number_that_may_lack_equal_digits_is_read_again(monkeypatch, second, third, complete, text):
    monkeypatch.setattr("paddleocr_service.cascade.has_ink_of", lambda number, line: number == complete)
    reading = LineReading(second, 0.9, 0.5, wider_scale=1.05)
    cascade = Cascade(Squeezing("accurate", second, third), Squeezing("fast", second, second))
    assert cascade._repeat(reading, 40, False).text == text

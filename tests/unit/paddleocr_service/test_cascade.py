"""Which recogniser processes which line, in which order, and how errors end the threads. Recognisers are fakes."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from paddleocr_service.cascade import Cascade
from paddleocr_service.line_recogniser import LineReading

#: In these tests, a line is represented by its width.
UNCERTAIN_LINES = {70, 30}


class FakeRecogniser:
    def __init__(self, name, concurrency=1):
        self.name, self.concurrency = name, concurrency
        self.lines = []

    def width_of(self, line):
        return line

    def recognize(self, line, word_boxes):
        self.lines.append(line)
        return LineReading(f"{self.name} {line}", 0.9, 0.5 if line in UNCERTAIN_LINES else 0.09)


def texts(cascade, lines):
    return [result["rec_text"] for result in cascade(lines)]


def test_only_uncertain_lines_are_repeated_and_order_is_kept():
    fast, accurate = FakeRecogniser("fast"), FakeRecogniser("accurate")
    results = texts(Cascade(accurate, fast), [40, 70, 90, 30])
    assert results == ["fast 40", "accurate 70", "fast 90", "accurate 30"]
    assert (fast.lines, accurate.lines) == ([90, 70, 40, 30], [70, 30]), "widest first"


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
        def recognize(self, line, word_boxes):
            barrier.wait()
            return super().recognize(line, word_boxes)

    lines = list(range(100, 106))
    assert texts(Cascade(Waiting("accurate", concurrency=3)), lines) == [f"accurate {line}" for line in lines]


@pytest.mark.parametrize("concurrency", [1, 3])
def test_error_in_one_line_is_raised_and_stops_the_rest(concurrency):
    class Failing(FakeRecogniser):
        def recognize(self, line, word_boxes):
            if line == 500:
                raise MemoryError
            time.sleep(0.02)  # the error has seconds to stop the other threads
            return super().recognize(line, word_boxes)

    recogniser = Failing("accurate", concurrency)
    with pytest.raises(MemoryError):
        texts(Cascade(recogniser), list(range(1, 501)))
    assert len(recogniser.lines) < 250


def test_time_limit_in_the_waiting_thread_stops_the_others():
    started, interrupted = threading.Event(), threading.Event()

    class Slow(FakeRecogniser):
        def recognize(self, line, word_boxes):
            started.set()
            assert interrupted.wait(10)
            return super().recognize(line, word_boxes)

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

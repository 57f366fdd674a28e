"""Who reads which line, in which order, and what one thread's fault does to the others; with stand-ins for readers."""

import threading
import time

import pytest

from paddleocr_service.cascade import Cascade
from paddleocr_service.line_reader import LineReading

#: Lines are given by their width alone here.
DOUBTED = {70, 30}


class Reader:
    def __init__(self, name, lanes=1):
        self.name, self.lanes = name, lanes
        self.read_lines = []

    def width_of(self, line):
        return line

    def read(self, line, word_boxes):
        self.read_lines.append(line)
        return LineReading(f"{self.name} {line}", 0.9, 0.5 if line in DOUBTED else 0.09)


def texts(cascade, lines):
    return [result["rec_text"] for result in cascade(lines)]


def test_only_what_is_doubted_is_read_again_and_every_line_keeps_its_place():
    quick, better = Reader("quick"), Reader("better")
    assert texts(Cascade(better, quick), [40, 70, 90, 30]) == ["quick 40", "better 70", "quick 90", "better 30"]
    assert (quick.read_lines, better.read_lines) == ([90, 70, 40, 30], [70, 30]), "the widest first"


def test_without_a_quick_one_all_is_read_once_by_the_better_one():
    better = Reader("better")
    assert texts(Cascade(better), [40, 70]) == ["better 40", "better 70"]
    assert better.read_lines == [70, 40]


def test_nothing_to_read_is_no_fault():
    assert texts(Cascade(Reader("better", lanes=3), Reader("quick", lanes=3)), []) == []


def test_as_many_threads_read_at_a_time_as_the_reader_has_lanes():
    together = threading.Barrier(3, timeout=10)

    class Patient(Reader):
        def read(self, line, word_boxes):
            together.wait()
            return super().read(line, word_boxes)

    lines = list(range(100, 106))
    assert texts(Cascade(Patient("better", lanes=3)), lines) == [f"better {line}" for line in lines]


@pytest.mark.parametrize("lanes", [1, 3])
def test_a_fault_in_one_line_is_raised_and_the_rest_is_left(lanes):
    class Failing(Reader):
        def read(self, line, word_boxes):
            if line == 500:
                raise MemoryError
            time.sleep(0.001)
            return super().read(line, word_boxes)

    reader = Failing("better", lanes)
    with pytest.raises(MemoryError):
        texts(Cascade(reader), list(range(1, 501)))
    assert len(reader.read_lines) < 250


def test_a_time_limit_that_strikes_the_waiting_thread_ends_the_others():
    begun, struck = threading.Event(), threading.Event()

    class Slow(Reader):
        def read(self, line, word_boxes):
            begun.set()
            assert struck.wait(10)
            return super().read(line, word_boxes)

    reader = Slow("better", lanes=2)
    cascade = Cascade(reader)
    with pytest.MonkeyPatch.context() as patch:

        def strike(futures):
            begun.wait(10)
            threading.Timer(0.1, struck.set).start()
            raise TimeoutError

        patch.setattr("paddleocr_service.cascade.as_completed", strike)
        with pytest.raises(TimeoutError):
            texts(cascade, list(range(1, 501)))
    assert len(reader.read_lines) <= 4

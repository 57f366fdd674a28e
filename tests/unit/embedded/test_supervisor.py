"""The supervisor's restart delays and limits. tests/integration/test_supervisor.py runs it with real processes."""

import pytest

from embedded import program as program_module
from embedded.program import Program, SupervisedProcess
from embedded.supervisor import MAX_TOTAL_GRACE, Supervisor


@pytest.fixture
def clock(monkeypatch):
    """A clock that only the test advances: clock[0] in seconds."""
    now = [1000.0]
    monkeypatch.setattr(program_module.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def failing(clock):
    process = SupervisedProcess(Program("worker", ["true"]))
    process._started = clock[0]
    return process


def test_the_restart_delay_doubles_up_to_ten_seconds(failing):
    assert [failing.schedule_restart() for _ in range(7)] == [0.5, 1, 2, 4, 8, 10, 10]


def test_a_process_that_was_healthy_for_a_minute_restarts_soon(failing, clock):
    for _ in range(5):
        failing.schedule_restart()
    clock[0] += 61
    assert failing.schedule_restart() == 0.5


def test_a_failed_process_is_due_after_its_delay(failing, clock):
    failing.schedule_restart()
    assert failing.seconds_to_restart == 0.5
    clock[0] += 0.5
    assert failing.seconds_to_restart == 0


def test_graces_that_exceed_the_limit_together_are_rejected():
    slow = Program("slow", ["true"], grace=MAX_TOTAL_GRACE / 2 + 0.1)
    with pytest.raises(ValueError, match="exceed 9 s"):
        Supervisor([slow, slow], report=print, on_ready=print)

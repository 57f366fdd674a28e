"""The supervisor's arithmetic; what it does to real processes is in tests/integration/test_supervisor.py."""

import pytest

from embedded import program as child_module
from embedded.program import Program, SupervisedProcess
from embedded.supervisor import STOP_WITHIN, Supervisor


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until a test moves it: clock[0] in seconds."""
    now = [1000.0]
    monkeypatch.setattr(child_module.time, "monotonic", lambda: now[0])
    return now


def test_the_wait_before_a_restart_doubles_up_to_ten_seconds(clock):
    failing = SupervisedProcess(Program("worker", ["true"]))
    failing._started = clock[0]
    assert [failing.plan_restart() for _ in range(7)] == [0.5, 1, 2, 4, 8, 10, 10]


def test_a_child_that_was_well_for_a_minute_is_started_again_soon(clock):
    failing = SupervisedProcess(Program("worker", ["true"]))
    failing._started = clock[0]
    for _ in range(5):
        failing.plan_restart()
    clock[0] += 61
    assert failing.plan_restart() == 0.5


def test_a_failed_child_is_due_only_when_its_wait_is_over(clock):
    failing = SupervisedProcess(Program("worker", ["true"]))
    failing._started = clock[0]
    failing.plan_restart()
    assert not failing.due and failing.seconds_to_restart == 0.5
    clock[0] += 0.5
    assert failing.due and failing.seconds_to_restart == 0


def test_children_that_may_take_longer_to_stop_than_all_of_it_may_are_refused():
    slow = Program("slow", ["true"], grace=STOP_WITHIN / 2 + 0.1)
    with pytest.raises(ValueError, match="more than 9 s together"):
        Supervisor([slow, slow])

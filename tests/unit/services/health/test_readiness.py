"""Readiness is checked in the background, and an old result is never used."""

import threading

import pytest

from services.health import readiness
from services.health.readiness import Readiness
from stress.processes import wait_until


@pytest.fixture
def make(monkeypatch):
    monkeypatch.setattr(readiness, "CHECK_SECONDS", 0.01)
    monkeypatch.setattr(readiness, "MAX_AGE_SECONDS", 60)
    started = []

    def build(check):
        """Returns when the background thread has stored the result of its first check: it has begun another."""
        checks = []
        started.append(Readiness(lambda: (checks.append(None), check())[1]))
        started[-1].start()
        wait_until(lambda: len(checks) > 1, 5)
        return started[-1]

    yield build
    for each in started:
        each.stop()


def test_probe_uses_the_result_of_the_background_thread(make):
    threads = set()
    ready = make(lambda: threads.add(threading.current_thread().name))
    assert ready.not_ready_because() is None
    assert threads == {"readiness"}


def test_change_is_reported_by_the_background_thread(make):
    state = {"reason": None}
    ready = make(lambda: state["reason"])
    state["reason"] = "No worker has its model loaded."
    assert wait_until(ready.not_ready_because, 5) == "No worker has its model loaded."


def test_old_result_is_not_used_while_the_background_check_hangs(make, monkeypatch):
    monkeypatch.setattr(readiness, "MAX_AGE_SECONDS", 0.2)
    hangs, released = threading.Event(), threading.Event()

    def check():
        if hangs.is_set() and threading.current_thread().name == "readiness":
            released.wait(30)
        return "Redis is down." if hangs.is_set() else None

    ready = make(check)
    assert ready.not_ready_because() is None
    hangs.set()
    try:
        assert wait_until(ready.not_ready_because, 10) == "Redis is down."
    finally:
        released.set()


def test_every_probe_checks_before_start():
    assert Readiness(lambda: "No worker.").not_ready_because() == "No worker."

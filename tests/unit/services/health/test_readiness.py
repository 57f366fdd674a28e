"""Readiness that is looked up beforehand, and never told when it is old."""

import threading
import time

import pytest

from services.health import readiness
from services.health.readiness import Readiness


@pytest.fixture
def make(monkeypatch):
    monkeypatch.setattr(readiness, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(readiness, "FRESH_SECONDS", 0.2)
    made = []

    def build(look):
        made.append(Readiness(look))
        made[-1].start()
        time.sleep(0.1)
        return made[-1]

    yield build
    for one in made:
        one.stop()


def test_a_question_costs_no_look(make):
    askers = set()
    ready = make(lambda: askers.add(threading.current_thread().name))
    assert ready.not_ready_because() is None
    assert askers == {"readiness"}


def test_a_change_is_told_soon(make):
    state = {"why": None}
    ready = make(lambda: state["why"])
    state["why"] = "No worker has its model loaded."
    time.sleep(0.1)
    assert ready.not_ready_because() == "No worker has its model loaded."


def test_a_look_that_hangs_makes_nobody_ready(make):
    hangs = threading.Event()

    def look():
        if hangs.is_set() and threading.current_thread().name == "readiness":
            time.sleep(5)
        return "Redis is away." if hangs.is_set() else None

    ready = make(look)
    assert ready.not_ready_because() is None
    hangs.set()
    time.sleep(0.3)
    assert ready.not_ready_because() == "Redis is away."


def test_before_its_start_each_question_is_a_look():
    assert Readiness(lambda: "Nobody is here.").not_ready_because() == "Nobody is here."

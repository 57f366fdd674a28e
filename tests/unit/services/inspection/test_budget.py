"""The time that the files of a client may take to inspect."""

import threading

import pytest

from services.errors import RateLimited
from services.inspection import budget as module
from services.inspection.budget import FREE_SECONDS, MAX_SECONDS, SECONDS_PER_SECOND, InspectionBudget


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def budget(clock):
    return InspectionBudget(clock)


def inspect(budget, client, seconds):
    with budget.inspection(client) as count:
        count(seconds)


def test_ordinary_files_are_never_limited(budget):
    for _ in range(10_000):
        inspect(budget, "a", FREE_SECONDS)
    assert budget._clients == {}


def test_costly_files_of_a_client_are_rejected_until_time_has_passed(budget, clock):
    for _ in range(2):
        inspect(budget, "a", 10)
    with pytest.raises(RateLimited) as caught:
        inspect(budget, "a", 0)
    excess = 2 * (10 - FREE_SECONDS) - MAX_SECONDS
    assert excess / SECONDS_PER_SECOND <= caught.value.extra["retry_after"] <= excess / SECONDS_PER_SECOND + 2
    inspect(budget, "b", 10)
    clock.now += caught.value.extra["retry_after"]
    inspect(budget, "a", 0)


def test_a_client_with_costly_files_has_them_inspected_one_at_a_time(budget):
    inspect(budget, "a", 1)
    order, started = [], threading.Event()

    def second():
        started.set()
        with budget.inspection("a"):
            order.append("second")

    with budget.inspection("a"):
        thread = threading.Thread(target=second)
        thread.start()
        started.wait()
        with budget.inspection("b"):
            order.append("other client")
        order.append("first")
    thread.join()
    assert order == ["other client", "first", "second"]


def test_clients_with_their_whole_time_are_forgotten(budget, clock, monkeypatch):
    monkeypatch.setattr(module, "MAX_CLIENTS", 10)
    for number in range(100):
        inspect(budget, str(number), 1)
        clock.now += 60
    assert len(budget._clients) <= 10

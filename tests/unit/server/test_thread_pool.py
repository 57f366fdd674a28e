"""A pool with few threads while work makes progress, and more while it blocks."""

import threading
import time

import pytest

from server import thread_pool
from server.thread_pool import ElasticThreadPool


@pytest.fixture
def pool():
    created = ElasticThreadPool(2, 16, "elastic")
    yield created
    created.shutdown()


def count_threads():
    return sum(thread.name == "elastic" for thread in threading.enumerate())


def grow_until(pool, condition):
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        pool.grow_if_stuck()
        time.sleep(0.005)
    return condition()


def test_the_future_has_the_result_or_the_error(pool):
    assert pool.submit(lambda a, b: a + b, 1, 2).result(5) == 3
    with pytest.raises(ZeroDivisionError):
        pool.submit(lambda: 1 / 0).result(5)
    with pytest.raises(SystemExit):
        pool.submit(exit).result(5)


def test_quick_work_gets_few_threads(pool):
    futures = [pool.submit(time.sleep, 0.002) for _ in range(200)]
    assert grow_until(pool, lambda: all(future.done() for future in futures))
    assert count_threads() == 2


def test_blocked_work_gets_more_threads_up_to_the_maximum(pool, monkeypatch):
    gate = threading.Event()
    for _ in range(30):
        pool.submit(gate.wait)
    assert grow_until(pool, lambda: count_threads() == 16)
    monkeypatch.setattr(thread_pool, "STUCK_SECONDS", 0)
    for _ in range(5):
        pool.grow_if_stuck()
    assert pool.has_queued_work
    assert count_threads() == 16
    gate.set()
    assert pool.submit(lambda: "done").result(5) == "done"


def test_additional_threads_end_when_they_are_idle(pool, monkeypatch):
    gate = threading.Event()
    monkeypatch.setattr(thread_pool, "IDLE_SECONDS", 0.1)
    for _ in range(10):
        pool.submit(gate.wait)
    assert grow_until(pool, lambda: count_threads() > 2)
    gate.set()
    assert grow_until(pool, lambda: count_threads() == 2)


def test_queued_work_is_done_after_a_shutdown(pool):
    futures = [pool.submit(time.sleep, 0.01) for _ in range(20)]
    pool.shutdown(wait=False)
    assert [future.result(5) for future in futures] == [None] * 20
    deadline = time.monotonic() + 5
    while count_threads() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert count_threads() == 0

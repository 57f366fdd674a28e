"""A pool with few threads while work gets on, and many while it waits."""

import threading
import time

import pytest

from server import thread_pool as elastic_pool
from server.thread_pool import ElasticThreadPool


@pytest.fixture
def pool():
    made = ElasticThreadPool(2, 16, "elastic")
    yield made
    made.shutdown()


def threads():
    return sum(thread.name == "elastic" for thread in threading.enumerate())


def relieve_until(pool, condition):
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        pool.relieve()
        time.sleep(0.005)
    return condition()


def test_what_a_call_returns_or_raises_is_in_its_future(pool):
    assert pool.submit(lambda a, b: a + b, 1, 2).result(5) == 3
    with pytest.raises(ZeroDivisionError):
        pool.submit(lambda: 1 / 0).result(5)
    with pytest.raises(SystemExit):
        pool.submit(exit).result(5)


def test_work_that_gets_on_has_few_threads(pool):
    futures = [pool.submit(time.sleep, 0.002) for _ in range(200)]
    assert relieve_until(pool, lambda: all(future.done() for future in futures))
    assert threads() == 2


def test_work_that_waits_gets_many_and_no_more_than_it_may(pool):
    gate = threading.Event()
    for _ in range(30):
        pool.submit(gate.wait)
    assert relieve_until(pool, lambda: threads() == 16)
    time.sleep(0.1)
    pool.relieve()
    assert threads() == 16
    gate.set()
    assert pool.submit(lambda: "done").result(5) == "done"


def test_threads_that_are_not_needed_any_more_go(pool, monkeypatch):
    gate = threading.Event()
    monkeypatch.setattr(elastic_pool, "IDLE_SECONDS", 0.1)
    for _ in range(10):
        pool.submit(gate.wait)
    assert relieve_until(pool, lambda: threads() > 2)
    gate.set()
    assert relieve_until(pool, lambda: threads() == 2)


def test_after_a_shutdown_what_lies_there_is_still_done(pool):
    futures = [pool.submit(time.sleep, 0.01) for _ in range(20)]
    pool.shutdown(wait=False)
    assert [future.result(5) for future in futures] == [None] * 20
    deadline = time.monotonic() + 5
    while threads() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threads() == 0

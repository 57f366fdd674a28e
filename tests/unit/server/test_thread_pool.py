"""A pool with few threads while work makes progress, and more while it blocks."""

import threading
import time
from concurrent.futures import Future
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from server import thread_pool
from server.thread_pool import ElasticThreadPool
from stress.processes import wait_until


@pytest.fixture
def pool():
    created = ElasticThreadPool(2, 16, "elastic")
    yield created
    created.shutdown()


def submit(pool, call, *args):
    """The future of a call."""
    future = Future()
    pool.submit(lambda: future.set_result(call(*args)))
    return future


def count_threads():
    return sum(thread.name == "elastic" for thread in threading.enumerate())


def grow_until(pool, condition):
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        pool.grow_if_stuck()
        time.sleep(0.005)
    return condition()


def test_a_call_that_fails_is_logged_and_its_thread_goes_on(pool):
    assert submit(pool, lambda a, b: a + b, 1, 2).result(5) == 3
    with capture_logs() as logged:
        for fail in (lambda: 1 / 0, exit):
            pool.submit(fail)
        wait_until(lambda: len(logged) == 2, 5)
    assert {entry["event"] for entry in logged} == {"a call in a thread pool failed"}
    assert count_threads() == 2
    assert submit(pool, lambda: "done").result(5) == "done"


def test_quick_work_gets_few_threads(pool, monkeypatch):
    now, taken, gate = [100.0], threading.Semaphore(0), threading.Semaphore(0)
    monkeypatch.setattr(thread_pool, "time", SimpleNamespace(monotonic=lambda: now[0]))
    for _ in range(20):
        pool.submit(lambda: taken.release() or gate.acquire())
    assert taken.acquire(timeout=5)
    for _ in range(18):
        assert taken.acquire(timeout=5), "both threads are busy"
        now[0] += 0.9 * thread_pool.STUCK_SECONDS
        pool.grow_if_stuck()
        gate.release()
    assert count_threads() == 2
    gate.release(2)


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
    assert submit(pool, lambda: "done").result(5) == "done"


def test_additional_threads_end_when_they_are_idle(pool, monkeypatch):
    gate = threading.Event()
    monkeypatch.setattr(thread_pool, "IDLE_SECONDS", 0.1)
    for _ in range(10):
        pool.submit(gate.wait)
    assert grow_until(pool, lambda: count_threads() > 2)
    gate.set()
    assert grow_until(pool, lambda: count_threads() == 2)


def test_queued_work_is_done_after_a_shutdown(pool):
    futures = [submit(pool, time.sleep, 0.01) for _ in range(20)]
    pool.shutdown(wait=False)
    assert [future.result(5) for future in futures] == [None] * 20
    deadline = time.monotonic() + 5
    while count_threads() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert count_threads() == 0


def test_a_full_pool_tells_how_long_nothing_was_taken(pool, monkeypatch):
    now, gate = [100.0], threading.Semaphore(0)
    monkeypatch.setattr(thread_pool, "time", SimpleNamespace(monotonic=lambda: now[0]))
    for _ in range(17):
        pool.submit(gate.acquire)
    while pool._threads < 16:
        assert pool.stuck_seconds == 0.0
        now[0] += 1
        pool.grow_if_stuck()
    wait_until(lambda: pool._tasks.qsize() == 1, 5)
    now[0] += 7
    assert pool.stuck_seconds == 7.0
    gate.release(17)
    wait_until(lambda: pool.stuck_seconds == 0.0, 5)

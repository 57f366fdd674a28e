"""The service's connection to a real Redis."""

import os
import signal
import threading
import time


def test_a_child_of_a_fork_reaches_redis_whatever_the_parents_threads_were_doing(redis, monkeypatch):
    pool, entered, leave = redis.client.connection_pool, threading.Event(), threading.Event()

    def slow_connection():
        entered.set()
        leave.wait(10)
        raise ConnectionError

    pool.disconnect()
    pool.reset()
    monkeypatch.setattr(pool, "make_connection", slow_connection)
    threading.Thread(target=lambda: _quietly(redis.ping), daemon=True).start()
    assert entered.wait(5)
    child = os.fork()
    if child == 0:
        _quietly(redis.ping, and_then=lambda: os._exit(0))
        os._exit(1)
    try:
        assert _exit_code(child, seconds=5) == 0
    finally:
        leave.set()


def _quietly(step, and_then=lambda: None):
    try:
        step()
        and_then()
    except Exception:
        pass


def _exit_code(pid, seconds):
    """None when the process does not end by itself in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None

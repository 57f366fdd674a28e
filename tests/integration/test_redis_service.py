"""The service's connection to a real Redis."""

import os
import signal
import threading
import time


def test_a_forked_child_reaches_redis_while_a_thread_of_its_parent_holds_a_lock(redis, monkeypatch):
    pool, entered, leave = redis.client.connection_pool, threading.Event(), threading.Event()

    def slow_connection():
        entered.set()
        leave.wait(10)
        raise ConnectionError

    pool.disconnect()
    pool.reset()
    monkeypatch.setattr(pool, "make_connection", slow_connection)
    threading.Thread(target=lambda: _ignore_errors(redis.now), daemon=True).start()
    assert entered.wait(5)
    child = os.fork()
    if child == 0:
        _ignore_errors(redis.now, and_then=lambda: os._exit(0))
        os._exit(1)
    try:
        assert _exit_code(child, seconds=5) == 0
    finally:
        leave.set()


def _ignore_errors(step, and_then=lambda: None):
    try:
        step()
        and_then()
    except Exception:
        pass


def _exit_code(pid, seconds):
    """None if the process does not exit in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None

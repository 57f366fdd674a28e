"""Readiness follows the processes that do the OCR, not the parent that only hands out their work."""

import signal
import time

import psutil
import pytest

from tests.support.processes import Service, wait_until

#: From the death of the last child to a readiness probe that says so.
KNOWN_WITHIN = 30


@pytest.fixture
def service(tmp_path):
    running = Service(tmp_path)
    try:
        yield running.start()
    finally:
        running.stop()


def not_ready(service):
    answer = service.get("/health/ready")
    return answer.status_code == 503 and answer.json()["detail"] == "No worker has its model loaded."


def test_a_worker_whose_children_are_all_dead_or_hung_is_not_ready_though_its_parent_lives(service):
    (child,) = service.worker_children()
    child.send_signal(signal.SIGSTOP)
    wait_until(lambda: not_ready(service), KNOWN_WITHIN, "the hung child's absence")
    child.send_signal(signal.SIGCONT)
    wait_until(service.ready, KNOWN_WITHIN, "readiness after the hang")
    deadline = time.monotonic() + KNOWN_WITHIN
    while not not_ready(service):
        assert time.monotonic() < deadline, "the dead children's absence was not seen in time"
        kill_children(service)
    assert psutil.Process(service.worker.pid).is_running(), "it was the children alone that died"
    wait_until(service.ready, 60, "readiness after the deaths")


def kill_children(service):
    """Before a new child can have loaded its model."""
    for child in service.worker_children():
        child.kill()
    time.sleep(0.2)

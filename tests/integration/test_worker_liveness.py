"""Readiness follows the processes that do the OCR, not the parent that only hands out their work."""

import platform
import signal
import sys
import time

import psutil
import pytest

from stress.harness import ServiceProcesses, wait_until
from tests.support.drawing import picture

#: Seconds from the end of the last child's work to a readiness probe that says so.
KNOWN_WITHIN = 30


@pytest.fixture
def service(tmp_path):
    running = ServiceProcesses(tmp_path, OCR_WORKERS=2, OCR_THREADS=1)
    try:
        yield running.start()
    finally:
        running.stop()


def not_ready(service):
    answer = service.get("/health/ready")
    return answer.status_code == 503 and answer.json()["detail"] == "No worker has its model loaded."


def test_a_worker_whose_children_are_all_dead_or_hung_is_not_ready_though_its_parent_lives(service):
    hung = service.worker_children()[0]
    hung.send_signal(signal.SIGSTOP)
    try:
        deadline = time.monotonic() + KNOWN_WITHIN
        while not not_ready(service):
            assert time.monotonic() < deadline, "it was not seen in time that no child is left to work"
            kill_all_but(hung, service)
        assert psutil.Process(service.worker.pid).is_running(), "it was the children alone that died"
    finally:
        hung.send_signal(signal.SIGCONT)
    wait_until(service.is_ready, KNOWN_WITHIN, "readiness after the hang")


def test_reading_yields_to_the_web_server_of_the_same_machine(service):
    web = psutil.Process(service.web.pid)
    assert all(child.nice() > web.nice() for child in service.worker_children())


@pytest.mark.skipif((sys.platform, platform.machine()) != ("linux", "x86_64"), reason="the sandbox is for x86-64")
def test_a_worker_that_may_not_set_its_priority_reads_all_the_same(tmp_path):
    running = SandboxedService(tmp_path, OCR_WORKERS=1, OCR_THREADS=2)
    try:
        (child,) = running.start().worker_children()
        assert child.nice() == psutil.Process(running.worker.pid).nice(), "it is no sandbox"
        answer = running.post("/ocr/predict", picture("Receipt 4711", size=24, width=300)).json()
        assert answer["text"] == "Receipt 4711"
    finally:
        running.stop()


class SandboxedService(ServiceProcesses):
    worker_app = "tests.support.sandboxed_worker"


def kill_all_but(hung, service):
    """Before a new child can have loaded its model."""
    for child in service.worker_children():
        if child != hung:
            child.kill()
    time.sleep(0.2)

"""Readiness depends on the processes that do the OCR, not on the parent that hands out the work."""

import platform
import signal
import sys
import time
from contextlib import suppress

import psutil
import pytest

from stress.harness import ServiceProcesses, wait_until
from tests.support.drawing import picture

#: Seconds within which readiness must reflect that no child can work, or that one can work again.
REPORTED_WITHIN = 30


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with ServiceProcesses(tmp_path_factory.mktemp("liveness"), OCR_WORKERS=2, OCR_THREADS=1) as running:
        yield running


def not_ready(service):
    response = service.get("/health/ready")
    return response.status_code == 503 and response.json()["detail"] == "No worker has its model loaded."


def test_worker_has_lower_priority_than_the_web_server(service):
    web = psutil.Process(service.web.pid)
    assert all(child.nice() > web.nice() for child in service.worker_children())


def test_service_is_not_ready_if_all_children_are_dead_or_hung(service):
    hung = service.worker_children()[0]
    hung.send_signal(signal.SIGSTOP)
    try:
        deadline = time.monotonic() + REPORTED_WITHIN
        while not not_ready(service):
            assert time.monotonic() < deadline, "not reported in time"
            kill_all_but(hung, service)
        assert psutil.Process(service.worker.pid).is_running(), "the parent must survive its children"
    finally:
        hung.send_signal(signal.SIGCONT)
    wait_until(service.is_ready, REPORTED_WITHIN, "readiness after the hang")


@pytest.mark.skipif((sys.platform, platform.machine()) != ("linux", "x86_64"), reason="needs Linux on x86-64")
def test_worker_runs_without_permission_to_set_its_priority(tmp_path):
    with SandboxedService(tmp_path, OCR_WORKERS=1, OCR_THREADS=2) as running:
        (child,) = running.worker_children()
        assert child.nice() == psutil.Process(running.worker.pid).nice(), "the sandbox has no effect"
        result = running.post("/ocr/predict", picture("Receipt 4711", size=24, width=300)).json()
        assert result["text"] == "Receipt 4711"


class SandboxedService(ServiceProcesses):
    worker_app = "tests.support.sandboxed_worker"


def kill_all_but(hung, service):
    """Kill new children before they can load their model."""
    for child in service.worker_children():
        if child != hung:
            with suppress(psutil.NoSuchProcess):  # the parent has just removed one that was killed before
                child.kill()
    time.sleep(0.2)

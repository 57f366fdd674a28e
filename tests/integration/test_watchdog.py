"""Workers that are alive but do nothing are ended, so that others replace them. Working ones are not."""

import signal
import subprocess
import sys
import time

import pytest

from stress.harness import REPOSITORY, wait_until
from tests.support.drawing import picture
from tests.support.scripted_service import ScriptedService


class FastWatchdogService(ScriptedService):
    worker_app = "tests.support.fast_watchdog_worker"


@pytest.fixture(scope="module")
def shared_service(tmp_path_factory):
    with FastWatchdogService(tmp_path_factory.mktemp("watchdog"), OCR_TIMEOUT_PER_PAGE=10) as running:
        yield running


@pytest.fixture
def service(shared_service):
    """A running service whose engine does nothing special."""
    return shared_service.start()


def celery(service, kind, *arguments):
    """The output of a command of Celery's remote control, which returns when the worker has replied."""
    command = [sys.executable, "-m", "celery", "-A", "celery_app", kind, "-d", service.node_name, "--timeout", "5"]
    return subprocess.run(
        [*command, *arguments], cwd=REPOSITORY, env=service.environment, capture_output=True, text=True, timeout=60
    ).stdout


def test_worker_that_answers_pings_but_takes_no_work_ends(service):
    wait_until(lambda: "pong" in celery(service, "inspect", "ping"), 60, "a response to a ping")
    assert "no longer consuming" in celery(service, "control", "cancel_consumer", "ocr")
    # Before there is work for the worker: starting the command may take longer than the watchdog waits.
    assert "pong" in celery(service, "inspect", "ping")
    job = service.post("/ocr/image", picture("Which worker?"))
    assert service.worker.wait(30) == 0
    assert "units wait but no child gets one" in service.log("worker")
    service.start_worker()
    service.result_of(job)


def test_hanging_child_is_killed_and_replaced(service):
    (child,) = service.worker_children()
    child.send_signal(signal.SIGSTOP)
    job = service.post("/ocr/image", picture("After the hang"))
    wait_until(lambda: not child.is_running(), 60, "the end of the hanging child")
    service.result_of(job)
    assert "worker process hangs and is killed" in service.log("worker")


def test_busy_or_idle_worker_is_not_ended(service):
    (child,) = service.worker_children()
    time.sleep(6)
    service.configure_engine(seconds=7)
    jobs = [service.post("/ocr/image", picture(f"Slow {number}")) for number in range(2)]
    for job in jobs:
        service.result_of(job)
    assert service.worker_children() == [child]
    assert service.worker.poll() is None

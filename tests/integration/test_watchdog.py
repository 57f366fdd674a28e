"""Workers that are there and do nothing are ended, so that others take their place; those that work are left alone."""

import signal
import subprocess
import sys
import time

import pytest

from stress.harness import REPOSITORY, wait_until
from tests.support.drawing import picture
from tests.support.obedient import ObedientService


class HastyService(ObedientService):
    worker_app = "tests.support.hasty_worker"


@pytest.fixture
def service(tmp_path):
    running = HastyService(tmp_path, OCR_WORKERS=1, OCR_TIMEOUT_PER_PAGE=8)
    try:
        yield running.start()
    finally:
        running.stop()


def celery(service, kind, *arguments):
    """What Celery's own remote control is told."""
    return subprocess.run(
        [sys.executable, "-m", "celery", "-A", "celery_app", kind, "--timeout", "5", *arguments],
        cwd=REPOSITORY,
        env=service.environment,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout


def test_a_worker_that_answers_pings_and_takes_no_work_ends_and_its_successor_does_the_work(service):
    wait_until(lambda: "pong" in celery(service, "inspect", "ping"), 60, "an answer to a ping")
    assert "no longer consuming" in celery(service, "control", "cancel_consumer", "ocr")
    job = service.post("/ocr/image", picture("Who takes it?"))
    assert "pong" in celery(service, "inspect", "ping")
    assert service.worker.wait(30) == 0
    assert "none of it is taken" in service.log("worker")
    service.start_worker()
    service.result_of(job)


def test_a_child_that_hangs_is_killed_and_another_takes_its_place(service):
    (child,) = service.worker_children()
    child.send_signal(signal.SIGSTOP)
    job = service.post("/ocr/image", picture("After the hang"))
    wait_until(lambda: not child.is_running(), 60, "the end of the child that hangs")
    service.result_of(job)
    assert "a worker process hangs and is killed" in service.log("worker")


def test_a_worker_that_is_busy_or_has_nothing_to_do_is_left_alone(service):
    (child,) = service.worker_children()
    time.sleep(6)
    service.tell(seconds=7)
    jobs = [service.post("/ocr/image", picture(f"Slow {number}")) for number in range(2)]
    for job in jobs:
        service.result_of(job)
    assert service.worker_children() == [child]
    assert service.worker.poll() is None

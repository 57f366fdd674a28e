"""A short form of `make load` and `make chaos`: no accepted job is lost, whatever breaks."""

import sys
from contextlib import ExitStack

import pytest

from stress.chaos import breakage
from stress.chaos.bad_documents import SETTINGS, BadDocuments
from stress.chaos.disk import fill_disk, small_disk
from stress.chaos.restarting_service import RestartingService
from stress.chaos.under_load import UnderLoad
from stress.coded_pictures import Action
from stress.load.burst import Burst, run_burst
from stress.report import Report

pytestmark = pytest.mark.serial


@pytest.fixture
def report():
    """The test fails with the checks that did not hold."""
    found = Report("chaos")
    yield found
    assert found.failures == []


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """For documents that harm their workers."""
    with RestartingService(tmp_path_factory.mktemp("chaos"), **SETTINGS) as service:
        yield service


@pytest.fixture
def uploads(tmp_path):
    """A folder on a small disk of its own; None where no disk can be mounted."""
    with ExitStack() as stack:
        try:
            yield stack.enter_context(small_disk(tmp_path / "uploads", megabytes=8))
        except PermissionError:
            yield None


def test_burst_beyond_the_queue_loses_no_job(tmp_path, report):
    """Response times are checked by `make load` only: they need a quiet machine."""
    run_burst(tmp_path, Burst(jobs=120, clients=32, page_ms=50, max_wait=1), report, timed=False)


def test_no_job_is_lost_whatever_breaks(tmp_path, report, uploads):
    def break_everything(service):
        breakage.kill_worker_children(service, times=1, interval=1)
        breakage.kill_web_processes(service, times=1, interval=1)
        breakage.kill_worker_parent(service)
        if uploads:
            fill_disk(service, uploads, seconds=2)
        breakage.restart_redis(service)

    name = "children, web, parent, disk and Redis" if uploads else "all but the disk: none can be mounted here"
    with RestartingService(tmp_path, **({"UPLOAD_FOLDER": uploads} if uploads else {})) as service:
        UnderLoad(service, report).run(name, break_everything, jobs=200, rate=15)


def test_cancelled_job_starts_no_more_pages(service, report):
    BadDocuments(service, report).cancel("a job is cancelled", first=0, pages=60)


@pytest.mark.skipif(sys.platform != "linux", reason="the effect of an invalid write depends on the platform")
def test_page_that_crashes_its_workers_fails_and_can_be_replayed(service, report):
    BadDocuments(service, report).kill_workers("a page that crashes its worker", Action.CRASH, first=100)

"""What `make load` and `make chaos` prove at length, in short: nothing accepted is lost, whatever breaks."""

import sys
from contextlib import ExitStack

import pytest

from stress.chaos import breakage
from stress.chaos.pages import SETTINGS, Pages
from stress.chaos.service import KeptService, small_disk
from stress.chaos.under_load import UnderLoad
from stress.load.burst import Size, burst
from stress.load.coded import CRASHES
from stress.load.report import Report


@pytest.fixture
def report():
    """What was found; the test fails with what did not hold."""
    found = Report("chaos")
    yield found
    assert found.failures == []


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """For documents that are bad for their workers."""
    running = KeptService(tmp_path_factory.mktemp("chaos"), **SETTINGS)
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture
def uploads(tmp_path):
    """A folder on a small disk of its own; None where none can be made."""
    with ExitStack() as stack:
        try:
            yield stack.enter_context(small_disk(tmp_path / "uploads", megabytes=8))
        except PermissionError:
            yield None


def test_of_a_burst_beyond_the_queue_every_job_is_done_or_was_refused(tmp_path, report):
    """Without a look at the clock: how fast that is `make load` tells."""
    burst(tmp_path, Size(jobs=120, clients=32, page_ms=50, wait=1), report, timed=False)


def test_no_job_is_lost_whatever_breaks(tmp_path, report, uploads):
    running = KeptService(tmp_path, **({"UPLOAD_FOLDER": uploads} if uploads else {}))

    def break_all(service):
        breakage.kill_worker_children(times=1, every=1)(service)
        breakage.kill_web_processes(times=1, every=1)(service)
        breakage.kill_worker_parent(service)
        if uploads:
            breakage.fill_disk(uploads, seconds=2)(service)
        breakage.restart_redis(service)

    try:
        what = "children, web, parent, disk and Redis" if uploads else "all but the disk: none can be mounted here"
        UnderLoad(running.start(), report).run(what, break_all, jobs=200, rate=15)
    finally:
        running.stop()


def test_a_cancelled_job_begins_no_more_pages(service, report):
    Pages(service, report).cancel("a job is cancelled", 0, pages=60)


@pytest.mark.skipif(sys.platform != "linux", reason="where nothing is to be written to differs")
def test_a_page_that_crashes_its_workers_is_given_up_and_can_be_replayed(service, report):
    Pages(service, report).killer("a page that crashes its worker", CRASHES, 100, copies=2)

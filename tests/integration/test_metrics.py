"""Metrics of a real service with two web processes and a worker."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from services.health.worker_registry import HEARTBEAT_SECONDS
from stress.harness import ServiceProcesses, wait_until
from tests.support.drawing import picture, scanned_pdf
from tests.support.metrics import Metrics


def metrics(service):
    return Metrics(service.get("/metrics").text)


def metrics_after(service, before, **increases):
    """Wait until the worker has written its counts with a heartbeat."""
    wait_until(
        lambda: (now := metrics(service)) and all(now(name) - before(name) >= by for name, by in increases.items()),
        2 * HEARTBEAT_SECONDS + 5,
        f"{increases}",
    )
    return metrics(service)


def test_job_is_counted_by_outcome_and_timed_by_stage(service):
    time.sleep(HEARTBEAT_SECONDS + 1)  # until the worker has written the counts of other tests
    before = metrics(service)
    service.result_of(service.post("/ocr/image", picture("Counted once")))
    service.result_of(service.post("/ocr/image", picture("Counted once")))
    service.result_of(service.post("/ocr/pdf", scanned_pdf("One", "Two"), dpi=100))
    # The worker measures a job's work after its last page, so possibly in a later heartbeat.
    after = metrics_after(service, before, ocr_pages_total=3, ocr_job_seconds_count=4)

    def increase(name, **labels):
        return after(name, **labels) - before(name, **labels)

    assert increase("ocr_jobs_total", outcome="completed") == 3
    assert [increase("ocr_cache_lookups_total", result=result) for result in ("miss", "hit", "shared")] == [2, 1, 0]
    assert increase("ocr_pages_total", source="ocr", outcome="done") == 3
    pages = {stage: increase("ocr_stage_seconds_count", stage=stage) for stage in ("decode", "render", "detect")}
    assert pages == {"decode": 1, "render": 2, "detect": 3}
    assert increase("ocr_stage_seconds_sum", stage="recognise") > 0
    assert increase("ocr_job_seconds_count", phase="work") == increase("ocr_job_seconds_count", phase="wait") == 2
    assert increase("ocr_line_confidence_count") == 3
    assert [increase("ocr_line_confidence_bucket", le=bound) for bound in ("1.0", "0.5")] == [3, 0]
    assert after("ocr_redis_up") == after("ocr_workers_alive") == 1
    assert after("ocr_worker_memory_bytes", statistic="largest") > 100 << 20
    assert (after("ocr_queue_depth"), after("ocr_jobs_running")) == (0, 0)


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """A web server with Redis and without a worker."""
    with ServiceProcesses(tmp_path_factory.mktemp("web"), parts=("redis", "web")) as service:
        yield service


def request_count(service):
    return metrics(service)("ocr_http_requests_total", route="/capabilities", status="200")


def count_files(service):
    return set(Path("/dev/shm").glob(f"ocr-counts-*-{service.web.pid}/*.db"))


def test_each_web_process_exports_the_counts_of_all(web):
    def send(number):
        assert all(response.ok for response in pool.map(lambda _: web.get("/capabilities"), range(number)))

    with ThreadPoolExecutor(8) as pool:
        # One process may start later than the other.
        wait_until(lambda: send(8) or len(count_files(web)) == 4, 30, "counters and histograms of two processes")
        before = request_count(web)
        send(40)
        assert {count - before for count in pool.map(lambda _: request_count(web), range(20))} == {40}


def test_counts_survive_killed_processes_and_their_files_are_reused(web):
    for _ in range(10):
        web.get("/capabilities")
    before = request_count(web)
    for _ in range(2):
        processes = psutil.Process(web.web.pid).children()
        for process in processes:
            process.send_signal(signal.SIGKILL)
        psutil.wait_procs(processes, timeout=10)
        wait_until(web.is_alive, 20, "new web processes")
        wait_until(lambda: len(psutil.Process(web.web.pid).children()) == 2, 20, "both web processes")
        web.get("/capabilities")
    assert request_count(web) == before + 2
    assert len(count_files(web)) <= 4


def test_queue_depth_and_age_are_exported(web):
    for number in range(3):
        web.post("/ocr/image", picture(f"Waiting {number}"))
    assert metrics(web)("ocr_queue_depth", queue="ocr") == 3
    wait_until(lambda: metrics(web)("ocr_queue_oldest_seconds", queue="ocr") > 1, 5, "the age of the queue")
    assert metrics(web)("ocr_workers_alive") == 0


def test_web_server_deletes_its_count_files_when_it_ends(tmp_path):
    with ServiceProcesses(tmp_path, parts=("web",)) as service:
        assert count_files(service)
        service.web.terminate()
        service.web.wait(20)
        assert not count_files(service)

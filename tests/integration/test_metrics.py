"""Numbers of a real service: two web processes, a worker, one truth."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from services.health.worker_registry import BEAT_SECONDS
from stress.harness import ServiceProcesses, wait_until
from tests.support.drawing import picture, scanned_pdf
from tests.support.metrics import Metrics


def metrics(service):
    return Metrics(service.get("/metrics").text)


def grown(service, before, **expected):
    """Waits until the worker's heartbeat has brought what it counted."""
    wait_until(
        lambda: (now := metrics(service)) and all(now(name) - before(name) >= by for name, by in expected.items()),
        2 * BEAT_SECONDS + 5,
        f"{expected}",
    )
    return metrics(service)


def test_a_job_is_counted_by_what_became_of_it_and_where_its_time_went(service):
    time.sleep(BEAT_SECONDS + 1)  # the worker brings what it counted in other tests
    before = metrics(service)
    service.result_of(service.post("/ocr/image", picture("Counted once")))
    service.result_of(service.post("/ocr/image", picture("Counted once")))
    service.result_of(service.post("/ocr/pdf", scanned_pdf("One", "Two"), dpi=100))
    after = grown(service, before, ocr_pages_total=3)

    def more(name, **labels):
        return after(name, **labels) - before(name, **labels)

    assert more("ocr_jobs_total", outcome="completed") == 3
    assert [more("ocr_cache_lookups_total", result=result) for result in ("miss", "hit", "shared")] == [2, 1, 0]
    assert more("ocr_pages_total", source="ocr", outcome="done") == 3
    pages = {stage: more("ocr_stage_seconds_count", stage=stage) for stage in ("decode", "render", "detect")}
    assert pages == {"decode": 1, "render": 2, "detect": 3}
    assert more("ocr_stage_seconds_sum", stage="recognise") > 0
    assert more("ocr_job_seconds_count", phase="work") == more("ocr_job_seconds_count", phase="wait") == 2
    assert more("ocr_line_confidence_count") == 3
    assert more("ocr_line_confidence_bucket", le="1.0") == 3 and more("ocr_line_confidence_bucket", le="0.5") == 0
    assert after("ocr_redis_up") == after("ocr_workers_alive") == 1
    assert after("ocr_worker_memory_bytes", statistic="largest") > 100 << 20
    assert (after("ocr_queue_depth"), after("ocr_jobs_running")) == (0, 0)


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """A web server with its Redis and no worker."""
    service = ServiceProcesses(tmp_path_factory.mktemp("web"))
    try:
        service.redis.start()
        service.start_web()
        service.wait_until_alive()
        yield service
    finally:
        service.stop()


def counted(service):
    return metrics(service)("ocr_http_requests_total", route="/capabilities", status="200")


def files(service):
    return set(Path("/dev/shm").glob(f"ocr-counts-*-{service.web.pid}/*.db"))


def test_each_web_process_tells_what_all_of_them_counted(web):
    before = counted(web)
    with ThreadPoolExecutor(8) as pool:
        assert all(answer.ok for answer in pool.map(lambda _: web.get("/capabilities"), range(40)))
        assert {told - before for told in pool.map(lambda _: counted(web), range(20))} == {40}
    assert len(files(web)) == 4, "counters and histograms of two processes"


def test_counts_outlive_the_processes_that_made_them_and_their_files_do_not_grow_in_number(web):
    for _ in range(10):
        web.get("/capabilities")
    before = counted(web)
    for _ in range(2):
        processes = psutil.Process(web.web.pid).children()
        for process in processes:
            process.send_signal(signal.SIGKILL)
        psutil.wait_procs(processes, timeout=10)
        wait_until(web.is_alive, 20, "new web processes")
        wait_until(lambda: len(psutil.Process(web.web.pid).children()) == 2, 20, "both web processes")
        web.get("/capabilities")
    assert counted(web) == before + 2
    assert len(files(web)) <= 4


def test_what_waits_is_told_with_its_age(web):
    for number in range(3):
        web.post("/ocr/image", picture(f"Nobody reads this {number}"))
    assert metrics(web)("ocr_queue_depth", queue="ocr") == 3
    wait_until(lambda: metrics(web)("ocr_queue_oldest_seconds", queue="ocr") > 1, 5, "the age of the queue")
    assert metrics(web)("ocr_workers_alive") == 0


def test_nothing_is_left_behind_by_a_web_server_that_ended(tmp_path):
    service = ServiceProcesses(tmp_path)
    try:
        service.start_web()
        service.wait_until_alive()
        assert files(service)
        service.web.terminate()
        service.web.wait(20)
        assert not files(service)
    finally:
        service.stop()

"""Failures around the service: no accepted job is lost and nothing hangs."""

import json
import os
import signal
import time

import psutil
import pytest
import requests

from services.health.worker_registry import HEARTBEAT_SECONDS
from stress.harness import ServiceProcesses, wait_until
from tasks.queue import QUEUE
from tests.support.drawing import picture, scanned_pdf

#: How long Redis is down: several attempts to reach it fail.
OUTAGE_SECONDS = 3.0


class UnhurriedService(ServiceProcesses):
    """Each page takes some time, so a test can break something while a document is read."""

    worker_app = "tests.support.unhurried_worker"


@pytest.fixture(scope="module")
def shared_service(tmp_path_factory):
    with UnhurriedService(tmp_path_factory.mktemp("failures")) as running:
        yield running


@pytest.fixture
def service(shared_service):
    """A service that the test may break. What it leaves broken is started again for the next test."""
    return shared_service.start()


def post_pages(service, name, count):
    """Send a PDF that takes a few seconds and wait for its first page. Returns the response and the texts."""
    texts = [f"{name} {number}" for number in range(1, count + 1)]
    accepted = service.post("/ocr/pdf", scanned_pdf(*texts), dpi=200)
    wait_until(lambda: is_in_progress(service, accepted.json()["job_id"]), 30, "the first page")
    return accepted, texts


def is_in_progress(service, job_id):
    progress = service.get(f"/ocr/job/{job_id}").json()["progress"]
    return 0 < progress["pages_done"] < progress["pages_total"]


def texts_of(service, accepted):
    return [page["text"] for page in service.result_of(accepted)["pages"]]


def test_job_completes_once_after_its_worker_child_was_killed(service):
    accepted, texts = post_pages(service, "Page number", 8)
    job_id = accepted.json()["job_id"]
    for child in service.worker_children():
        child.kill()
    killed = time.monotonic()
    result = service.result_of(accepted)
    assert time.monotonic() - killed < 60
    assert [page["text"] for page in result["pages"]] == texts
    assert all(page["success"] for page in result["pages"])
    assert service.get(f"/ocr/job/{job_id}").json()["attempts"] == 2

    def log():
        return "\n".join(line for line in service.log("worker").splitlines() if job_id in line)

    # The worker logs the end just after clients can see it.
    wait_until(lambda: '"event": "job completed"' in log(), 10, "the log line of the completed job")
    assert log().count('"event": "job completed"') == 1
    pages = [json.loads(line)["page"] for line in log().splitlines() if '"event": "page done"' in line]
    # A page is stored and then logged. The child may have been killed in between.
    assert len(set(pages)) == len(pages) >= len(texts) - 1, "finished pages are not repeated"


def test_jobs_complete_with_a_new_worker_after_the_worker_was_killed(service):
    accepted, texts = post_pages(service, "Sheet", 6)
    waiting = service.post("/ocr/image", picture("I was in the queue"))
    processes = service.process_tree("worker")
    service.stop_worker(signal.SIGKILL)
    _, alive = psutil.wait_procs(processes, timeout=20)
    assert not alive, "a killed parent leaves no child"
    service.start_worker()
    started = time.monotonic()
    assert texts_of(service, accepted) == texts
    assert service.result_of(waiting)["text"] == "I was in the queue"
    assert time.monotonic() - started < 60


def test_stopped_worker_hands_its_job_back(service):
    accepted, texts = post_pages(service, "Leaf", 5)
    stopped = time.monotonic()
    service.stop_worker()
    assert time.monotonic() - stopped < 20
    status = service.get(f"/ocr/job/{accepted.json()['job_id']}").json()
    assert (status["status"], status["stage"], status["attempts"]) == ("processing", "queued", 0)
    service.start_worker()
    assert texts_of(service, accepted) == texts


def test_ticket_handed_out_during_the_stop_neither_delays_it_nor_is_lost(service):
    """Celery's parent forgets such a ticket and never reads its result, for which the child would wait 30 s."""
    [child] = service.worker_children()
    child.suspend()
    accepted = service.post("/ocr/image", picture("I came late"))
    wait_until(lambda: not service.redis.client().llen(QUEUE), 10, "the parent to take the ticket")
    worker = service.worker
    worker.terminate()
    time.sleep(3)  # the parent has stopped its consumer and forgotten the ticket
    child.resume()
    worker.wait(20)
    service.start()
    assert service.result_of(accepted)["text"] == "I came late"


def assert_unavailable(service, path="/ocr/image"):
    """Uploads are rejected within two seconds because of Redis. A busy machine may delay one, but not three."""
    for _ in range(3):
        started = time.monotonic()
        response = service.post(path, picture("Not now"))
        seconds = time.monotonic() - started
        assert (response.status_code, response.json()["code"]) == (503, "redis_unavailable"), response.text
        assert int(response.headers["Retry-After"]) > 0
        if seconds < 2:
            return
    raise AssertionError(f"rejected after {seconds:.1f} s")


def test_service_reports_missing_redis_and_recovers(service):
    before = service.post("/ocr/image", picture("Before the outage"))
    job_path = f"/ocr/job/{before.json()['job_id']}"
    result = service.result_of(before)
    service.redis.stop()
    assert service.get("/health/alive").status_code == 200
    # Each web process notices by itself, within a second.
    [not_ready] = wait_until(lambda: not_ok(service.get("/health/ready")), 10, "a web process to notice")
    assert (not_ready.status_code, not_ready.json()["code"]) == (503, "not_ready")
    report = service.get("/health")
    assert (report.status_code, report.json()["checks"]["redis"]["status"]) == (503, "unhealthy")
    assert report.json()["details"]["recommendations"]
    for path in ("/ocr/image", "/ocr/pdf", "/ocr/predict"):
        assert_unavailable(service, path)
    batch = requests.post(service.url + "/ocr/batch", files={"files": picture("x")}, timeout=5)
    assert (batch.status_code, batch.json()["code"]) == (503, "redis_unavailable")
    assert service.get(job_path).status_code == 503
    service.redis.start()
    wait_until(service.is_ready, 30, "readiness after the outage")
    assert service.get(job_path + "/result").json() == result
    assert service.result_of(service.post("/ocr/image", picture("After the outage")))["text"] == "After the outage"


def not_ok(response):
    """A list, because an error response is false."""
    return [] if response.ok else [response]


def test_hanging_redis_is_reported_in_time(service):
    os.kill(service.redis.process.pid, signal.SIGSTOP)
    try:
        assert service.get("/health/alive").status_code == 200
        assert_unavailable(service)
        wait_until(lambda: service.get("/health/ready").status_code == 503, 10, "a web process to notice")
    finally:
        os.kill(service.redis.process.pid, signal.SIGCONT)
    wait_until(service.is_ready, 30, "readiness after the hang")


def test_full_redis_rejects_new_jobs_and_loses_none(service):
    """While Redis is full, workers can neither send heartbeats nor finish jobs."""
    accepted, texts = post_pages(service, "Quire", 4)
    client = service.redis.client()
    client.config_set("maxmemory", "1mb")
    assert_unavailable(service)
    report = service.get("/health").json()
    assert (report["status"], report["checks"]["redis"]["maximum_mb"]) == ("unhealthy", 1)
    assert "maxmemory" in " ".join(report["details"]["recommendations"])
    time.sleep(HEARTBEAT_SECONDS + 1)  # a heartbeat fails
    client.config_set("maxmemory", "1gb")
    assert texts_of(service, accepted) == texts
    wait_until(service.is_ready, 30, "readiness with free memory")
    report = service.get("/health").json()
    assert (report["checks"]["redis"]["status"], report["status"]) == ("healthy", "healthy")
    assert service.result_of(service.post("/ocr/image", picture("Room again")))["text"] == "Room again"


def test_job_continues_where_it_was_when_redis_is_back(service):
    accepted, texts = post_pages(service, "Folio", 8)
    service.redis.stop()
    time.sleep(OUTAGE_SECONDS)
    service.redis.start()
    assert texts_of(service, accepted) == texts
    assert service.get(f"/ocr/job/{accepted.json()['job_id']}").json()["attempts"] == 1


def test_jobs_are_accepted_without_a_worker_and_readiness_gives_the_reason(service):
    service.stop_worker()
    # The other web process may notice later, so the reason comes from the same response.
    [not_ready] = wait_until(lambda: not_ok(service.get("/health/ready")), 30, "the end of the readiness")
    assert "No worker" in not_ready.json()["detail"]
    accepted = service.post("/ocr/image", picture("Patience"))
    assert accepted.status_code == 202
    service.start_worker()
    assert service.result_of(accepted)["text"] == "Patience"

"""Failures around the service: no accepted job is lost, and nothing hangs."""

import os
import signal
import time

import psutil
import pytest
import redis
import requests

from services.health.worker_registry import BEAT_SECONDS
from stress.harness import Service, wait_until
from tests.support.drawing import picture, scanned_pdf

#: How long Redis is down: several attempts to reach it fail.
OUTAGE_SECONDS = 3.0


@pytest.fixture
def service(tmp_path):
    """A service for one test, which may break it."""
    running = Service(tmp_path)
    try:
        yield running.start()
    finally:
        running.stop()


def wait_until_in_progress(service, job):
    """Wait until the first page is done and the last is not. `job`: the response to the upload."""

    def in_progress():
        progress = service.get(f"/ocr/job/{job.json()['job_id']}").json()["progress"]
        return 0 < progress["pages_done"] < progress["pages_total"]

    wait_until(in_progress, 30, "the first page")


def test_a_job_completes_once_within_a_minute_after_its_worker_process_is_killed(service):
    texts = [f"Page number {number}" for number in range(1, 9)]
    job = service.post("/ocr/pdf", scanned_pdf(*texts), dpi=200)
    wait_until_in_progress(service, job)
    for child in service.worker_children():
        child.kill()
    killed_at = time.monotonic()
    result = service.result_of(job)
    assert time.monotonic() - killed_at < 60
    assert [page["text"] for page in result["pages"]] == texts
    assert all(page["success"] for page in result["pages"])
    assert service.get(f"/ocr/job/{job.json()['job_id']}").json()["attempts"] == 2
    log = service.log("worker")
    assert log.count('"event": "job completed"') == 1
    assert log.count('"event": "page done"') == len(texts), "no page is done twice"


def test_a_job_completes_when_its_killed_worker_is_started_again(service):
    texts = [f"Sheet {number}" for number in range(1, 7)]
    job = service.post("/ocr/pdf", scanned_pdf(*texts), dpi=200)
    queued = service.post("/ocr/image", picture("I was in the queue"))
    wait_until_in_progress(service, job)
    processes = [psutil.Process(service.worker.pid), *service.worker_children()]
    service.stop_worker(signal.SIGKILL)
    _, alive = psutil.wait_procs(processes, timeout=5)
    assert not alive, "no child survives its parent"
    service.start_worker()
    started = time.monotonic()
    assert [page["text"] for page in service.result_of(job)["pages"]] == texts
    assert service.result_of(queued)["text"] == "I was in the queue"
    assert time.monotonic() - started < 60


def test_a_worker_that_stops_returns_its_job_to_the_queue(service):
    texts = [f"Leaf {number}" for number in range(1, 6)]
    job = service.post("/ocr/pdf", scanned_pdf(*texts), dpi=200)
    wait_until_in_progress(service, job)
    started = time.monotonic()
    service.stop_worker()
    assert time.monotonic() - started < 8
    status = service.get(f"/ocr/job/{job.json()['job_id']}").json()
    assert (status["status"], status["stage"], status["attempts"]) == ("processing", "queued", 0)
    service.start_worker()
    assert [page["text"] for page in service.result_of(job)["pages"]] == texts


def assert_rejected(service, path="/ocr/image"):
    """An upload gets 503 within two seconds."""
    started = time.monotonic()
    response = service.post(path, picture("Rejected"))
    assert time.monotonic() - started < 2
    assert response.status_code == 503, response.text
    assert response.json()["code"] == "redis_unavailable"
    assert int(response.headers["Retry-After"]) > 0


def wait_until_not_ready(service, seconds):
    """The first 503 of the readiness probe. Each web process notices an outage by itself, within a second."""

    def not_ready():
        response = service.get("/health/ready")
        return response.status_code == 503 and [response]  # an error response itself is false

    return wait_until(not_ready, seconds, "a failing readiness probe")[0]


def test_an_outage_of_redis_is_reported_and_recovered_from(service):
    before = service.post("/ocr/image", picture("Before the outage"))
    result = service.result_of(before)
    service.redis.stop()
    assert service.get("/health/alive").status_code == 200
    not_ready = wait_until_not_ready(service, 2)
    assert not_ready.json()["code"] == "not_ready"
    report = service.get("/health")
    assert (report.status_code, report.json()["checks"]["redis"]["status"]) == (503, "unhealthy")
    assert report.json()["details"]["recommendations"]
    for path in ("/ocr/image", "/ocr/pdf", "/ocr/predict"):
        assert_rejected(service, path)
    batch = requests.post(service.url + "/ocr/batch", files={"files": picture("x")}, timeout=5)
    assert (batch.status_code, batch.json()["code"]) == (503, "redis_unavailable")
    assert service.get(f"/ocr/job/{before.json()['job_id']}").status_code == 503
    service.redis.start()
    wait_until(service.ready, 30, "readiness after the outage")
    assert service.get(f"/ocr/job/{before.json()['job_id']}/result").json() == result
    assert service.result_of(service.post("/ocr/image", picture("After the outage")))["text"] == "After the outage"


def test_a_hanging_redis_is_reported_quickly(service):
    os.kill(service.redis.process.pid, signal.SIGSTOP)
    try:
        assert service.get("/health/alive").status_code == 200
        assert_rejected(service)
        wait_until_not_ready(service, 3)
    finally:
        os.kill(service.redis.process.pid, signal.SIGCONT)
    wait_until(service.ready, 30, "readiness after the hang")


def test_a_full_redis_rejects_new_jobs_and_accepted_ones_complete_later(service):
    """Meanwhile the workers can neither report that they are alive nor finish their jobs."""
    texts = [f"Quire {number}" for number in range(1, 5)]
    job = service.post("/ocr/pdf", scanned_pdf(*texts), dpi=200)
    wait_until_in_progress(service, job)
    store = redis.Redis(port=service.redis.port)
    store.config_set("maxmemory", "1mb")
    assert_rejected(service)
    report = service.get("/health").json()
    assert (report["status"], report["checks"]["redis"]["maximum_mb"]) == ("unhealthy", 1)
    assert "maxmemory" in " ".join(report["details"]["recommendations"])
    time.sleep(BEAT_SECONDS + 1)  # at least one heartbeat fails
    store.config_set("maxmemory", "1gb")
    assert [page["text"] for page in service.result_of(job)["pages"]] == texts
    wait_until(service.ready, 30, "readiness after the memory was raised")
    report = service.get("/health").json()
    assert (report["checks"]["redis"]["status"], report["status"]) == ("healthy", "healthy")
    assert service.result_of(service.post("/ocr/image", picture("Room again")))["text"] == "Room again"


def test_a_job_continues_after_a_restart_of_redis(service):
    texts = [f"Folio {number}" for number in range(1, 9)]
    job = service.post("/ocr/pdf", scanned_pdf(*texts), dpi=200)
    wait_until_in_progress(service, job)
    service.redis.stop()
    time.sleep(OUTAGE_SECONDS)
    service.redis.start()
    assert [page["text"] for page in service.result_of(job)["pages"]] == texts
    assert service.get(f"/ocr/job/{job.json()['job_id']}").json()["attempts"] == 1


def test_without_a_worker_jobs_are_accepted_and_readiness_names_the_cause(service):
    service.stop_worker()
    wait_until(lambda: not service.ready(), 30, "a failing readiness probe")
    assert "No worker" in service.get("/health/ready").json()["detail"]
    job = service.post("/ocr/image", picture("Patience"))
    assert job.status_code == 202
    service.start_worker()
    assert service.result_of(job)["text"] == "Patience"

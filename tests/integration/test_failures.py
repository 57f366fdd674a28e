"""Failures of Redis and workers: no accepted job is lost, and nothing hangs."""

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


@pytest.fixture
def service(tmp_path):
    """A service for one test, which may break it."""
    running = Service(tmp_path)
    try:
        yield running.start()
    finally:
        running.stop()


def in_progress(service, job_id):
    """The first page of the job is done, its last is not."""
    progress = service.get(f"/ocr/job/{job_id}").json()["progress"]
    return 0 < progress["pages_done"] < progress["pages_total"]


def test_a_job_completes_once_within_a_minute_after_its_worker_process_is_killed(service):
    texts = [f"Page number {number}" for number in range(1, 9)]
    job = service.post("/ocr/pdf", scanned_pdf(*texts), dpi=200)
    job_id = job.json()["job_id"]
    wait_until(lambda: in_progress(service, job_id), 30, "the first page")
    for child in service.worker_children():
        child.kill()
    killed_at = time.monotonic()
    result = service.result_of(job)
    assert time.monotonic() - killed_at < 60
    assert [page["text"] for page in result["pages"]] == texts
    assert all(page["success"] for page in result["pages"])
    assert service.get(f"/ocr/job/{job_id}").json()["attempts"] == 2
    log = service.log("worker")
    assert log.count('"event": "job completed"') == 1
    assert log.count('"event": "page done"') == len(texts), "finished pages are not processed again"


def test_a_job_completes_after_its_whole_worker_is_killed_and_started_again(service):
    texts = [f"Sheet {number}" for number in range(1, 7)]
    job = service.post("/ocr/pdf", scanned_pdf(*texts), dpi=200)
    waiting = service.post("/ocr/image", picture("A queued job"))
    wait_until(lambda: in_progress(service, job.json()["job_id"]), 30, "the first page")
    family = [psutil.Process(service.worker.pid), *service.worker_children()]
    service.stop_worker(signal.SIGKILL)
    gone, alive = psutil.wait_procs(family, timeout=5)
    assert not alive, "no child process is left"
    service.start_worker()
    started = time.monotonic()
    assert [page["text"] for page in service.result_of(job)["pages"]] == texts
    assert service.result_of(waiting)["text"] == "A queued job"
    assert time.monotonic() - started < 60


def test_a_stopping_worker_returns_its_job(service):
    texts = [f"Leaf {number}" for number in range(1, 6)]
    job = service.post("/ocr/pdf", scanned_pdf(*texts), dpi=200)
    wait_until(lambda: in_progress(service, job.json()["job_id"]), 30, "the first page")
    started = time.monotonic()
    service.stop_worker()
    assert time.monotonic() - started < 8
    status = service.get(f"/ocr/job/{job.json()['job_id']}").json()
    assert (status["status"], status["stage"], status["attempts"]) == ("processing", "queued", 0)
    service.start_worker()
    assert [page["text"] for page in service.result_of(job)["pages"]] == texts


def assert_rejected(service, path="/ocr/image"):
    started = time.monotonic()
    response = service.post(path, picture("Rejected"))
    assert time.monotonic() - started < 2
    assert response.status_code == 503, response.text
    assert response.json()["code"] == "redis_unavailable"
    assert int(response.headers["Retry-After"]) > 0


def test_without_redis_the_service_reports_it_and_recovers_afterwards(service):
    before = service.post("/ocr/image", picture("Before the outage"))
    result = service.result_of(before)
    service.redis.stop()
    assert service.get("/health/alive").status_code == 200
    probes = []  # each web process finds out by itself, within a second
    wait_until(lambda: probes.append(service.get("/health/ready")) or probes[-1].status_code == 503, 2, "not ready")
    not_ready = probes[-1]
    assert (not_ready.status_code, not_ready.json()["code"]) == (503, "not_ready")
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
        wait_until(lambda: service.get("/health/ready").status_code == 503, 3, "not ready")
    finally:
        os.kill(service.redis.process.pid, signal.SIGCONT)
    wait_until(service.ready, 30, "readiness after the hang")


def test_a_full_redis_rejects_new_jobs_and_completes_accepted_ones_later(service):
    """While it is full, workers can neither send heartbeats nor finish jobs."""
    texts = [f"Quire {number}" for number in range(1, 5)]
    job = service.post("/ocr/pdf", scanned_pdf(*texts), dpi=200)
    wait_until(lambda: in_progress(service, job.json()["job_id"]), 30, "the first page")
    client = redis.Redis(port=service.redis.port)
    client.config_set("maxmemory", "1mb")
    assert_rejected(service)
    report = service.get("/health").json()
    assert (report["status"], report["checks"]["redis"]["maximum_mb"]) == ("unhealthy", 1)
    assert "maxmemory" in " ".join(report["details"]["recommendations"])
    time.sleep(BEAT_SECONDS + 1)
    client.config_set("maxmemory", "1gb")
    assert [page["text"] for page in service.result_of(job)["pages"]] == texts
    wait_until(service.ready, 30, "readiness with free memory")
    report = service.get("/health").json()
    assert (report["checks"]["redis"]["status"], report["status"]) == ("healthy", "healthy")
    assert service.result_of(service.post("/ocr/image", picture("Free memory again")))["text"] == "Free memory again"


def test_a_job_continues_where_it_was_after_a_redis_outage(service):
    texts = [f"Folio {number}" for number in range(1, 9)]
    job = service.post("/ocr/pdf", scanned_pdf(*texts), dpi=200)
    wait_until(lambda: in_progress(service, job.json()["job_id"]), 30, "the first page")
    service.redis.stop()
    time.sleep(3)
    service.redis.start()
    assert [page["text"] for page in service.result_of(job)["pages"]] == texts
    assert service.get(f"/ocr/job/{job.json()['job_id']}").json()["attempts"] == 1


def test_without_a_worker_jobs_are_accepted_and_readiness_names_the_reason(service):
    service.stop_worker()
    wait_until(lambda: not service.ready(), 30, "not ready")
    assert "No worker" in service.get("/health/ready").json()["detail"]
    job = service.post("/ocr/image", picture("Accepted without a worker"))
    assert job.status_code == 202
    service.start_worker()
    assert service.result_of(job)["text"] == "Accepted without a worker"

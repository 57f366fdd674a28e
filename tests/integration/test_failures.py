"""What breaks around the service, and what becomes of the jobs: nothing accepted is lost, nothing hangs."""

import os
import signal
import time

import psutil
import pytest
import redis
import requests

from services.health.worker_registry import BEAT_SECONDS
from stress.harness import ServiceProcesses, wait_until
from tests.support.drawing import picture, scanned_pdf


@pytest.fixture
def service(tmp_path):
    """A service of one's own, to be broken."""
    running = ServiceProcesses(tmp_path)
    try:
        yield running.start()
    finally:
        running.stop()


def begun(service, job_id):
    """The job is being worked on: its first page is done, its last is not."""
    progress = service.get(f"/ocr/job/{job_id}").json()["progress"]
    return 0 < progress["pages_done"] < progress["pages_total"]


def test_a_job_whose_worker_child_is_killed_completes_once_within_a_minute(service):
    texts = [f"Page number {number}" for number in range(1, 9)]
    job = service.post("/ocr/pdf", scanned_pdf(*texts), dpi=200)
    job_id = job.json()["job_id"]
    wait_until(lambda: begun(service, job_id), 30, "the job's beginning")
    for child in service.worker_children():
        child.kill()
    killed = time.monotonic()
    result = service.result_of(job)
    assert time.monotonic() - killed < 60
    assert [page["text"] for page in result["pages"]] == texts
    assert all(page["success"] for page in result["pages"])
    assert service.get(f"/ocr/job/{job_id}").json()["attempts"] == 2
    log = service.log("worker")
    assert log.count('"event": "job completed"') == 1
    assert log.count('"event": "page done"') == len(texts), "a page that was done is not done again"


def test_a_job_whose_whole_worker_is_killed_completes_when_a_worker_is_back(service):
    texts = [f"Sheet {number}" for number in range(1, 7)]
    job = service.post("/ocr/pdf", scanned_pdf(*texts), dpi=200)
    waiting = service.post("/ocr/image", picture("I was in the queue"))
    wait_until(lambda: begun(service, job.json()["job_id"]), 30, "the job's beginning")
    family = [psutil.Process(service.worker.pid), *service.worker_children()]
    service.stop_worker(signal.SIGKILL)
    gone, alive = psutil.wait_procs(family, timeout=5)
    assert not alive, "a killed parent leaves no child"
    service.start_worker()
    started = time.monotonic()
    assert [page["text"] for page in service.result_of(job)["pages"]] == texts
    assert service.result_of(waiting)["text"] == "I was in the queue"
    assert time.monotonic() - started < 60


def test_a_worker_told_to_stop_hands_its_job_back(service):
    texts = [f"Leaf {number}" for number in range(1, 6)]
    job = service.post("/ocr/pdf", scanned_pdf(*texts), dpi=200)
    wait_until(lambda: begun(service, job.json()["job_id"]), 30, "the job's beginning")
    asked = time.monotonic()
    service.stop_worker()
    assert time.monotonic() - asked < 8
    status = service.get(f"/ocr/job/{job.json()['job_id']}").json()
    assert (status["status"], status["stage"], status["attempts"]) == ("processing", "queued", 0)
    service.start_worker()
    assert [page["text"] for page in service.result_of(job)["pages"]] == texts


def refused(service, path="/ocr/image"):
    started = time.monotonic()
    answer = service.post(path, picture("Not now"))
    assert time.monotonic() - started < 2
    assert answer.status_code == 503, answer.text
    assert answer.json()["code"] == "redis_unavailable"
    assert int(answer.headers["Retry-After"]) > 0


def test_without_redis_the_service_says_so_and_heals_when_it_is_back(service):
    before = service.post("/ocr/image", picture("Before the outage"))
    result = service.result_of(before)
    service.redis.stop()
    assert service.get("/health/alive").status_code == 200
    told = []  # each web process comes to know by itself, within a second
    wait_until(lambda: told.append(service.get("/health/ready")) or told[-1].status_code == 503, 2, "the news")
    not_ready = told[-1]
    assert (not_ready.status_code, not_ready.json()["code"]) == (503, "not_ready")
    report = service.get("/health")
    assert (report.status_code, report.json()["checks"]["redis"]["status"]) == (503, "unhealthy")
    assert report.json()["details"]["recommendations"]
    for path in ("/ocr/image", "/ocr/pdf", "/ocr/predict"):
        refused(service, path)
    batch = requests.post(service.url + "/ocr/batch", files={"files": picture("x")}, timeout=5)
    assert (batch.status_code, batch.json()["code"]) == (503, "redis_unavailable")
    assert service.get(f"/ocr/job/{before.json()['job_id']}").status_code == 503
    service.redis.start()
    wait_until(service.is_ready, 30, "readiness after the outage")
    assert service.get(f"/ocr/job/{before.json()['job_id']}/result").json() == result
    assert service.result_of(service.post("/ocr/image", picture("After the outage")))["text"] == "After the outage"


def test_a_redis_that_hangs_is_told_in_time(service):
    os.kill(service.redis.process.pid, signal.SIGSTOP)
    try:
        assert service.get("/health/alive").status_code == 200
        refused(service)
        wait_until(lambda: service.get("/health/ready").status_code == 503, 3, "the news")
    finally:
        os.kill(service.redis.process.pid, signal.SIGCONT)
    wait_until(service.is_ready, 30, "readiness after the hang")


def test_a_full_redis_refuses_new_jobs_and_lets_no_one_down_when_it_has_room_again(service):
    """Its workers cannot even beat meanwhile, and their jobs cannot be finished."""
    texts = [f"Quire {number}" for number in range(1, 5)]
    job = service.post("/ocr/pdf", scanned_pdf(*texts), dpi=200)
    wait_until(lambda: begun(service, job.json()["job_id"]), 30, "the job's beginning")
    store = redis.Redis(port=service.redis.port)
    store.config_set("maxmemory", "1mb")
    refused(service)
    report = service.get("/health").json()
    assert (report["status"], report["checks"]["redis"]["maximum_mb"]) == ("unhealthy", 1)
    assert "maxmemory" in " ".join(report["details"]["recommendations"])
    time.sleep(BEAT_SECONDS + 1)
    store.config_set("maxmemory", "1gb")
    assert [page["text"] for page in service.result_of(job)["pages"]] == texts
    wait_until(service.is_ready, 30, "readiness with room")
    report = service.get("/health").json()
    assert (report["checks"]["redis"]["status"], report["status"]) == ("healthy", "healthy")
    assert service.result_of(service.post("/ocr/image", picture("Room again")))["text"] == "Room again"


def test_a_job_goes_on_where_it_was_when_redis_comes_back(service):
    texts = [f"Folio {number}" for number in range(1, 9)]
    job = service.post("/ocr/pdf", scanned_pdf(*texts), dpi=200)
    wait_until(lambda: begun(service, job.json()["job_id"]), 30, "the job's beginning")
    service.redis.stop()
    time.sleep(3)
    service.redis.start()
    assert [page["text"] for page in service.result_of(job)["pages"]] == texts
    assert service.get(f"/ocr/job/{job.json()['job_id']}").json()["attempts"] == 1


def test_without_a_worker_jobs_are_taken_and_readiness_says_why_it_is_not(service):
    service.stop_worker()
    wait_until(lambda: not service.is_ready(), 30, "the worker's absence")
    assert "No worker" in service.get("/health/ready").json()["detail"]
    job = service.post("/ocr/image", picture("Patience"))
    assert job.status_code == 202
    service.start_worker()
    assert service.result_of(job)["text"] == "Patience"

"""Requests that wait for a job: many more than there are threads, each answered when it is time, and none forgotten."""

import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
import redis
import requests

from services.keys import WAITING
from stress.harness import ServiceProcesses, wait_until
from tests.support.drawing import picture
from tests.support.streams import Client

#: More than two processes have threads.
MANY = 300


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """Redis and a web server. No worker: the test says what becomes of a job."""
    running = ServiceProcesses(tmp_path_factory.mktemp("waiting"))
    try:
        running.redis.start()
        running.start_web()
        running.wait_until_alive()
        yield running
    finally:
        running.stop()


@pytest.fixture
def job(web):
    """The id of a new job that is being worked on."""
    return web.post("/ocr/image", picture(str(time.time_ns()))).json()["job_id"]


@pytest.fixture
def client(web):
    made = Client(web.port)
    yield made
    made.close()


def client_of(web):
    return redis.Redis(port=web.redis.port)


def waiting(web):
    """Ids of the jobs that wait."""
    return {member.decode().rpartition("/")[0] for member in client_of(web).zrange(WAITING, 0, -1)}


def end(web, job, publish=True):
    """As a worker's script does it."""
    with client_of(web).pipeline() as pipeline:
        told = {"status": "failed", "stage": "failed", "finished_at": time.time()}
        told["error"] = '{"code": "page_failed", "title": "Page failed", "detail": "As the test wants it."}'
        pipeline.hset(f"ocr:job:{job}", mapping=told)
        if publish:
            pipeline.publish("ocr:events", f'{{"job": "{job}", "event": "failed"}}')
        pipeline.execute()


def result_of(job, wait):
    return f"/ocr/job/{job}/result?wait={wait}"


def connections(web):
    """How many clients the web server has now."""
    processes = psutil.Process(web.web.pid).children()
    found = [connection for process in processes for connection in process.net_connections("tcp")]
    return sum(c.status in ("ESTABLISHED", "CLOSE_WAIT") and c.laddr.port == web.port for c in found)


def test_the_answer_comes_when_the_job_ends(web, job, client):
    client.ask(result_of(job, 20))
    time.sleep(0.5)
    began = time.monotonic()
    end(web, job)
    status, _, body = client.answer()
    assert (status, body["code"]) == (422, "page_failed")
    assert time.monotonic() - began < 0.5


def test_the_answer_comes_when_the_time_is_over(job, client):
    began = time.monotonic()
    client.ask(result_of(job, 0.7))
    status, headers, body = client.answer()
    assert (status, body["ready"], headers["retry-after"]) == (202, False, "1")
    assert 0.7 <= time.monotonic() - began < 2


def test_an_end_that_nobody_told_of_is_seen_all_the_same(web, job, client):
    client.ask(result_of(job, 20))
    time.sleep(0.5)
    end(web, job, publish=False)
    began = time.monotonic()
    assert client.answer()[0] == 422
    assert time.monotonic() - began < 5


def test_a_job_that_ends_between_the_look_and_the_waiting_is_not_waited_for(web, job, client):
    end(web, job, publish=False)
    began = time.monotonic()
    client.ask(result_of(job, 20))
    assert client.answer()[0] == 422
    assert time.monotonic() - began < 1


def test_a_request_that_waited_is_one_request(web, job, client):
    def counted():
        route = 'ocr_http_requests_total{method="GET",route="/ocr/job/{job_id}/result",status="202"}'
        lines = web.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(route))

    before = counted()
    client.ask(result_of(job, 1), "X-Request-ID: one-of-its-kind")
    assert client.answer()[1]["x-request-id"] == "one-of-its-kind"
    assert counted() == before + 1
    lines = [line for line in web.log("web").splitlines() if "one-of-its-kind" in line and '"access"' in line]
    assert len(lines) == 1
    assert float(lines[0].split('"seconds": ')[1].split(",")[0]) >= 1


def test_a_connection_goes_on_after_it_has_waited(job, client):
    for _ in range(2):
        client.ask(result_of(job, 0.3))
        assert client.answer()[0] == 202
    client.ask("/health/alive")
    assert client.answer()[0] == 200


def test_what_is_sent_behind_a_waiting_request_is_answered_after_it(job, client):
    client.ask(result_of(job, 0.5))
    client.ask("/health/alive")
    assert [client.answer()[0], client.answer()[0]] == [202, 200]


def test_who_closes_its_sending_half_is_told_how_the_job_stands(job, client):
    client.ask(result_of(job, 20))
    time.sleep(0.3)
    client.socket.shutdown(1)
    assert client.answer()[0] == 202


def test_an_upload_that_waits_is_answered_as_the_view_would(web):
    body = picture("Upload that waits")
    known = waiting(web)
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(web.post, "/ocr/predict", body, wait=20)
        job = wait_until(lambda: waiting(web) - known, 5, "the job").pop()
        time.sleep(0.3)
        end(web, job)
        assert (answer.result(10).status_code, answer.result().json()["job_id"]) == (422, job)
    late = web.post("/ocr/predict", picture("Nobody reads this"), wait=0.2)
    assert (late.status_code, late.json()["status"]) == (202, "processing")
    assert late.headers["Location"] == late.json()["links"]["self"]


def test_a_batch_waits_for_all_its_files(web):
    files = [("files", (f"{n}.png", picture(f"Batch {n}"))) for n in range(2)]
    files.append(("files", ("bad.txt", b"no picture")))

    def send():
        return requests.post(web.url + "/ocr/batch", files=files, data={"wait": 20}, timeout=30)

    known = waiting(web)
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(send)
        new = wait_until(lambda: len(new := waiting(web) - known) == 2 and new, 10, "two jobs")
        for job in new:
            assert not answer.done()
            time.sleep(0.3)
            end(web, job)
        jobs = answer.result(10).json()["jobs"]
    assert [job["status"] for job in jobs] == ["failed", "failed", "failed"]
    assert [job.get("error", {}).get("code") for job in jobs] == [None, None, "unsupported_type"]


def test_many_more_wait_than_there_are_threads_and_nobody_is_held_up(web, job):
    """And the threads are no more than they were: neither is anything else of the service's needed by who waits."""
    clients = [Client(web.port) for _ in range(MANY)]
    try:
        for client in clients:
            client.ask(result_of(job, 60))
        wait_until(lambda: connections(web) >= MANY, 10, "the connections")
        began = time.monotonic()
        assert all(web.get("/health/alive").ok for _ in range(20))
        assert web.get(f"/ocr/job/{job}").status_code == 202
        assert time.monotonic() - began < 2
        end(web, job)
        assert {client.answer()[0] for client in clients} == {422}
        assert time.monotonic() - began < 8
    finally:
        for client in clients:
            client.close()


def test_clients_that_hang_up_are_forgotten(web, job):
    wait_until(lambda: connections(web) < 10, 20, "quiet")
    clients = [Client(web.port) for _ in range(50)]
    for client in clients:
        client.ask(result_of(job, 60))
    wait_until(lambda: connections(web) >= 50, 10, "the connections")
    for client in clients:
        client.close()
    wait_until(lambda: connections(web) < 10, 10, "an end of the connections")
    assert "Traceback" not in web.log("web")


def test_while_redis_is_away_a_request_goes_on_waiting(web, job, client):
    client.ask(result_of(job, 30))
    time.sleep(0.3)
    web.redis.stop()
    time.sleep(1)
    web.redis.start()
    end(web, job, publish=False)
    assert client.answer()[0] == 422

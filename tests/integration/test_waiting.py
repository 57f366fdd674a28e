"""Requests that wait for a job: more of them than threads, and each gets its response in time."""

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

#: More connections than two processes have threads.
MANY = 300


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """Redis and a web server without a worker: the tests end the jobs themselves."""
    with ServiceProcesses(tmp_path_factory.mktemp("waiting"), parts=("redis", "web")) as running:
        yield running


@pytest.fixture
def job(web):
    """The id of a new job that is in progress."""
    return web.post("/ocr/image", picture(str(time.time_ns()))).json()["job_id"]


@pytest.fixture
def client(web):
    created = Client(web.port)
    yield created
    created.close()


def redis_client(web):
    return redis.Redis(port=web.redis.port)


def waiting_jobs(web):
    """Ids of the queued jobs."""
    return {member.decode().rpartition("/")[0] for member in redis_client(web).zrange(WAITING, 0, -1)}


def end(web, job, publish=True):
    """End the job like a worker does."""
    with redis_client(web).pipeline() as pipeline:
        fields = {"status": "failed", "stage": "failed", "finished_at": time.time()}
        fields["error"] = '{"code": "page_failed", "title": "Page failed", "detail": "Failed by the test."}'
        pipeline.hset(f"ocr:job:{job}", mapping=fields)
        if publish:
            pipeline.publish("ocr:events", f'{{"job": "{job}", "event": "failed"}}')
        pipeline.execute()


def result_path(job, wait):
    return f"/ocr/job/{job}/result?wait={wait}"


def connections(web):
    """Number of clients connected to the web server."""
    processes = psutil.Process(web.web.pid).children()
    found = [connection for process in processes for connection in process.net_connections("tcp")]
    return sum(c.status in ("ESTABLISHED", "CLOSE_WAIT") and c.laddr.port == web.port for c in found)


def test_the_response_is_sent_when_the_job_ends(web, job, client):
    client.send(result_path(job, 20))
    time.sleep(0.5)
    began = time.monotonic()
    end(web, job)
    status, _, body = client.receive()
    assert (status, body["code"]) == (422, "page_failed")
    assert time.monotonic() - began < 0.5


def test_the_response_is_sent_when_the_time_is_over(job, client):
    began = time.monotonic()
    client.send(result_path(job, 0.7))
    status, headers, body = client.receive()
    assert (status, body["ready"], headers["retry-after"]) == (202, False, "1")
    assert 0.7 <= time.monotonic() - began < 2


def test_the_end_of_a_job_is_noticed_without_a_message(web, job, client):
    client.send(result_path(job, 20))
    time.sleep(0.5)
    end(web, job, publish=False)
    began = time.monotonic()
    assert client.receive()[0] == 422
    assert time.monotonic() - began < 5


def test_a_job_that_ended_before_the_wait_began_is_noticed(web, job, client):
    end(web, job, publish=False)
    began = time.monotonic()
    client.send(result_path(job, 20))
    assert client.receive()[0] == 422
    assert time.monotonic() - began < 1


def test_a_request_that_waited_is_logged_and_counted_once(web, job, client):
    def counted():
        route = 'ocr_http_requests_total{method="GET",route="/ocr/job/{job_id}/result",status="202"}'
        lines = web.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(route))

    before = counted()
    client.send(result_path(job, 1), "X-Request-ID: unique-id")
    assert client.receive()[1]["x-request-id"] == "unique-id"
    assert counted() == before + 1
    lines = [line for line in web.log("web").splitlines() if "unique-id" in line and '"access"' in line]
    assert len(lines) == 1
    assert float(lines[0].split('"seconds": ')[1].split(",")[0]) >= 1


def test_a_connection_is_reused_after_waiting(job, client):
    for _ in range(2):
        client.send(result_path(job, 0.3))
        assert client.receive()[0] == 202
    client.send("/health/alive")
    assert client.receive()[0] == 200


def test_a_request_behind_a_waiting_one_is_served_after_it(job, client):
    client.send(result_path(job, 0.5))
    client.send("/health/alive")
    assert [client.receive()[0], client.receive()[0]] == [202, 200]


def test_a_client_that_closes_its_sending_half_gets_the_status(job, client):
    client.send(result_path(job, 20))
    time.sleep(0.3)
    client.socket.shutdown(1)
    assert client.receive()[0] == 202


def test_an_upload_that_waits_gets_the_response_of_the_view(web):
    body = picture("A waiting upload")
    before = waiting_jobs(web)
    with ThreadPoolExecutor() as pool:
        response = pool.submit(web.post, "/ocr/predict", body, wait=20)
        job = wait_until(lambda: waiting_jobs(web) - before, 5, "the job").pop()
        time.sleep(0.3)
        end(web, job)
        assert (response.result(10).status_code, response.result().json()["job_id"]) == (422, job)
    late = web.post("/ocr/predict", picture("A late upload"), wait=0.2)
    assert (late.status_code, late.json()["status"]) == (202, "processing")
    assert late.headers["Location"] == late.json()["links"]["self"]


def test_a_batch_waits_for_all_its_files(web):
    files = [("files", (f"{n}.png", picture(f"Batch {n}"))) for n in range(2)]
    files.append(("files", ("bad.txt", b"no picture")))

    def send():
        return requests.post(web.url + "/ocr/batch", files=files, data={"wait": 20}, timeout=30)

    before = waiting_jobs(web)
    with ThreadPoolExecutor() as pool:
        response = pool.submit(send)
        new = wait_until(lambda: len(new := waiting_jobs(web) - before) == 2 and new, 10, "two jobs")
        for job in new:
            assert not response.done()
            time.sleep(0.3)
            end(web, job)
        jobs = response.result(10).json()["jobs"]
    assert [job["status"] for job in jobs] == ["failed", "failed", "failed"]
    assert [job.get("error", {}).get("code") for job in jobs] == [None, None, "unsupported_type"]


def test_waiting_requests_do_not_delay_others(web, job):
    clients = [Client(web.port) for _ in range(MANY)]
    try:
        for client in clients:
            client.send(result_path(job, 60))
        wait_until(lambda: connections(web) >= MANY, 10, "the connections")
        began = time.monotonic()
        assert all(web.get("/health/alive").ok for _ in range(20))
        assert web.get(f"/ocr/job/{job}").status_code == 202
        assert time.monotonic() - began < 2
        end(web, job)
        assert {client.receive()[0] for client in clients} == {422}
        assert time.monotonic() - began < 8
    finally:
        for client in clients:
            client.close()


def test_disconnected_clients_are_dropped(web, job):
    wait_until(lambda: connections(web) < 10, 20, "the end of other connections")
    clients = [Client(web.port) for _ in range(50)]
    for client in clients:
        client.send(result_path(job, 60))
    wait_until(lambda: connections(web) >= 50, 10, "the connections")
    for client in clients:
        client.close()
    wait_until(lambda: connections(web) < 10, 10, "the end of the connections")
    assert "Traceback" not in web.log("web")


def test_a_request_continues_to_wait_while_redis_is_down(web, job, client):
    client.send(result_path(job, 30))
    time.sleep(0.3)
    web.redis.stop()
    time.sleep(1)
    web.redis.start()
    end(web, job, publish=False)
    assert client.receive()[0] == 422

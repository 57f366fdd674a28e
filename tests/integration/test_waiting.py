"""Requests that wait for a job: many more than there are threads, and each is answered in time."""

import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import pytest
import requests

from services.keys import WAITING
from stress.harness import ServiceProcesses, wait_until
from tests.support.drawing import picture
from tests.support.streams import Client, connections, held_connections

#: More connections than two processes have threads.
MANY = 300
#: How long Redis is down. Longer than one attempt to reconnect.
OUTAGE_SECONDS = 1.0


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """Redis and a web server. There is no worker: the test ends the jobs."""
    with ServiceProcesses(tmp_path_factory.mktemp("waiting"), parts=("redis", "web")) as running:
        yield running


@pytest.fixture(autouse=True)
def no_connection_is_held(web):
    """No test starts with the connections of another."""
    wait_until(lambda: held_connections(web.web.pid) == 0, 20, "an end of the held connections")


def new_job(web):
    return web.post("/ocr/image", picture(str(time.time_ns()))).json()["job_id"]


@pytest.fixture
def job(web):
    """The id of a new job in progress."""
    return new_job(web)


@pytest.fixture
def client(web):
    created = Client(web.port)
    yield created
    created.close()


def waiting_jobs(web):
    """Ids of the queued jobs."""
    return {member.decode().rpartition("/")[0] for member in web.redis.client().zrange(WAITING, 0, -1)}


def end(web, job, publish=True):
    """Let the job fail, as a worker's script does."""
    with web.redis.client().pipeline() as pipeline:
        fields = {"status": "failed", "stage": "failed", "finished_at": time.time()}
        fields["error"] = '{"code": "page_failed", "title": "Page failed", "detail": "The test lets it fail."}'
        pipeline.hset(f"ocr:job:{job}", mapping=fields)
        if publish:
            pipeline.publish("ocr:events", f'{{"job": "{job}", "event": "failed"}}')
        pipeline.execute()


def result_path(job, wait):
    return f"/ocr/job/{job}/result?wait={wait}"


def wait_until_held(web, count=1):
    wait_until(lambda: held_connections(web.web.pid) == count, 20, f"{count} held connections")


def test_the_response_arrives_when_the_job_ends(web, client):
    """Typically: the machine may pause once. Without messages the median would be a second."""
    seconds = []
    for _ in range(5):
        job = new_job(web)
        client.send_get(result_path(job, 20))
        wait_until_held(web)
        started = time.monotonic()
        end(web, job)
        status, _, body = client.read_response()
        seconds.append(time.monotonic() - started)
        assert (status, body["code"]) == (422, "page_failed")
    assert median(seconds) < 0.5


def test_the_response_arrives_when_the_time_is_over(job, client):
    started = time.monotonic()
    client.send_get(result_path(job, 0.7))
    status, headers, body = client.read_response()
    assert (status, body["ready"], headers["retry-after"]) == (202, False, "1")
    assert 0.7 <= time.monotonic() - started < 10


def test_an_end_without_a_message_is_noticed(web, job, client):
    client.send_get(result_path(job, 20))
    wait_until_held(web)
    end(web, job, publish=False)
    started = time.monotonic()
    assert client.read_response()[0] == 422
    assert time.monotonic() - started < 5


def test_a_job_that_has_ended_is_not_waited_for(web, job, client):
    end(web, job, publish=False)
    started = time.monotonic()
    client.send_get(result_path(job, 20))
    assert client.read_response()[0] == 422
    assert time.monotonic() - started < 10


def test_a_waiting_request_is_counted_and_logged_once(web, job, client):
    def counted():
        route = 'ocr_http_requests_total{method="GET",route="/ocr/job/{job_id}/result",status="202"}'
        lines = web.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(route))

    before = counted()
    client.send_get(result_path(job, 1), "X-Request-ID: one-of-its-kind")
    assert client.read_response()[1]["x-request-id"] == "one-of-its-kind"
    assert counted() == before + 1
    lines = [line for line in web.log("web").splitlines() if "one-of-its-kind" in line and '"access"' in line]
    assert len(lines) == 1
    assert float(lines[0].split('"seconds": ')[1].split(",")[0]) >= 1


def test_the_connection_is_reused_after_waiting(job, client):
    for _ in range(2):
        client.send_get(result_path(job, 0.3))
        assert client.read_response()[0] == 202
    client.send_get("/health/alive")
    assert client.read_response()[0] == 200


def test_a_pipelined_request_is_answered_after_the_waiting_one(job, client):
    client.send_get(result_path(job, 0.5))
    client.send_get("/health/alive")
    assert [client.read_response()[0], client.read_response()[0]] == [202, 200]


def test_a_client_that_closes_its_sending_half_gets_the_status(web, job, client):
    client.send_get(result_path(job, 20))
    wait_until_held(web)
    client.socket.shutdown(1)
    assert client.read_response()[0] == 202


def test_an_upload_can_wait_for_its_result(web):
    body = picture("Upload that waits")
    known = waiting_jobs(web)
    with ThreadPoolExecutor() as pool:
        response = pool.submit(web.post, "/ocr/predict", body, wait=20)
        job = wait_until(lambda: waiting_jobs(web) - known, 5, "the job").pop()
        wait_until_held(web)
        end(web, job)
        assert (response.result(10).status_code, response.result().json()["job_id"]) == (422, job)
    late = web.post("/ocr/predict", picture("No worker reads this"), wait=0.2)
    assert (late.status_code, late.json()["status"]) == (202, "processing")
    assert late.headers["Location"] == late.json()["links"]["self"]


def test_a_batch_waits_for_all_its_files(web):
    files = [("files", (f"{n}.png", picture(f"Batch {n}"))) for n in range(2)]
    files.append(("files", ("bad.txt", b"no picture")))

    def send():
        return requests.post(web.url + "/ocr/batch", files=files, data={"wait": 20}, timeout=30)

    known = waiting_jobs(web)
    with ThreadPoolExecutor() as pool:
        response = pool.submit(send)
        new = wait_until(lambda: len(new := waiting_jobs(web) - known) == 2 and new, 10, "two jobs")
        wait_until_held(web)
        for job in new:
            with pytest.raises(TimeoutError):
                response.result(0.3)
            end(web, job)
        jobs = response.result(10).json()["jobs"]
    assert [job["status"] for job in jobs] == ["failed", "failed", "failed"]
    assert [job.get("error", {}).get("code") for job in jobs] == [None, None, "unsupported_type"]


def test_more_requests_than_threads_wait_without_delaying_others(web, job):
    clients = [Client(web.port) for _ in range(MANY)]
    try:
        for client in clients:
            client.send_get(result_path(job, 60))
        wait_until_held(web, MANY)
        started = time.monotonic()
        assert all(web.get("/health/alive").ok for _ in range(20))
        assert web.get(f"/ocr/job/{job}").status_code == 202
        assert time.monotonic() - started < 15
        end(web, job)
        assert {client.read_response()[0] for client in clients} == {422}
        assert time.monotonic() - started < 40
    finally:
        for client in clients:
            client.close()


def test_connections_of_clients_that_hang_up_are_closed(web, job):
    def open_connections():
        return connections(web.web.pid, web.port)

    wait_until(lambda: open_connections() < 10, 20, "an end of the other connections")
    clients = [Client(web.port) for _ in range(50)]
    for client in clients:
        client.send_get(result_path(job, 60))
    wait_until_held(web, 50)
    for client in clients:
        client.close()
    wait_until(lambda: open_connections() < 10, 10, "an end of the connections")
    wait_until_held(web, 0)
    assert "Traceback" not in web.log("web")


def test_a_request_keeps_waiting_while_redis_is_down(web, job, client):
    client.send_get(result_path(job, 30))
    wait_until_held(web)
    web.redis.stop()
    time.sleep(OUTAGE_SECONDS)
    web.redis.start()
    end(web, job, publish=False)
    assert client.read_response()[0] == 422

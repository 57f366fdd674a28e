"""Streams of events: what a client is told of its job, in which order, and what happens when something is amiss."""

import json
import time

import pytest
import redis
import requests

from stress.harness import wait_until
from tests.support.drawing import picture, scanned_pdf
from tests.support.scripted_service import ScriptedService
from tests.support.streams import Client, events

#: Streams at once, of one job.
MANY = 200


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with ScriptedService(tmp_path_factory.mktemp("events"), OCR_WORKERS=1) as running:
        yield running


@pytest.fixture
def idle(service):
    """The service without its worker: the test says what becomes of a job."""
    service.stop_worker()
    yield service
    service.start_worker()
    wait_until(service.is_ready, 30, "the worker")


@pytest.fixture
def stream(service):
    """`stream(job_id)`: the events of a job."""
    answers = []

    def open_stream(job_id):
        answers.append(requests.get(f"{service.url}/ocr/job/{job_id}/events", stream=True, timeout=20))
        assert answers[-1].status_code == 200
        return events(answers[-1])

    yield open_stream
    for answer in answers:
        answer.close()


def submit(service, text, pages=0):
    path, file = ("/ocr/pdf", scanned_pdf(*[text] * pages)) if pages else ("/ocr/image", picture(text))
    answer = service.post(path, file)
    assert answer.status_code == 202, answer.text
    return answer.json()["job_id"]


def client_of(service):
    return redis.Redis(port=service.redis.port)


def publish(service, **message):
    client_of(service).publish("ocr:events", json.dumps(message))


def write(service, job, **fields):
    client_of(service).hset(f"ocr:job:{job}", mapping=fields)


def test_a_document_is_told_page_by_page(service, stream):
    service.configure_engine(seconds=0.3)
    job = submit(service, "Told page by page", pages=3)
    told = list(stream(job))
    service.configure_engine()
    assert told[0].name == "status"
    assert told[0].data.keys() == told[-1].data.keys() == service.get(f"/ocr/job/{job}").json().keys()
    pages = [event.data for event in told if event.name == "page"]
    assert pages == [{"page": n, "pages_done": n, "pages_total": 3, "success": True} for n in (1, 2, 3)]
    assert told[-1].name == "completed"
    assert told[-1].data == service.get(f"/ocr/job/{job}").json()
    assert [event.id for event in told] == list(range(1, len(told) + 1))


def test_a_job_that_has_ended_is_told_at_once(service, stream):
    job = service.post("/ocr/image", picture("Ended"), wait=20).json()["job_id"]
    began = time.monotonic()
    assert [event.name for event in stream(job)] == ["status", "completed"]
    assert time.monotonic() - began < 1


def test_a_job_that_fails_is_told_with_its_fault(service, stream):
    service.configure_engine(fails=True)
    try:
        *_, last = stream(submit(service, "Fails"))
    finally:
        service.configure_engine()
    assert last.name == "failed"
    assert last.data["error"]["code"]


def test_the_head_is_that_of_any_answer_and_of_a_stream(service, idle):
    job = submit(service, "Head")
    url = f"{service.url}/ocr/job/{job}/events"
    with requests.get(url, stream=True, headers={"X-Request-ID": "of-the-stream"}, timeout=10) as answer:
        headers = answer.headers
    assert headers["Content-Type"] == "text/event-stream"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Accel-Buffering"] == "no"
    assert headers["X-Request-ID"] == "of-the-stream"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Length" not in headers


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/ocr/job/0b2c8f0e-6f0e-4c62-9d8e-2f0d3f1c7a55/events", 404, "job_not_found"),
        ("/ocr/job/x/events?colour=red", 400, "invalid_option"),
    ],
)
def test_what_is_wrong_is_told_as_a_problem(service, path, status, code):
    answer = service.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_client_without_chunks_gets_the_bare_events(service, idle):
    job = submit(service, "HTTP/1.0")
    client = Client(service.port)
    client.socket.sendall(f"GET /ocr/job/{job}/events HTTP/1.0\r\n\r\n".encode())
    time.sleep(0.3)
    write(service, job, status="cancelled", stage="cancelled", finished_at=time.time())
    publish(service, job=job, event="cancelled")
    received = b"".join(iter(lambda: client.socket.recv(65536), b""))
    client.close()
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"chunked" not in head.lower()
    assert body.startswith(b"retry: 2000\nid: 1\nevent: status\ndata: {")
    assert b"\n\nid: 2\nevent: cancelled\ndata: {" in body
    assert body.endswith(b"}\n\n")


def test_pages_that_nobody_told_of_show_in_the_status(idle, stream):
    job = submit(idle, "Unheard", pages=4)
    told = stream(job)
    assert next(told).name == "status"
    write(idle, job, stage="started", pages_done=2)
    assert next(told).data["progress"] == {"pages_total": 4, "pages_done": 2}
    write(idle, job, status="completed", stage="completed", pages_done=4, finished_at=time.time())
    *_, last = told
    assert (last.name, last.data["successful"]) == ("completed", True)


def test_a_job_that_follows_another_is_told_of_the_pages_of_the_one_that_leads(idle, stream):
    leader, follower = (submit(idle, "The same", pages=3) for _ in range(2))
    told = stream(follower)
    assert next(told).data["job_id"] == follower
    time.sleep(1.5)
    publish(idle, job=leader, event="page", page=1, pages_done=1, pages_total=3, success=True)
    assert next(told).data == {"page": 1, "pages_done": 1, "pages_total": 3, "success": True}


def test_a_stream_outlives_redis(idle, stream):
    job = submit(idle, "Outlives", pages=2)
    told = stream(job)
    assert next(told).name == "status"
    idle.redis.stop()
    time.sleep(1)
    idle.redis.start()
    wait_until(lambda: client_of(idle).pubsub_numsub("ocr:events")[0][1] == 2, 10, "the listeners' return")
    publish(idle, job=job, event="page", page=1, pages_done=1, pages_total=2, success=True)
    assert next(told).name == "page"


def test_a_stream_ends_when_its_job_is_no_more(idle, stream):
    job = submit(idle, "No more")
    told = stream(job)
    assert next(told).name == "status"
    client_of(idle).delete(f"ocr:job:{job}")
    assert list(told) == []


def test_a_web_server_that_stops_ends_its_streams(idle, stream):
    told = stream(submit(idle, "Stops"))
    assert next(told).name == "status"
    began = time.monotonic()
    idle.web.terminate()
    assert list(told) == []
    assert idle.web.wait(10) == 0
    assert time.monotonic() - began < 5
    idle.start_web()
    idle.wait_until_alive()


def test_many_clients_follow_one_job(idle, stream):
    job = submit(idle, "Many", pages=2)
    streams = [stream(job) for _ in range(MANY)]
    assert {next(told).name for told in streams} == {"status"}
    began = time.monotonic()
    assert all(idle.get("/health/alive").ok for _ in range(20))
    publish(idle, job=job, event="page", page=1, pages_done=1, pages_total=2, success=True)
    assert {next(told).name for told in streams} == {"page"}
    write(idle, job, status="completed", stage="completed", pages_done=2, finished_at=time.time())
    publish(idle, job=job, event="completed")
    assert {tuple(event.name for event in told) for told in streams} == {("completed",)}
    assert time.monotonic() - began < 6

"""Event streams of jobs: which events a client gets, in which order, also when something fails."""

import json
import time

import pytest
import requests

from stress.harness import ServiceProcesses, wait_until
from tests.support.drawing import picture, scanned_pdf
from tests.support.scripted_service import ScriptedService
from tests.support.streams import Client, events

#: Simultaneous streams of one job.
MANY = 200


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with ScriptedService(tmp_path_factory.mktemp("events")) as running:
        yield running


@pytest.fixture(scope="module")
def idle(tmp_path_factory):
    """A service without a worker: the tests write the progress of the jobs themselves."""
    with ServiceProcesses(tmp_path_factory.mktemp("idle"), parts=("redis", "web")) as running:
        yield running


@pytest.fixture
def stream():
    """`stream(service, job_id)`: the events of a job."""
    responses = []

    def open_stream(service, job_id):
        responses.append(requests.get(f"{service.url}/ocr/job/{job_id}/events", stream=True, timeout=20))
        assert responses[-1].status_code == 200
        return events(responses[-1])

    yield open_stream
    for response in responses:
        response.close()


def submit(service, text, pages=0):
    path, file = ("/ocr/pdf", scanned_pdf(*[text] * pages)) if pages else ("/ocr/image", picture(text))
    response = service.post(path, file)
    assert response.status_code == 202, response.text
    return response.json()["job_id"]


def publish(service, **message):
    service.redis.client().publish("ocr:events", json.dumps(message))


def publish_page(service, job, page, pages_total):
    publish(service, job=job, event="page", page=page, pages_done=page, pages_total=pages_total, success=True)


def write(service, job, **fields):
    service.redis.client().hset(f"ocr:job:{job}", mapping=fields)


def test_stream_has_an_event_for_each_page(service, stream):
    service.configure_engine(seconds=0.3)
    job = submit(service, "Page by page", pages=3)
    received = list(stream(service, job))
    service.configure_engine()
    status = service.get(f"/ocr/job/{job}").json()
    assert received[0].name == "status"
    assert received[0].data.keys() == received[-1].data.keys() == status.keys()
    pages = [event.data for event in received if event.name == "page"]
    assert pages == [{"page": n, "pages_done": n, "pages_total": 3, "success": True} for n in (1, 2, 3)]
    assert received[-1].name == "completed"
    assert received[-1].data == status
    assert [event.id for event in received] == list(range(1, len(received) + 1))


def test_stream_of_an_ended_job_ends_at_once(service, stream):
    job = service.post("/ocr/image", picture("Ended"), wait=20).json()["job_id"]
    started = time.monotonic()
    assert [event.name for event in stream(service, job)] == ["status", "completed"]
    assert time.monotonic() - started < 1


def test_failed_job_sends_its_error(service, stream):
    service.configure_engine(fails=True)
    try:
        *_, last = stream(service, submit(service, "Fails"))
    finally:
        service.configure_engine()
    assert last.name == "failed"
    assert last.data["error"]["code"]


def test_response_headers_fit_a_stream(idle):
    url = f"{idle.url}/ocr/job/{submit(idle, 'Headers')}/events"
    with requests.get(url, stream=True, headers={"X-Request-ID": "id-of-the-stream"}, timeout=10) as response:
        headers = response.headers
    assert headers["Content-Type"] == "text/event-stream"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Accel-Buffering"] == "no"
    assert headers["X-Request-ID"] == "id-of-the-stream"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Length" not in headers


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/ocr/job/0b2c8f0e-6f0e-4c62-9d8e-2f0d3f1c7a55/events", 404, "job_not_found"),
        ("/ocr/job/x/events?colour=red", 400, "invalid_option"),
    ],
)
def test_bad_request_gets_a_problem(idle, path, status, code):
    response = idle.get(path)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["Content-Type"] == "application/problem+json"


def test_http_1_0_client_gets_events_without_chunks(idle):
    job = submit(idle, "HTTP/1.0")
    client = Client(idle.port)
    client.socket.sendall(f"GET /ocr/job/{job}/events HTTP/1.0\r\n\r\n".encode())
    received = b""
    while b"event: status" not in received:
        received += client.socket.recv(65536)
    write(idle, job, status="cancelled", stage="cancelled", finished_at=time.time())
    publish(idle, job=job, event="cancelled")
    received += b"".join(iter(lambda: client.socket.recv(65536), b""))
    client.close()
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"chunked" not in head.lower()
    assert body.startswith(b"retry: 2000\nid: 1\nevent: status\ndata: {")
    assert b"\n\nid: 2\nevent: cancelled\ndata: {" in body
    assert body.endswith(b"}\n\n")


def test_unpublished_progress_is_sent_as_status(idle, stream):
    job = submit(idle, "Unpublished", pages=4)
    received = stream(idle, job)
    assert next(received).name == "status"
    write(idle, job, stage="started", pages_done=2)
    assert next(received).data["progress"] == {"pages_total": 4, "pages_done": 2}
    write(idle, job, status="completed", stage="completed", pages_done=4, finished_at=time.time())
    *_, last = received
    assert (last.name, last.data["successful"]) == ("completed", True)


def test_follower_gets_the_pages_of_its_leader(idle, stream):
    leader, follower = (submit(idle, "The same content", pages=3) for _ in range(2))
    received = stream(idle, follower)
    assert next(received).data["job_id"] == follower
    time.sleep(1.5)  # until the web process has read which job it follows
    publish_page(idle, leader, page=1, pages_total=3)
    assert next(received).data == {"page": 1, "pages_done": 1, "pages_total": 3, "success": True}


def test_stream_survives_a_restart_of_redis(idle, stream):
    job = submit(idle, "Survives", pages=2)
    received = stream(idle, job)
    assert next(received).name == "status"
    idle.redis.stop()
    time.sleep(1)
    idle.redis.start()
    channels = idle.redis.client().pubsub_numsub
    wait_until(lambda: channels("ocr:events")[0][1] == 2, 10, "the subscriptions of both web processes")
    publish_page(idle, job, page=1, pages_total=2)
    assert next(received).name == "page"


def test_stream_ends_when_its_job_is_deleted(idle, stream):
    job = submit(idle, "Deleted")
    received = stream(idle, job)
    assert next(received).name == "status"
    idle.redis.client().delete(f"ocr:job:{job}")
    assert list(received) == []


def test_stopping_web_server_ends_its_streams(idle, stream):
    received = stream(idle, submit(idle, "Stops"))
    assert next(received).name == "status"
    started = time.monotonic()
    idle.web.terminate()
    assert list(received) == []
    assert idle.web.wait(10) == 0
    assert time.monotonic() - started < 5
    idle.start()


def test_many_clients_follow_one_job(idle, stream):
    job = submit(idle, "Many clients", pages=2)
    streams = [stream(idle, job) for _ in range(MANY)]
    assert {next(received).name for received in streams} == {"status"}
    started = time.monotonic()
    assert all(idle.get("/health/alive").ok for _ in range(20))
    publish_page(idle, job, page=1, pages_total=2)
    assert {next(received).name for received in streams} == {"page"}
    write(idle, job, status="completed", stage="completed", pages_done=2, finished_at=time.time())
    publish(idle, job=job, event="completed")
    assert {tuple(event.name for event in received) for received in streams} == {("completed",)}
    assert time.monotonic() - started < 6

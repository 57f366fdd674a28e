"""Event streams: what a client learns about its job, in which order, and what happens when something breaks."""

import json
import time

import pytest
import requests

from stress.harness import ServiceProcesses, wait_until
from tests.support.drawing import picture, scanned_pdf
from tests.support.scripted_service import ScriptedService
from tests.support.streams import Client, events, held_connections, repeated

#: Streams of one job at the same time.
MANY = 200
#: How long Redis is down. Longer than one attempt to reconnect.
OUTAGE_SECONDS = 1.0


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with ScriptedService(tmp_path_factory.mktemp("events"), OCR_WORKERS=1) as running:
        yield running


@pytest.fixture(scope="module")
def without_worker(tmp_path_factory):
    """A service without a worker: the tests change the jobs."""
    with ServiceProcesses(tmp_path_factory.mktemp("without-worker"), parts=("redis", "web")) as running:
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


def write(service, job, **fields):
    service.redis.client().hset(f"ocr:job:{job}", mapping=fields)


def test_each_page_of_a_document_is_an_event(service, stream):
    with service.suspended("worker"):  # no page is read before the server holds the stream
        job = submit(service, "Page by page", pages=3)
        coming = stream(service, job)
        wait_until(lambda: held_connections(service.web.pid) == 1, 20, "the stream")
    received = list(coming)
    assert received[0].name == "status"
    assert received[0].data.keys() == received[-1].data.keys() == service.get(f"/ocr/job/{job}").json().keys()
    pages = [event.data for event in received if event.name == "page"]
    assert pages == [{"page": n, "pages_done": n, "pages_total": 3, "success": True} for n in (1, 2, 3)]
    assert received[-1].name == "completed"
    assert received[-1].data == service.get(f"/ocr/job/{job}").json()
    assert [event.id for event in received] == list(range(1, len(received) + 1))


def test_the_stream_of_an_ended_job_ends_at_once(service, stream):
    job = service.post("/ocr/image", picture("Ended"), wait=20).json()["job_id"]
    durations = []
    for _ in range(5):
        started = time.monotonic()
        assert [event.name for event in stream(service, job)] == ["status", "completed"]
        durations.append(time.monotonic() - started)
    assert sorted(durations)[-2] < 1, "a busy machine may delay one of them"


def test_the_last_event_of_a_failed_job_has_the_error(service, stream):
    service.configure_engine(fails=True)
    try:
        *_, last = stream(service, submit(service, "Fails"))
    finally:
        service.configure_engine()
    assert last.name == "failed"
    assert last.data["error"]["code"]


def test_a_stream_has_the_usual_headers_and_those_of_a_stream(without_worker):
    job = submit(without_worker, "Head")
    url = f"{without_worker.url}/ocr/job/{job}/events"
    with requests.get(url, stream=True, headers={"X-Request-ID": "of-the-stream"}, timeout=10) as response:
        headers = response.headers
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
def test_an_error_is_a_problem_document(service, path, status, code):
    response = service.get(path)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["Content-Type"] == "application/problem+json"


def test_a_client_of_http_1_0_gets_the_events_without_chunks(without_worker):
    wait_until(lambda: held_connections(without_worker.web.pid) == 0, 20, "an end of the other streams")
    job = submit(without_worker, "HTTP/1.0")
    client = Client(without_worker.port)
    client.socket.sendall(f"GET /ocr/job/{job}/events HTTP/1.0\r\n\r\n".encode())
    wait_until(lambda: held_connections(without_worker.web.pid) == 1, 10, "the stream")
    write(without_worker, job, status="cancelled", stage="cancelled", finished_at=time.time())
    publish(without_worker, job=job, event="cancelled")
    received = b"".join(iter(lambda: client.socket.recv(65536), b""))
    client.close()
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"chunked" not in head.lower()
    assert body.startswith(b"retry: 2000\nid: 1\nevent: status\ndata: {")
    assert b"\n\nid: 2\nevent: cancelled\ndata: {" in body
    assert body.endswith(b"}\n\n")


def test_pages_without_a_message_appear_in_the_status(without_worker, stream):
    job = submit(without_worker, "Unheard", pages=4)
    received = stream(without_worker, job)
    assert next(received).name == "status"
    write(without_worker, job, stage="started", pages_done=2)
    assert next(received).data["progress"] == {"pages_total": 4, "pages_done": 2}
    write(without_worker, job, status="completed", stage="completed", pages_done=4, finished_at=time.time())
    *_, last = received
    assert (last.name, last.data["successful"]) == ("completed", True)


def test_a_follower_receives_the_pages_of_its_leader(without_worker, stream):
    leader, follower = (submit(without_worker, "The same", pages=3) for _ in range(2))
    page = {"page": 1, "pages_done": 1, "pages_total": 3, "success": True}
    assert without_worker.redis.client().hget(f"ocr:job:{follower}", "leader") == leader.encode()
    received = stream(without_worker, follower)
    assert next(received).data["job_id"] == follower
    # The server learns who leads from the first check of the job.
    with repeated(lambda: publish(without_worker, job=leader, event="page", **page)):
        assert next(received).data == page


def test_a_stream_survives_a_restart_of_redis(without_worker, stream):
    job = submit(without_worker, "Survives", pages=2)
    received = stream(without_worker, job)
    assert next(received).name == "status"
    without_worker.redis.stop()
    time.sleep(OUTAGE_SECONDS)
    without_worker.redis.start()
    client = without_worker.redis.client()
    wait_until(lambda: client.pubsub_numsub("ocr:events")[0][1] == 2, 10, "new subscriptions")
    publish(without_worker, job=job, event="page", page=1, pages_done=1, pages_total=2, success=True)
    assert next(received).name == "page"


def test_a_stream_ends_when_its_job_is_deleted(without_worker, stream):
    job = submit(without_worker, "Deleted")
    received = stream(without_worker, job)
    assert next(received).name == "status"
    without_worker.redis.client().delete(f"ocr:job:{job}")
    assert list(received) == []


def test_a_web_server_that_stops_ends_its_streams(without_worker, stream):
    received = stream(without_worker, submit(without_worker, "Stops"))
    assert next(received).name == "status"
    started = time.monotonic()
    without_worker.web.terminate()
    assert list(received) == []
    assert without_worker.web.wait(10) == 0
    assert time.monotonic() - started < 7  # after 8 seconds gunicorn ends what has not ended
    without_worker.start()


def test_many_clients_follow_one_job(without_worker, stream):
    job = submit(without_worker, "Many", pages=2)
    streams = [stream(without_worker, job) for _ in range(MANY)]
    assert {next(received).name for received in streams} == {"status"}
    wait_until(lambda: held_connections(without_worker.web.pid) >= MANY, 10, "the streams")
    started = time.monotonic()
    assert all(without_worker.get("/health/alive").ok for _ in range(20))
    publish(without_worker, job=job, event="page", page=1, pages_done=1, pages_total=2, success=True)
    assert {next(received).name for received in streams} == {"page"}
    write(without_worker, job, status="completed", stage="completed", pages_done=2, finished_at=time.time())
    publish(without_worker, job=job, event="completed")
    assert {tuple(event.name for event in received) for received in streams} == {("completed",)}
    assert time.monotonic() - started < 15

"""Announced uploads as a client meets them: the whole service as processes, its files in a folder or with a real S3."""

import json
import socket
import time
from http.client import HTTPResponse
from urllib.parse import quote, urlsplit

import pytest
import requests

from stress.harness import ServiceProcesses, wait_until
from tests.support.drawing import picture
from tests.support.openapi import Description

PICTURE = picture("Sent to an address of its own")
KEY, TOKEN = "a-key-of-alice-0123", "a-token-for-s3-0123"
PAGE = "https://app.example.org"


@pytest.fixture(scope="module")
def over_files(tmp_path_factory):
    running = ServiceProcesses(
        tmp_path_factory.mktemp("files"),
        OCR_RUNTIME="null",
        API_KEYS=f"alice:{KEY}",
        CORS_ORIGINS=f"{PAGE}, http://localhost:3000",
        TRUSTED_PROXIES="127.0.0.1",
    )
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture(scope="module")
def over_s3(tmp_path_factory, s3_server):
    s3_server.clear()
    settings = {"OCR_RUNTIME": "null", "API_KEYS": f"alice:{KEY}", "UPLOAD_EVENTS_TOKEN": TOKEN, **s3_server.settings}
    running = ServiceProcesses(tmp_path_factory.mktemp("s3"), **settings)
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture(params=["over_files", "over_s3"])
def service(request):
    return request.getfixturevalue(request.param)


def announce(service, content=PICTURE, headers=None, **changes):
    body = {"filename": "folder/a.png", "file_size": len(content), **changes}
    headers = {"Authorization": f"Bearer {KEY}", **(headers or {})}
    return requests.post(service.url + "/ocr/uploads", json=body, headers=headers, timeout=10)


def put(announced, content=PICTURE, **changes):
    headers = {**announced["headers"], **changes}
    return requests.request(announced["method"], announced["upload_url"], data=content, headers=headers, timeout=10)


def get(service, path, **arguments):
    return service.get(path, headers={"Authorization": f"Bearer {KEY}"}, **arguments)


def ended(service, job_id, seconds=30):
    path = f"/ocr/job/{job_id}"
    return wait_until(lambda: (status := get(service, path).json())["ready"] and status, seconds, "the job's end")


def raw(url: str, head: str, body: bytes = b"", end: bool = False) -> tuple[int, str]:
    """Status and code of the answer to a request as written, with no more body than this."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        lines = f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n{head}\r\n\r\n"
        connection.sendall(lines.encode() + body)
        if end:
            connection.shutdown(socket.SHUT_WR)
        answer = HTTPResponse(connection)
        answer.begin()
        return answer.status, json.loads(answer.read())["code"]


def test_a_file_that_was_sent_to_its_address_is_worked_on_by_itself(service):
    """With S3 nobody tells the service: a worker's parent looks into the bucket every few seconds."""
    answer = announce(service, content_type="image/png")
    job = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (201, job["links"]["self"])
    assert (job["status"], job["method"], job["filename"]) == ("awaiting_upload", "PUT", "a.png")
    assert job["headers"] == {"Content-Type": "image/png", "Content-Length": str(len(PICTURE))}
    status = get(service, job["links"]["self"])
    assert (status.status_code, status.json()["status"], status.json()["ready"]) == (202, "awaiting_upload", False)
    assert put(job).ok
    assert ended(service, job["job_id"])["status"] == "completed"
    assert get(service, job["links"]["result"]).json()["text"] == "null engine"
    assert job["job_id"] in {listed["job_id"] for listed in get(service, "/ocr/jobs").json()["jobs"]}


def test_the_same_key_and_body_is_the_same_job_with_an_address_that_works(over_files):
    first, again = (announce(over_files, headers={"Idempotency-Key": "once"}) for _ in range(2))
    assert (again.status_code, again.headers.get("Idempotent-Replayed")) == (201, "true")
    assert again.json() == first.json()
    assert put(again.json()).status_code == 202
    other = announce(over_files, headers={"Idempotency-Key": "once"}, detail="word")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_conflict")


def test_the_address_is_what_the_client_sees_of_the_service(over_files):
    """A proxy in front tells by which name and how it was asked; this one is trusted."""
    asked = {"Host": "ocr.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    assert announce(over_files, headers=asked).json()["upload_url"].startswith("https://ocr.example.org/ocr/uploads/")


def test_an_untrusted_client_changes_no_address_but_its_own(tmp_path_factory):
    running = ServiceProcesses(tmp_path_factory.mktemp("untrusted"), OCR_RUNTIME="null")
    try:
        running.redis.start()
        running.start_web()
        running.wait_until_alive()
        url = announce(running, headers={"X-Forwarded-Proto": "https"}).json()["upload_url"]
        assert url.startswith(running.url + "/ocr/uploads/")
    finally:
        running.stop()


@pytest.mark.parametrize(
    ("change", "status", "code", "named"),
    [
        ({"colour": "red"}, 400, "invalid_option", "colour"),
        ({"wait": 3}, 400, "invalid_option", "wait"),
        ({"file_size": 0}, 400, "invalid_option", "file_size"),
        ({"file_size": 1.5}, 400, "invalid_option", "file_size"),
        ({"file_size": "many"}, 400, "invalid_option", "file_size"),
        ({"filename": ""}, 400, "invalid_option", "filename"),
        ({"filename": 7}, 400, "invalid_option", "filename"),
        ({"content_type": "text/html"}, 400, "invalid_option", "content_type"),
        ({"dpi": 10}, 400, "invalid_option", "dpi"),
        ({"pages": "0"}, 400, "invalid_option", "pages"),
        ({"lang": "klingon"}, 400, "unsupported_language", "klingon"),
        ({"file_size": 52428801}, 413, "payload_too_large", "52428800"),
    ],
)
def test_what_is_wrong_with_an_announcement_is_named(over_files, change, status, code, named):
    answer = announce(over_files, **change)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert named in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"", "application/json", 400),
        (b"filename=a.png", "application/x-www-form-urlencoded", 415),
        (b'{"filename": "' + b"a" * 70_000 + b'"}', "application/json", 413),
    ],
)
def test_a_body_that_is_no_announcement_is_refused(over_files, body, content_type, status):
    headers = {"Content-Type": content_type, "Authorization": f"Bearer {KEY}"}
    assert requests.post(over_files.url + "/ocr/uploads", data=body, headers=headers, timeout=10).status_code == status


def test_an_option_may_stand_in_the_query_but_once(over_files):
    headers = {"Authorization": f"Bearer {KEY}"}
    url = over_files.url + "/ocr/uploads?detail=word"
    body = {"filename": "a.png", "file_size": 1}
    assert requests.post(url, json=body, headers=headers, timeout=10).status_code == 201
    answer = requests.post(url, json={**body, "detail": "line"}, headers=headers, timeout=10)
    assert (answer.status_code, "detail" in answer.json()["detail"]) == (400, True)


def test_a_file_is_announced_by_who_has_a_key_and_sent_by_who_has_the_address(over_files):
    assert announce(over_files, headers={"Authorization": ""}).status_code == 401
    assert put(announce(over_files).json()).status_code == 202


def test_a_larger_file_is_refused_before_it_is_read(over_files):
    job = announce(over_files).json()
    assert raw(job["upload_url"], "Content-Length: 50000000") == (422, "upload_mismatch")
    assert ended(over_files, job["job_id"])["error"]["code"] == "upload_mismatch"


def test_a_file_in_chunks_is_refused_for_want_of_a_length(over_files):
    job = announce(over_files).json()
    assert raw(job["upload_url"], "Transfer-Encoding: chunked") == (411, "length_required")


def test_a_file_that_breaks_off_leaves_nothing_and_may_be_sent_again(over_files):
    job = announce(over_files).json()
    answer = raw(job["upload_url"], f"Content-Length: {len(PICTURE)}", PICTURE[:200], end=True)
    assert answer == (400, "upload_incomplete")
    incoming = over_files.folder / "data" / "uploads" / "incoming"
    wait_until(lambda: not list(incoming.iterdir()), 10, "deletion of what came")
    assert put(job).status_code == 202


def test_what_is_wrong_with_a_file_is_told_to_who_sends_it(over_files):
    job = announce(over_files, b"no picture").json()
    answer = put(job, b"no picture")
    assert (answer.status_code, answer.json()["code"]) == (422, "unsupported_type")
    assert ended(over_files, job["job_id"])["error"]["code"] == "unsupported_type"


def test_answers_are_as_described(over_files, over_s3):
    description = Description(over_files.get("/openapi.json").json())

    def conforms(answer, method, path):
        description.check(method, path, answer.status_code, answer.headers["Content-Type"], answer.json())
        return answer.status_code

    job = announce(over_files)
    address = "/ocr/uploads/{job_id}"
    assert conforms(job, "post", "/ocr/uploads") == 201
    assert conforms(announce(over_files, colour="red"), "post", "/ocr/uploads") == 400
    assert conforms(get(over_files, job.json()["links"]["self"]), "get", "/ocr/job/{job_id}") == 202
    tampered = {**job.json(), "upload_url": job.json()["upload_url"] + "0"}
    assert conforms(put(tampered), "put", address) == 403
    assert conforms(put(job.json()), "put", address) == 202
    assert conforms(put(job.json()), "put", address) == 409
    assert conforms(tell(over_s3, []), "post", "/ocr/uploads/events") == 200
    assert conforms(tell(over_s3, [], token="wrong"), "post", "/ocr/uploads/events") == 401


# Events


def tell(service, records, token=TOKEN):
    headers = {"Authorization": f"Bearer {token}"}
    body = {"EventName": "s3:ObjectCreated:Put", "Records": records}
    return requests.post(service.url + "/ocr/uploads/events", json=body, headers=headers, timeout=10)


def created(name, event="s3:ObjectCreated:Put"):
    """An event as AWS and MinIO write it; names are encoded as in a form."""
    return {"eventName": event, "s3": {"bucket": {"name": "files"}, "object": {"key": quote(name, safe="")}}}


def test_an_event_begins_the_job_at_once(over_s3, s3_server):
    job = announce(over_s3).json()
    assert put(job).status_code == 200
    started = time.monotonic()
    name = f"ocr/announced/{job['job_id']}"
    records = [created("elsewhere/a"), created("ocr/kept/a"), created(name, "s3:ObjectRemoved:Delete"), created(name)]
    assert tell(over_s3, records).json()["noticed"] <= 1
    assert tell(over_s3, records).json() == {"noticed": 0}, "told again it changes nothing"
    assert ended(over_s3, job["job_id"])["status"] == "completed"
    assert time.monotonic() - started < 5
    assert name not in s3_server.names()


def test_an_event_of_a_file_that_is_not_there_begins_nothing(over_s3):
    job = announce(over_s3).json()
    assert tell(over_s3, [created(f"ocr/announced/{job['job_id']}")]).json() == {"noticed": 1}
    time.sleep(2)
    assert get(over_s3, job["links"]["self"]).json()["status"] == "awaiting_upload"


def test_a_file_that_is_not_as_announced_is_deleted_from_the_bucket(over_s3, s3_server):
    job = announce(over_s3).json()
    name = f"ocr/announced/{job['job_id']}"
    s3_server.client.put_object(Bucket=s3_server.bucket, Key=name, Body=PICTURE + b"more")
    tell(over_s3, [created(name)])
    assert ended(over_s3, job["job_id"])["error"]["code"] == "upload_mismatch"
    assert name not in s3_server.names()


HALF_A_CHARACTER = (
    b'{"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": "ocr-uploads/announced/\\ud800"}}}]}'
)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 200),
        (b'{"Service": "Amazon S3", "Event": "s3:TestEvent"}', 200),
        (b"{", 400),
        (b"[1]", 400),
        (b'{"Records": [{}]}', 400),
        (b'{"Records": 7}', 400),
        (b"[" * 60_000, 400),
        (HALF_A_CHARACTER, 400),
        (b'{"Records": [{"eventName": "s3:ObjectCreated:Put", "s3": {"object": {"key": 7}}}]}', 400),
        (b" " * (1 << 21), 413),
    ],
)
def test_a_body_without_records_is_a_ping_and_anything_else_a_fault(over_s3, body, status):
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    answer = requests.post(over_s3.url + "/ocr/uploads/events", data=body, headers=headers, timeout=10)
    assert answer.status_code == status, answer.text


def test_events_are_taken_with_the_token_alone_and_only_where_there_is_one(over_files, over_s3):
    assert tell(over_s3, [], token="").status_code == tell(over_s3, [], token=KEY).status_code == 401
    assert tell(over_files, []).status_code == tell(over_files, [], token="").status_code == 403


# Pages of other origins


def test_a_page_that_is_allowed_may_use_the_api(over_files):
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type"}
    before = requests.options(announce(over_files).json()["upload_url"], headers=asked, timeout=10)
    assert before.status_code == 204
    assert before.headers["Access-Control-Allow-Origin"] == PAGE
    assert "PUT" in before.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in before.headers["Access-Control-Allow-Headers"]
    for answer in (
        announce(over_files, headers={"Origin": PAGE}),
        announce(over_files, colour=1, headers={"Origin": PAGE}),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == PAGE
        assert "Location" in answer.headers["Access-Control-Expose-Headers"]
        assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", PAGE + ".evil.example", PAGE.upper()])
def test_any_other_page_may_not(over_files, origin):
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    before = requests.options(over_files.url + "/ocr/uploads", headers=asked, timeout=10)
    answer = announce(over_files, headers={"Origin": origin})
    for found in (before, answer):
        assert "Access-Control-Allow-Origin" not in found.headers


def test_where_no_origin_is_allowed_nothing_is_said_of_origins(over_s3):
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}
    before = requests.options(over_s3.url + "/ocr/uploads", headers=asked, timeout=10)
    assert not [name for name in before.headers if name.startswith("Access-Control")]

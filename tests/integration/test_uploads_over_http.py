"""Announced uploads over HTTP: a real service with its files in a folder, and one with a real S3 server."""

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

PICTURE = picture("Uploaded directly")
KEY, TOKEN = "a-key-of-alice-0123", "a-token-for-s3-0123"
PAGE = "https://app.example.org"


@pytest.fixture(scope="module")
def file_service(tmp_path_factory):
    with ServiceProcesses(
        tmp_path_factory.mktemp("files"),
        OCR_RUNTIME="null",
        API_KEYS=f"alice:{KEY}",
        CORS_ORIGINS=f"{PAGE}, http://localhost:3000",
        TRUSTED_PROXIES="127.0.0.1",
    ) as running:
        yield running


@pytest.fixture(scope="module")
def s3_service(tmp_path_factory, s3_server):
    s3_server.clear()
    settings = {"OCR_RUNTIME": "null", "API_KEYS": f"alice:{KEY}", "UPLOAD_EVENTS_TOKEN": TOKEN, **s3_server.settings}
    with ServiceProcesses(tmp_path_factory.mktemp("s3"), **settings) as running:
        yield running


@pytest.fixture(params=["file_service", "s3_service"])
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


def wait_for_end(service, job_id, seconds=30):
    path = f"/ocr/job/{job_id}"
    return wait_until(lambda: (status := get(service, path).json())["ready"] and status, seconds, "the job's end")


def send_raw(url: str, head: str, body: bytes = b"", end: bool = False) -> tuple[int, str]:
    """Status and error code of the response to a PUT with exactly this head and body. `end`: closes the connection."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        lines = f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n{head}\r\n\r\n"
        connection.sendall(lines.encode() + body)
        if end:
            connection.shutdown(socket.SHUT_WR)
        response = HTTPResponse(connection)
        response.begin()
        return response.status, json.loads(response.read())["code"]


def test_job_starts_by_itself_after_the_upload(service):
    """Without S3 events, the parent process of a worker checks the bucket every few seconds."""
    response = announce(service, content_type="image/png")
    job = response.json()
    assert (response.status_code, response.headers["Location"]) == (201, job["links"]["self"])
    assert (job["status"], job["method"], job["filename"]) == ("awaiting_upload", "PUT", "a.png")
    assert job["headers"] == {"Content-Type": "image/png", "Content-Length": str(len(PICTURE))}
    status = get(service, job["links"]["self"])
    assert (status.status_code, status.json()["status"], status.json()["ready"]) == (202, "awaiting_upload", False)
    assert put(job).ok
    assert wait_for_end(service, job["job_id"])["status"] == "completed"
    assert get(service, job["links"]["result"]).json()["text"] == "null engine"
    assert job["job_id"] in {listed["job_id"] for listed in get(service, "/ocr/jobs").json()["jobs"]}


def test_replayed_announcement_returns_the_same_job_and_a_valid_address(file_service):
    first, again = (announce(file_service, headers={"Idempotency-Key": "once"}) for _ in range(2))
    assert (again.status_code, again.headers.get("Idempotent-Replayed")) == (201, "true")
    assert again.json() == first.json()
    assert put(again.json()).status_code == 202
    other = announce(file_service, headers={"Idempotency-Key": "once"}, detail="word")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_conflict")


def test_upload_url_uses_the_address_that_a_trusted_proxy_reports(file_service):
    """The proxy reports host and scheme. It is trusted here."""
    request_headers = {"Host": "ocr.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    assert (
        announce(file_service, headers=request_headers)
        .json()["upload_url"]
        .startswith("https://ocr.example.org/ocr/uploads/")
    )


def test_untrusted_client_cannot_change_the_scheme_of_the_upload_url(tmp_path_factory):
    with ServiceProcesses(tmp_path_factory.mktemp("untrusted"), parts=("redis", "web"), OCR_RUNTIME="null") as running:
        url = announce(running, headers={"X-Forwarded-Proto": "https"}).json()["upload_url"]
        assert url.startswith(running.url + "/ocr/uploads/")


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
def test_invalid_announcement_is_rejected_and_its_fault_named(file_service, change, status, code, named):
    response = announce(file_service, **change)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert named in response.json()["detail"]


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
def test_body_that_is_not_an_announcement_is_rejected(file_service, body, content_type, status):
    headers = {"Content-Type": content_type, "Authorization": f"Bearer {KEY}"}
    assert (
        requests.post(file_service.url + "/ocr/uploads", data=body, headers=headers, timeout=10).status_code == status
    )


def test_option_may_be_in_the_query_but_not_twice(file_service):
    headers = {"Authorization": f"Bearer {KEY}"}
    url = file_service.url + "/ocr/uploads?detail=word"
    body = {"filename": "a.png", "file_size": 1}
    assert requests.post(url, json=body, headers=headers, timeout=10).status_code == 201
    response = requests.post(url, json={**body, "detail": "line"}, headers=headers, timeout=10)
    assert (response.status_code, "detail" in response.json()["detail"]) == (400, True)


def test_announcing_needs_the_api_key_and_uploading_only_the_address(file_service):
    assert announce(file_service, headers={"Authorization": ""}).status_code == 401
    assert put(announce(file_service).json()).status_code == 202


def test_larger_file_is_rejected_before_it_is_read(file_service):
    job = announce(file_service).json()
    assert send_raw(job["upload_url"], "Content-Length: 50000000") == (422, "upload_mismatch")
    assert wait_for_end(file_service, job["job_id"])["error"]["code"] == "upload_mismatch"


def test_chunked_upload_is_rejected(file_service):
    job = announce(file_service).json()
    assert send_raw(job["upload_url"], "Transfer-Encoding: chunked") == (411, "length_required")


def test_incomplete_upload_is_deleted_and_can_be_repeated(file_service):
    job = announce(file_service).json()
    response = send_raw(job["upload_url"], f"Content-Length: {len(PICTURE)}", PICTURE[:200], end=True)
    assert response == (400, "upload_incomplete")
    incoming = file_service.folder / "data" / "uploads" / "incoming"
    wait_until(lambda: not list(incoming.iterdir()), 10, "deletion of the received part")
    assert put(job).status_code == 202


def test_upload_of_an_invalid_file_returns_its_error(file_service):
    job = announce(file_service, b"not an image").json()
    response = put(job, b"not an image")
    assert (response.status_code, response.json()["code"]) == (422, "unsupported_type")
    assert wait_for_end(file_service, job["job_id"])["error"]["code"] == "unsupported_type"


def test_responses_match_the_description(file_service, s3_service):
    description = Description(file_service.get("/openapi.json").json())

    def checked_status(response, method, path):
        description.check(method, path, response.status_code, response.headers["Content-Type"], response.json())
        return response.status_code

    job = announce(file_service)
    address = "/ocr/uploads/{job_id}"
    assert checked_status(job, "post", "/ocr/uploads") == 201
    assert checked_status(announce(file_service, colour="red"), "post", "/ocr/uploads") == 400
    assert checked_status(get(file_service, job.json()["links"]["self"]), "get", "/ocr/job/{job_id}") == 202
    tampered = {**job.json(), "upload_url": job.json()["upload_url"] + "0"}
    assert checked_status(put(tampered), "put", address) == 403
    assert checked_status(put(job.json()), "put", address) == 202
    assert checked_status(put(job.json()), "put", address) == 409
    assert checked_status(send_events(s3_service, []), "post", "/ocr/uploads/events") == 200
    assert checked_status(send_events(s3_service, [], token="wrong"), "post", "/ocr/uploads/events") == 401


# Events


def send_events(service, records, token=TOKEN):
    headers = {"Authorization": f"Bearer {token}"}
    body = {"EventName": "s3:ObjectCreated:Put", "Records": records}
    return requests.post(service.url + "/ocr/uploads/events", json=body, headers=headers, timeout=10)


def created(name, event="s3:ObjectCreated:Put"):
    """An event record of AWS and MinIO. Object names are form-encoded."""
    return {"eventName": event, "s3": {"bucket": {"name": "files"}, "object": {"key": quote(name, safe="")}}}


def test_event_starts_the_job_at_once(s3_service, s3_server):
    job = announce(s3_service).json()
    assert put(job).status_code == 200
    started = time.monotonic()
    name = f"ocr/announced/{job['job_id']}"
    records = [created("elsewhere/a"), created("ocr/kept/a"), created(name, "s3:ObjectRemoved:Delete"), created(name)]
    assert send_events(s3_service, records).json()["noticed"] <= 1
    assert send_events(s3_service, records).json() == {"noticed": 0}, "a repeated event has no effect"
    assert wait_for_end(s3_service, job["job_id"])["status"] == "completed"
    assert time.monotonic() - started < 5
    wait_until(lambda: name not in s3_server.object_names(), 5, "the deletion of the announced file")


def test_event_for_a_missing_file_starts_nothing(s3_service):
    job = announce(s3_service).json()
    assert send_events(s3_service, [created(f"ocr/announced/{job['job_id']}")]).json() == {"noticed": 1}
    time.sleep(2)
    assert get(s3_service, job["links"]["self"]).json()["status"] == "awaiting_upload"


def test_file_that_differs_from_its_announcement_is_deleted_from_the_bucket(s3_service, s3_server):
    job = announce(s3_service).json()
    name = f"ocr/announced/{job['job_id']}"
    s3_server.client.put_object(Bucket=s3_server.bucket, Key=name, Body=PICTURE + b"more")
    send_events(s3_service, [created(name)])
    assert wait_for_end(s3_service, job["job_id"])["error"]["code"] == "upload_mismatch"
    wait_until(lambda: name not in s3_server.object_names(), 5, "the deletion of the announced file")


UNPAIRED_SURROGATE = (
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
        (UNPAIRED_SURROGATE, 400),
        (b'{"Records": [{"eventName": "s3:ObjectCreated:Put", "s3": {"object": {"key": 7}}}]}', 400),
        (b" " * (1 << 21), 413),
    ],
)
def test_events_body_without_records_is_accepted_and_a_malformed_one_rejected(s3_service, body, status):
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    response = requests.post(s3_service.url + "/ocr/uploads/events", data=body, headers=headers, timeout=10)
    assert response.status_code == status, response.text


def test_events_need_the_configured_token(file_service, s3_service):
    assert (
        send_events(s3_service, [], token="").status_code == send_events(s3_service, [], token=KEY).status_code == 401
    )
    assert send_events(file_service, []).status_code == send_events(file_service, [], token="").status_code == 403


# Cross-origin requests


def test_allowed_origin_gets_cors_headers(file_service):
    request_headers = {
        "Origin": PAGE,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "content-type",
    }
    preflight = requests.options(announce(file_service).json()["upload_url"], headers=request_headers, timeout=10)
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == PAGE
    assert "PUT" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in preflight.headers["Access-Control-Allow-Headers"]
    for response in (
        announce(file_service, headers={"Origin": PAGE}),
        announce(file_service, colour=1, headers={"Origin": PAGE}),
    ):
        assert response.headers["Access-Control-Allow-Origin"] == PAGE
        assert "Location" in response.headers["Access-Control-Expose-Headers"]
        assert "Origin" in response.headers["Vary"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", PAGE + ".evil.example", PAGE.upper()])
def test_other_origins_get_no_cors_headers(file_service, origin):
    request_headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    preflight = requests.options(file_service.url + "/ocr/uploads", headers=request_headers, timeout=10)
    response = announce(file_service, headers={"Origin": origin})
    for found in (preflight, response):
        assert "Access-Control-Allow-Origin" not in found.headers


def test_no_cors_headers_without_allowed_origins(s3_service):
    request_headers = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}
    preflight = requests.options(s3_service.url + "/ocr/uploads", headers=request_headers, timeout=10)
    assert not [name for name in preflight.headers if name.startswith("Access-Control")]

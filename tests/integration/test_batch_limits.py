"""Limits of batches: the number of files, and the files per client. What is too much is not read to its end."""

import socket
import time

import pytest
import requests

from stress.harness import ServiceProcesses
from tests.support.drawing import picture

BOUNDARY = "b0undary"
FILES = 6


@pytest.fixture(scope="module")
def limited(tmp_path_factory):
    with ServiceProcesses(
        tmp_path_factory.mktemp("limited"),
        RATE_LIMIT_ENABLED="true",
        RATE_LIMIT_REQUESTS=4,
        RATE_LIMIT_WINDOW="hour",
        MAX_BATCH_FILES=FILES,
        OCR_RUNTIME="null",
    ) as running:
        yield running


@pytest.fixture(autouse=True)
def no_requests_before(limited):
    limited.redis.client().flushdb()


def send_batch(service, count, content=b"x"):
    files = [("files", (f"{number}.png", content)) for number in range(count)]
    return requests.post(service.url + "/ocr/batch", files=files, timeout=60)


def part(number: int) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{number}.png"\r\n\r\n'
    return head.encode() + b"x" * 70_000 + b"\r\n"  # the server reads 64 KB at a time


def answer_to(service, content: bytes, length: int = 10_000_000) -> bytes:
    """The response to a batch of which only the beginning is sent."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as client:
        head = f"POST /ocr/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n"
        client.sendall(f"{head}Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n".encode() + content)
        return client.recv(65536)


def test_one_full_batch_per_window_is_accepted(limited):
    response = send_batch(limited, FILES, picture("A"))
    assert (response.status_code, response.json()["summary"]["jobs_created"]) == (202, FILES)
    assert response.headers["X-RateLimit-Remaining"] == "3", "a batch is one request"


def test_a_batch_with_too_many_files_is_rejected(limited):
    response = send_batch(limited, FILES + 1)
    assert (response.status_code, response.json()["code"]) == (413, "payload_too_large")
    assert f"more than {FILES} files (MAX_BATCH_FILES)" in response.json()["detail"]


def test_files_of_batches_are_limited_per_client(limited):
    assert [send_batch(limited, 4, b"x").status_code for _ in range(2)] == [422, 422]
    response = send_batch(limited, 4, picture("A"))
    body = response.json()
    assert (response.status_code, body["code"]) == (429, "rate_limited")
    assert body["detail"] == "Too many files in batches. Limit: 6 per hour. Nothing was accepted."
    assert 3000 < int(response.headers["Retry-After"]) <= 3601
    assert limited.get("/ocr/jobs").json()["jobs"] == []
    assert limited.post("/ocr/image", picture("B")).status_code == 202, "a single file is still accepted"


@pytest.mark.parametrize(("files", "status"), [(FILES + 1, b"413"), (FILES, b"429")])
def test_a_batch_is_rejected_before_it_has_arrived(limited, files, status):
    if status == b"429":
        send_batch(limited, 3)
    answer = answer_to(limited, b"".join(map(part, range(files))))
    assert answer.split(b" ", 2)[1] == status


def test_a_rejected_client_does_not_have_to_send_its_body(limited):
    for _ in range(4):
        limited.post("/ocr/image", b"x")
    started = time.monotonic()
    assert answer_to(limited, b"").split(b" ", 2)[1] == b"429"
    assert time.monotonic() - started < 5


def test_a_full_batch_is_possible_with_the_default_settings(tmp_path):
    with ServiceProcesses(tmp_path, ("redis", "web"), RATE_LIMIT_ENABLED="true") as service:
        content = picture("A")
        assert send_batch(service, 50, content).json()["summary"]["jobs_created"] == 50
        assert send_batch(service, 1, content).status_code == 202
        assert send_batch(service, 3, content).status_code == 429

"""Requests that no well-behaved client sends: each gets an error in the usual format and leaves no files behind."""

import itertools
import json
import os
import socket
import time

import psutil
import pytest
import requests

from stress.harness import ServiceProcesses, wait_until
from tests.support.drawing import picture
from tests.support.streams import accepts_connections

PICTURE = picture("Hostile")
NAMELESS_PART = b"--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n"
END = b"--B--\r\n"
FORM_TYPE = "multipart/form-data; boundary=B"
POST_HEAD = b"POST /ocr/image HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=B\r\n"


def part(name, value):
    return b'--B\r\nContent-Disposition: form-data; name="' + name + b'"\r\n\r\n' + value + b"\r\n"


def file(name=b"a.png"):
    return part(b'file"; filename="' + name, PICTURE)


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """Redis and a web server whose clients may be silent for two seconds. No worker: nothing is recognised."""
    with ServiceProcesses(tmp_path_factory.mktemp("web"), parts=("redis", "web"), REQUEST_TIMEOUT=2) as running:
        yield running


@pytest.fixture(autouse=True)
def no_upload_is_left_behind(web):
    yield
    incoming = web.folder / "data" / "uploads" / "incoming"
    wait_until(lambda: not incoming.is_dir() or not any(incoming.iterdir()), 5, "deletion of the incomplete uploads")
    assert "Traceback" not in web.log("web")


def alive_within(web, seconds):
    try:
        return requests.get(web.url + "/health/alive", timeout=seconds).status_code == 200
    except requests.RequestException:
        return False


def exchange(web, request, close_sending_half=True):
    """Send raw bytes. Returns the status, the headers in lower case, and the body of the response."""
    with socket.create_connection(("127.0.0.1", web.port), timeout=15) as connection:
        connection.sendall(request)
        if close_sending_half:
            connection.shutdown(socket.SHUT_WR)
        response = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = response.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), head.lower(), body


def assert_problem(web, request, status, code, **exchange_options):
    received_status, head, body = exchange(web, request, **exchange_options)
    assert received_status == status, body
    assert b"content-type: application/problem+json" in head
    problem = json.loads(body)
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["title"] == problem["error"] and problem["detail"] == problem["message"]
    assert problem["request_id"]
    assert b"x-request-id: " + problem["request_id"].encode() in head
    assert len(problem["detail"]) < 400
    return problem


def post(body, content_type=FORM_TYPE):
    head = f"POST /ocr/image HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {content_type}\r\n"
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body


def test_deeply_nested_json_is_rejected(web):
    for body in (b"[" * 60_000, b'{"a":' * 10_000):
        head = b"POST /ocr/uploads HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        assert_problem(web, head % len(body) + body, 400, "bad_request")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(post(file() + END, "multipart/form-data"), id="no boundary"),
        pytest.param(post(file() + END, "multipart/form-data; boundary=C"), id="another boundary"),
        pytest.param(post(file()), id="no final boundary"),
        pytest.param(post(file(b"\xe9.png") + END), id="a name that is not UTF-8"),
        pytest.param(post(NAMELESS_PART + END), id="a part without a name"),
        pytest.param(post(NAMELESS_PART + part(b"x", b"1") + file() + END), id="a part without a name among others"),
        pytest.param(POST_HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", id="a chunk without a size"),
        pytest.param(POST_HEAD + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n" + file(), id="a truncated chunk"),
        pytest.param(POST_HEAD + b"Content-Length: 99999\r\n\r\n" + file(), id="a truncated body"),
    ],
)
def test_a_malformed_body_is_not_reported_as_a_missing_file(web, body):
    assert_problem(web, body, 400, "bad_request")


@pytest.mark.parametrize(
    ("parts", "status", "code"),
    [
        pytest.param([part(b"x" * 100_000, b"1")], 400, "invalid_option", id="a name of 100 kB"),
        pytest.param([part(b"f%d" % n, b"1") for n in range(90)], 400, "invalid_option", id="90 unknown options"),
        pytest.param([part(b"f%d" % n, b"1") for n in range(100)], 413, "payload_too_large", id="100 fields"),
        pytest.param([part(b"lang", b"e" * 600_000)], 413, "payload_too_large", id="an option of 600 kB"),
        pytest.param([part(b"lang", bytes(range(256)))], 400, "invalid_option", id="an option of all bytes"),
        pytest.param([part(b"lang", b"en\0")], 400, "unsupported_language", id="an option with NUL"),
        pytest.param([file()], 400, "invalid_option", id="two files"),
        pytest.param(
            [part(b"x" * 20_000 + b'"; filename="a', b"")], 400, "invalid_option", id="a file in a long field"
        ),
    ],
)
def test_an_unsuitable_form_is_rejected_with_a_short_message(web, parts, status, code):
    assert_problem(web, post(b"".join(parts) + file() + END), status, code)


def test_a_body_that_is_no_json_object_is_rejected(web):
    for body in (b"lang=en", b"[1]", b'{"file": ', b"\xff"):
        assert_problem(web, post(body, "application/json"), 400, "bad_request")


@pytest.mark.parametrize("content_type", ["image/png", "application/x-www-form-urlencoded", "multipart/mixed"])
def test_a_body_of_another_type_is_rejected_with_the_expected_type(web, content_type):
    assert "multipart/form-data" in assert_problem(web, post(b"lang=en", content_type), 400, "missing_file")["detail"]


def test_a_form_of_another_type_is_not_read_into_memory(web):
    processes = psutil.Process(web.web.pid).children()
    before = [process.memory_info().rss for process in processes]
    for _ in range(2):
        assert_problem(web, post(b"a=" + b"x" * (40 << 20), "application/x-www-form-urlencoded"), 400, "missing_file")
    after = [process.memory_info().rss for process in processes]
    assert max(new - old for new, old in zip(after, before, strict=True)) < 20 << 20


@pytest.mark.parametrize(
    ("sent", "reported"),
    [
        (b"../../etc/passwd", "passwd"),
        (b"C:\\\\scans\\\\a.png", "a.png"),
        ("‮gnp.\x07exe".encode(), "gnp.exe"),
        (b"a" * 5000, "a" * 255),
        ("😀é.png".encode(), "😀é.png"),
        (b"", "unnamed"),
    ],
)
def test_a_file_name_is_reported_without_harmful_parts(web, sent, reported):
    status, _, body = exchange(web, post(file(sent) + END))
    assert (status, json.loads(body)["filename"]) == (202, reported)


@pytest.mark.parametrize(
    ("request_line_and_headers", "status"),
    [
        (b"GET * HTTP/1.1\r\nHost: x\r\n", 400),
        (b"get / HTTP/1.1\r\nHost: x\r\n", 400),
        (b"\x16\x03\x01\x02\x00\r\n", 400),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 9000 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX Y: a\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n", 417),
    ],
)
def test_a_request_that_never_reaches_the_application_gets_the_usual_error(web, request_line_and_headers, status):
    problem = assert_problem(web, request_line_and_headers + b"\r\n", status, "bad_request")
    assert problem["request_id"] in web.log("web"), "the log line has the same id"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("PUT", "/ocr/image", 405, "method_not_allowed"),
        ("FOO", "/health", 405, "method_not_allowed"),
        ("GET", "/ocr/job/%00%0d%0a%ff", 404, "job_not_found"),
        ("GET", "/ocr/job/..%2f..%2fetc", 404, "not_found"),
        ("GET", "/docs/assets/..%2f..%2f__init__.py", 404, "not_found"),
        ("GET", "/errors/%00", 404, "not_found"),
        ("GET", "/ocr/image/", 404, "not_found"),
        ("GET", "/ocr/job/x?colour=red", 400, "invalid_option"),
        ("GET", "/ocr/job/x/result?wait=1&wait=2", 400, "invalid_option"),
    ],
)
def test_a_wrong_path_or_method_is_reported(web, method, path, status, code):
    assert_problem(web, f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode(), status, code)


@pytest.mark.parametrize(
    "host", [b'Host: e"<x>\r\n', b"Host: a b\r\n", b"Host: a:port\r\n", b"Host: a/../b\r\n", b"Host:\r\n", b""]
)
def test_an_impossible_host_header_is_rejected(web, host):
    head = b"GET /health/alive HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n"
    problem = assert_problem(web, head, 400, "bad_request")
    assert problem["type"] in ("/errors/bad-request", f"http://127.0.0.1:{web.port}/errors/bad-request")


@pytest.mark.parametrize("head", [b"1.1\r\nHost: [::1]:5000\r\n", b"1.1\r\nHost: a-b.example\r\n", b"1.0\r\n"])
def test_a_possible_host_header_is_accepted(web, head):
    status, _, _ = exchange(web, b"GET /health/alive HTTP/" + head + b"Connection: close\r\n\r\n")
    assert status == 200


def test_a_body_that_stops_arriving_times_out(web):
    started = time.monotonic()
    request = POST_HEAD + b"Connection: close\r\nContent-Length: 99999\r\n\r\n" + file()
    problem = assert_problem(web, request, 400, "bad_request", close_sending_half=False)
    assert problem["detail"] == "The body is incomplete. Send it again."
    assert 1.5 < time.monotonic() - started < 12


@pytest.mark.parametrize("sent", [POST_HEAD, POST_HEAD + b"Content-Length: 99999\r\n\r\n--B\r\n"], ids=["head", "body"])
def test_slow_clients_block_nobody(web, sent):
    """Requests that need a thread of the pool, while slow clients have more connections than there are threads."""
    slow = [socket.create_connection(("127.0.0.1", web.port)) for _ in range(300)]
    try:
        for connection in slow:
            connection.sendall(sent)
        for _ in range(10):
            started = time.monotonic()
            assert web.get("/capabilities").status_code == 200
            assert time.monotonic() - started < 5
    finally:
        for connection in slow:
            connection.close()


def test_a_head_that_arrives_byte_by_byte_is_answered(web):
    with socket.create_connection(("127.0.0.1", web.port), timeout=10) as client:
        for byte in b"GET /capabilities HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":
            client.sendall(bytes([byte]))
            time.sleep(0.002)
        assert client.recv(100).startswith(b"HTTP/1.1 200")


def test_a_head_that_never_ends_gets_408(web):
    with socket.create_connection(("127.0.0.1", web.port), timeout=15) as client:
        client.sendall(b"GET /capabilities HTTP/1.1\r\nHost: x\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 408 ")


def test_a_body_that_drips_is_given_up(web):
    request = POST_HEAD + b"Connection: close\r\nContent-Length: 99999\r\n\r\n--B\r\n"
    with socket.create_connection(("127.0.0.1", web.port), timeout=1) as client:
        client.sendall(request)
        for _ in range(14):
            try:
                assert client.recv(100).startswith(b"HTTP/1.1 400 ")
                return
            except TimeoutError:
                client.sendall(b"x")
    raise AssertionError("it was not given up")


@pytest.fixture
def without_descriptors(web):
    """The web processes. They can open no file while the test runs."""
    master = psutil.Process(web.web.pid)
    wait_until(lambda: sum(map(accepts_connections, master.children())) == 2, 20, "both web processes")
    limits = {worker: worker.rlimit(psutil.RLIMIT_NOFILE) for worker in master.children()}
    for worker, (_, hard) in limits.items():
        used = {int(name) for name in os.listdir(f"/proc/{worker.pid}/fd")}
        worker.rlimit(psutil.RLIMIT_NOFILE, (next(number for number in itertools.count() if number not in used), hard))
    yield limits
    for worker, limit in limits.items():
        if worker.is_running():
            worker.rlimit(psutil.RLIMIT_NOFILE, limit)


def test_a_process_without_descriptors_pauses_and_continues(web, without_descriptors):
    """It must not end, and serves the waiting connections once it has descriptors again."""
    with socket.create_connection(("127.0.0.1", web.port), timeout=10) as client:
        client.sendall(b"GET /health/alive HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        time.sleep(1.5)
        for worker, limit in without_descriptors.items():
            worker.rlimit(psutil.RLIMIT_NOFILE, limit)
        assert client.recv(100).startswith(b"HTTP/1.1 200")
    assert "cannot accept connections" in web.log("web")
    assert set(psutil.Process(web.web.pid).children()) == set(without_descriptors)


def test_a_process_without_descriptors_can_stop(web, without_descriptors):
    """The connection that it cannot accept is served by the next process."""
    with socket.create_connection(("127.0.0.1", web.port), timeout=20) as client:
        client.sendall(b"GET /health/alive HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        for worker in without_descriptors:
            worker.terminate()
        psutil.wait_procs(without_descriptors, timeout=15)
        assert client.recv(100).startswith(b"HTTP/1.1 200")
    assert "RecursionError" not in web.log("web") and "recursion depth" not in web.log("web")
    assert not set(psutil.Process(web.web.pid).children()) & set(without_descriptors)


def test_clients_that_do_not_hang_up_delay_nobody(web):
    """gunicorn waits for them to close. It must not do so in the thread that accepts connections."""
    clients = []
    try:
        for _ in range(6):
            clients.append(socket.create_connection(("127.0.0.1", web.port)))
            clients[-1].sendall(b"GET /health/alive HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert clients[-1].recv(100).startswith(b"HTTP/1.1 200")
        started = time.monotonic()
        assert all(alive_within(web, 5) for _ in range(10))
        assert time.monotonic() - started < 1.5  # gunicorn waits two seconds
    finally:
        for connection in clients:
            connection.close()

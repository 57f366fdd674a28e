"""The whole service behind nginx."""

import json
import re
import runpy
import sys
import time

import pytest
import requests
from requests.adapters import HTTPAdapter

from middleware.security_headers import HEADERS
from stress.harness import REPOSITORY, ServiceProcesses, wait_until
from tests.support.drawing import picture
from tests.support.nginx import SOURCE, Nginx
from tests.support.streams import events, held_connections

LIMIT = 2_000_000
WAIT = 3
BUDGET = 1000


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A service with the bundled model that trusts nginx on 127.0.0.1. Clients use other addresses."""
    with ServiceProcesses(
        tmp_path_factory.mktemp("service"),
        TRUSTED_PROXIES="127.0.0.1",
        MAX_CONTENT_LENGTH=LIMIT,
        REQUEST_TIMEOUT=WAIT,
        RATE_LIMIT_ENABLED="true",
        RATE_LIMIT_REQUESTS=BUDGET,
        RATE_LIMIT_WINDOW="hour",
    ) as running:
        yield running


@pytest.fixture(scope="module")
def nginx(service, tmp_path_factory):
    settings = {"MAX_CONTENT_LENGTH": LIMIT, "REQUEST_TIMEOUT": WAIT}
    running = Nginx(tmp_path_factory.mktemp("proxy") / "nginx", service.port, tls=True, **settings)
    try:
        yield running.start()
    finally:
        running.stop()


class SourceAddress(HTTPAdapter):
    """Opens connections from a given local address."""

    def __init__(self, address):
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs, source_address=(self._address, 0))


@pytest.fixture
def client(nginx):
    """`client(address)`: a session with the source address 127.x.x.x that trusts nginx's certificate."""
    sessions = []

    def make(address):
        session = requests.Session()
        session.mount("http://", SourceAddress(address))
        session.mount("https://", SourceAddress(address))
        session.trust_env = False  # the environment may configure other certificates
        session.verify = str(nginx.certificate)
        sessions.append(session)
        return session

    yield make
    for session in sessions:
        session.close()


def test_image_is_read_through_nginx(client, nginx):
    files = {"file": ("hello.png", picture("Through the proxy"))}
    answer = client("127.0.0.2").post(nginx.tls_url + "/ocr/predict?wait=3", files=files, timeout=60)
    if answer.status_code == 202:  # on a slow machine
        url = nginx.tls_url + answer.json()["links"]["result"]
        answer = wait_for_result(client("127.0.0.2"), url)
    assert answer.json()["text"] == "Through the proxy"


def wait_for_result(session, url):
    for _ in range(20):
        answer = session.get(url, params={"wait": WAIT}, timeout=30)
        if answer.status_code != 202:
            return answer
    raise AssertionError("no result")


def test_nginx_and_service_have_the_same_size_limit(client, nginx, service):
    def send(size, request_id):
        headers = {"Content-Type": "multipart/form-data; boundary=x", "X-Request-ID": request_id}
        return client("127.0.0.2").post(nginx.tls_url + "/ocr/image", upload(size), headers=headers, timeout=30)

    largest = send(LIMIT - 1, "as-large-as-can-be")
    assert (largest.status_code, largest.json()["code"]) == (422, "unsupported_type")
    send(LIMIT, "exactly-the-limit")
    refused = send(LIMIT + 1, "one-byte-too-many")
    assert (refused.status_code, refused.json()["code"]) == (413, "payload_too_large")
    assert refused.json()["request_id"] == "one-byte-too-many"
    assert "exactly-the-limit" in service.log("web")
    assert "one-byte-too-many" not in service.log("web")


def upload(size):
    """A multipart body of `size` bytes with a file that is not an image."""
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    return head + b"x" * (size - len(head) - 9) + b"\r\n--x--\r\n"


def test_nginx_and_service_return_the_same_error_for_large_bodies(client, nginx, service):
    bodies = [
        client("127.0.0.2").post(url + "/ocr/image", b"x" * (LIMIT + 1), timeout=30).json()
        for url in (nginx.tls_url, service.url)
    ]
    assert bodies[0].keys() == bodies[1].keys()
    assert {name: bodies[0][name] for name in ("title", "status", "code", "error")} == {
        name: bodies[1][name] for name in ("title", "status", "code", "error")
    }


def test_chunked_body_without_length_is_limited(client, nginx):
    chunks = (b"x" * 100_000 for _ in range(LIMIT // 100_000 + 2))
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    refused = client("127.0.0.2").post(nginx.tls_url + "/ocr/image", chunks, headers=headers, timeout=30)
    assert (refused.status_code, refused.json()["code"]) == (413, "payload_too_large")


def test_client_can_wait_as_long_as_the_service_allows(client, nginx, service):
    service.stop_worker()
    try:
        started = time.monotonic()
        files = {"file": ("wait.png", picture("Nobody reads this"))}
        answer = client("127.0.0.2").post(nginx.tls_url + f"/ocr/predict?wait={WAIT}", files=files, timeout=30)
        assert (answer.status_code, answer.json()["status"]) == (202, "processing")
        assert time.monotonic() - started > WAIT
    finally:
        service.start_worker()


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_events_are_delivered_immediately(client, nginx, service, encoding):
    service.stop_worker()
    try:
        files = {"file": (f"{encoding}.png", picture(f"Followed, {encoding}"))}
        job = client("127.0.0.2").post(nginx.tls_url + "/ocr/image", files=files, timeout=30).json()["job_id"]
        headers = {"Accept-Encoding": encoding}
        url = f"{nginx.tls_url}/ocr/job/{job}/events"
        with client("127.0.0.2").get(url, headers=headers, stream=True, timeout=10) as answer:
            received = events(answer)
            assert next(received).name == "status"
            # A message that comes before the event loop has the connection is lost: no such page is in Redis.
            wait_until(lambda: held_connections(service.web.pid) == 1, 5, "the event loop")
            for page in range(1, 4):
                message = {"job": job, "event": "page", "page": page, "pages_done": page}
                service.redis.client().publish("ocr:events", json.dumps(message))
                assert next(received).data == {"page": page, "pages_done": page}
    finally:
        service.start_worker()


def test_nginx_waits_longer_than_the_service(monkeypatch):
    """Also longer than gunicorn, which aborts a request after REQUEST_TIMEOUT plus half a minute."""
    monkeypatch.setenv("REQUEST_TIMEOUT", "777")
    template = (SOURCE / "service.inc.template").read_text()
    minutes, seconds = re.search(r'proxy_read_timeout +"(\d+)m\$\{REQUEST_TIMEOUT\}(s)";', template).groups()
    monkeypatch.setattr(sys, "path", [str(REPOSITORY), *sys.path])
    gunicorn = runpy.run_path(str(REPOSITORY / "gunicorn.conf.py"))
    assert 60 * int(minutes) + 777 > gunicorn["timeout"] > 777


def test_security_headers_appear_once(client, nginx):
    answer = client("127.0.0.2").get(nginx.tls_url + "/capabilities", timeout=10)
    received = answer.raw.headers
    expected = {**HEADERS, "Strict-Transport-Security": "max-age=31536000", "Server": "nginx"}
    assert {name: received.getlist(name) for name in expected} == {name: [value] for name, value in expected.items()}
    assert len(received.getlist("X-Request-ID")) == 1


def test_json_is_compressed(client, nginx):
    session = client("127.0.0.2")
    plain = session.get(nginx.tls_url + "/openapi.json", headers={"Accept-Encoding": "identity"}, timeout=20)
    packed = session.get(nginx.tls_url + "/openapi.json", headers={"Accept-Encoding": "gzip"}, stream=True, timeout=20)
    assert (packed.headers["Content-Encoding"], packed.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert len(packed.raw.read(decode_content=False)) < len(plain.content) / 3


def test_urls_in_responses_use_the_public_address(client, nginx):
    problem = client("127.0.0.2").get(nginx.tls_url + "/nowhere", timeout=10).json()
    assert problem["type"] == nginx.tls_url + "/errors/not-found"


@pytest.mark.parametrize("entry", ["nginx", "web"])
def test_forged_address_does_not_change_the_rate_limit(client, nginx, service, entry):
    """Neither through nginx nor directly at the web server, which trusts only nginx."""
    url = nginx.tls_url if entry == "nginx" else service.url
    session = client("127.0.0.3" if entry == "nginx" else "127.0.0.4")
    remaining = []
    for forged in ("1.1.1.1", "2.2.2.2, 127.0.0.1", "127.0.0.1", ""):
        answer = session.post(url + "/ocr/image", headers={"X-Forwarded-For": forged}, timeout=10)
        assert answer.status_code == 400
        remaining.append(int(answer.headers["X-RateLimit-Remaining"]))
    assert remaining == [BUDGET - 1, BUDGET - 2, BUDGET - 3, BUDGET - 4]


def test_clients_behind_nginx_have_separate_rate_limits(client, nginx):
    def remaining(address):
        answer = client(address).post(nginx.tls_url + "/ocr/image", timeout=10)
        return int(answer.headers["X-RateLimit-Remaining"])

    assert [remaining("127.0.0.5"), remaining("127.0.0.6")] == [BUDGET - 1] * 2


def test_log_contains_the_real_client_address(client, nginx, service):
    client("127.0.0.7").get(nginx.tls_url + "/capabilities", headers={"X-Forwarded-For": "1.2.3.4"}, timeout=10)
    assert '"client": "127.0.0.7"' in service.log("web")
    assert "1.2.3.4" not in service.log("web")

"""The whole service with nginx before it, as clients meet it."""

import json
import re
import runpy
import sys
import time

import pytest
import redis
import requests
from requests.adapters import HTTPAdapter

from middleware.security_headers import HEADERS
from stress.harness import REPOSITORY, ServiceProcesses
from tests.support.drawing import picture
from tests.support.nginx import SOURCE, Nginx
from tests.support.streams import events

LIMIT = 2_000_000
WAIT = 3
BUDGET = 1000


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """The bundled model behind a web server that believes 127.0.0.1, where nginx is; clients come from elsewhere."""
    running = ServiceProcesses(
        tmp_path_factory.mktemp("service"),
        TRUSTED_PROXIES="127.0.0.1",
        MAX_CONTENT_LENGTH=LIMIT,
        REQUEST_TIMEOUT=WAIT,
        RATE_LIMIT_ENABLED="true",
        RATE_LIMIT_REQUESTS=BUDGET,
        RATE_LIMIT_WINDOW="hour",
    )
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture(scope="module")
def nginx(service, tmp_path_factory):
    settings = {"MAX_CONTENT_LENGTH": LIMIT, "REQUEST_TIMEOUT": WAIT}
    running = Nginx(tmp_path_factory.mktemp("proxy") / "nginx", service.port, tls=True, **settings)
    try:
        yield running.start()
    finally:
        running.stop()


class _From(HTTPAdapter):
    """Connections from this address of the machine's own."""

    def __init__(self, address):
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs, source_address=(self._address, 0))


@pytest.fixture
def client(nginx):
    """`client(address)`: a session of a client at 127.x.x.x that accepts nginx's certificate."""
    sessions = []

    def make(address):
        session = requests.Session()
        session.mount("http://", _From(address))
        session.mount("https://", _From(address))
        session.trust_env = False  # or the environment would name other certificates
        session.verify = str(nginx.certificate)
        sessions.append(session)
        return session

    yield make
    for session in sessions:
        session.close()


def test_a_picture_is_read_through_it(client, nginx):
    files = {"file": ("hello.png", picture("Through the proxy"))}
    answer = client("127.0.0.2").post(nginx.tls_url + "/ocr/predict?wait=3", files=files, timeout=60)
    if answer.status_code == 202:  # this machine is slow today
        url = nginx.tls_url + answer.json()["links"]["result"]
        answer = wait_for_result(client("127.0.0.2"), url)
    assert answer.json()["text"] == "Through the proxy"


def wait_for_result(session, url):
    for _ in range(20):
        answer = session.get(url, params={"wait": WAIT}, timeout=30)
        if answer.status_code != 202:
            return answer
    raise AssertionError("no result")


def test_nginx_refuses_exactly_what_the_service_would_refuse(client, nginx, service):
    def send(size, request_id):
        headers = {"Content-Type": "multipart/form-data; boundary=x", "X-Request-ID": request_id}
        return client("127.0.0.2").post(nginx.tls_url + "/ocr/image", upload(size), headers=headers, timeout=30)

    taken = send(LIMIT - 1, "as-large-as-can-be")
    assert (taken.status_code, taken.json()["code"]) == (422, "unsupported_type")
    send(LIMIT, "exactly-the-limit")
    refused = send(LIMIT + 1, "one-byte-too-many")
    assert (refused.status_code, refused.json()["code"]) == (413, "payload_too_large")
    assert refused.json()["request_id"] == "one-byte-too-many"
    assert "exactly-the-limit" in service.log("web")
    assert "one-byte-too-many" not in service.log("web")


def upload(size):
    """A body of so many bytes with a file that is no picture."""
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    return head + b"x" * (size - len(head) - 9) + b"\r\n--x--\r\n"


def test_both_refuse_a_body_in_the_same_words(client, nginx, service):
    bodies = [
        client("127.0.0.2").post(url + "/ocr/image", b"x" * (LIMIT + 1), timeout=30).json()
        for url in (nginx.tls_url, service.url)
    ]
    assert bodies[0].keys() == bodies[1].keys()
    assert {name: bodies[0][name] for name in ("title", "status", "code", "error")} == {
        name: bodies[1][name] for name in ("title", "status", "code", "error")
    }


def test_a_chunked_body_without_a_length_is_limited_too(client, nginx):
    chunks = (b"x" * 100_000 for _ in range(LIMIT // 100_000 + 2))
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    refused = client("127.0.0.2").post(nginx.tls_url + "/ocr/image", chunks, headers=headers, timeout=30)
    assert (refused.status_code, refused.json()["code"]) == (413, "payload_too_large")


def test_a_client_may_wait_as_long_as_the_service_allows(client, nginx, service):
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
def test_each_event_reaches_the_client_when_it_is_told(client, nginx, service, encoding):
    service.stop_worker()
    try:
        files = {"file": (f"{encoding}.png", picture(f"Followed, {encoding}"))}
        job = client("127.0.0.2").post(nginx.tls_url + "/ocr/image", files=files, timeout=30).json()["job_id"]
        headers = {"Accept-Encoding": encoding}
        url = f"{nginx.tls_url}/ocr/job/{job}/events"
        with client("127.0.0.2").get(url, headers=headers, stream=True, timeout=10) as answer:
            told = events(answer)
            assert next(told).name == "status"
            for page in range(1, 4):
                message = {"job": job, "event": "page", "page": page, "pages_done": page}
                redis.Redis(port=service.redis.port).publish("ocr:events", json.dumps(message))
                assert next(told).data == {"page": page, "pages_done": page}
    finally:
        service.start_worker()


def test_nginx_waits_longer_than_a_request_may_take(monkeypatch):
    """Longer than gunicorn, too, which ends a request that takes REQUEST_TIMEOUT and half a minute."""
    monkeypatch.setenv("REQUEST_TIMEOUT", "777")
    template = (SOURCE / "service.inc.template").read_text()
    minutes, seconds = re.search(r'proxy_read_timeout +"(\d+)m\$\{REQUEST_TIMEOUT\}(s)";', template).groups()
    monkeypatch.setattr(sys, "path", [str(REPOSITORY), *sys.path])
    gunicorn = runpy.run_path(str(REPOSITORY / "gunicorn.conf.py"))
    assert 60 * int(minutes) + 777 > gunicorn["timeout"] > 777


def test_an_answer_has_each_security_header_once(client, nginx):
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


def test_addresses_that_the_service_tells_are_those_of_the_proxy(client, nginx):
    problem = client("127.0.0.2").get(nginx.tls_url + "/nowhere", timeout=10).json()
    assert problem["type"] == nginx.tls_url + "/errors/not-found"


@pytest.mark.parametrize("door", ["nginx", "web"])
def test_a_forged_address_changes_nothing_about_the_rate_limit(client, nginx, service, door):
    """Neither before nginx nor before the web server itself, which believes nobody but nginx."""
    url = nginx.tls_url if door == "nginx" else service.url
    session = client("127.0.0.3" if door == "nginx" else "127.0.0.4")
    remaining = []
    for forged in ("1.1.1.1", "2.2.2.2, 127.0.0.1", "127.0.0.1", ""):
        answer = session.post(url + "/ocr/image", headers={"X-Forwarded-For": forged}, timeout=10)
        assert answer.status_code == 400
        remaining.append(int(answer.headers["X-RateLimit-Remaining"]))
    assert remaining == [BUDGET - 1, BUDGET - 2, BUDGET - 3, BUDGET - 4]


def test_clients_behind_nginx_have_budgets_of_their_own(client, nginx):
    def remaining(address):
        answer = client(address).post(nginx.tls_url + "/ocr/image", timeout=10)
        return int(answer.headers["X-RateLimit-Remaining"])

    assert [remaining("127.0.0.5"), remaining("127.0.0.6")] == [BUDGET - 1] * 2


def test_the_log_of_the_service_tells_the_real_client(client, nginx, service):
    client("127.0.0.7").get(nginx.tls_url + "/capabilities", headers={"X-Forwarded-For": "1.2.3.4"}, timeout=10)
    assert '"client": "127.0.0.7"' in service.log("web")
    assert "1.2.3.4" not in service.log("web")

"""nginx with our configuration, between test clients and test servers."""

import json
import re

import pytest
import requests

from middleware.error_catalog import CATALOG, problem_body
from middleware.security_headers import HEADERS
from stress.harness import free_port, wait_until
from tests.support.nginx import Nginx
from tests.support.upstream import Upstream, connect

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


@pytest.fixture
def upstream():
    server = Upstream()
    yield server
    server.close()


@pytest.mark.parametrize("tls", [False, True])
def test_configuration_is_valid(tmp_path, tls):
    output = Nginx(tmp_path / "nginx", 5000, tls=tls).test()
    assert "test is successful" in output
    assert "warn" not in output


@pytest.mark.parametrize("path", [b"/ocr/image", b"/tika/text", b"/images", b"/ocr-api/paddleocr/predict", b"/v1/x"])
def test_upload_is_forwarded_while_it_arrives(make_nginx, upstream, path):
    nginx = make_nginx(upstream.port)
    client = connect(nginx.port)
    client.send(b"POST " + path + b" HTTP/1.1\r\nHost: test\r\nContent-Length: 200000\r\n\r\n" + b"first")
    web = upstream.accept()
    web.read_until(b"first")
    client.send(b"x" * 199_990 + b"-last")
    web.read_until(b"-last")
    web.send(OK)
    assert b" 200 OK" in client.read_until(b"{}")


def test_chunked_upload_is_forwarded_while_it_arrives(make_nginx, upstream):
    nginx = make_nginx(upstream.port)
    client = connect(nginx.port)
    client.send(b"POST /ocr/predict HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
    web = upstream.accept()
    web.read_until(b"first")
    client.send(b"4\r\nlast\r\n0\r\n\r\n")
    web.read_until(b"last")


def test_client_address_cannot_be_forged(make_nginx, upstream):
    client = connect(make_nginx(upstream.port).port)
    client.send(b"GET / HTTP/1.1\r\nHost: test\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n\r\n")
    head = upstream.accept().read_until(b"\r\n\r\n").decode()
    assert re.findall(r"(?mi)^x-forwarded-for: (.*)\r$", head) == ["127.0.0.1"]
    assert re.findall(r"(?mi)^x-forwarded-proto: (.*)\r$", head) == ["http"]


def test_a_forged_prefix_is_removed(make_nginx, upstream):
    client = connect(make_nginx(upstream.port).port)
    client.send(b"GET / HTTP/1.1\r\nHost: test\r\nX-Forwarded-Prefix: /evil\r\n\r\n")
    assert b"prefix" not in upstream.accept().read_until(b"\r\n\r\n").lower()


def test_a_load_balancer_reports_scheme_and_path(tmp_path, upstream):
    nginx = Nginx(tmp_path / "nginx", upstream.port)
    (nginx.folder / "trusted-proxies.conf").write_text("set_real_ip_from 127.0.0.1;\n")
    try:
        client = connect(nginx.start().port)
        client.send(
            b"GET / HTTP/1.1\r\nHost: test\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n"
            b"X-Forwarded-Prefix: /ocr-service\r\n\r\n"
        )
        head = upstream.accept().read_until(b"\r\n\r\n").decode()
        assert re.findall(r"(?mi)^x-forwarded-proto: (.*)\r$", head) == ["https"]
        assert re.findall(r"(?mi)^x-forwarded-prefix: (.*)\r$", head) == ["/ocr-service"]
    finally:
        nginx.stop()


def test_configured_load_balancer_is_trusted(tmp_path, upstream):
    nginx = Nginx(tmp_path / "nginx", upstream.port)
    (nginx.folder / "trusted-proxies.conf").write_text("set_real_ip_from 127.0.0.1;\nset_real_ip_from 10.1.0.0/16;\n")
    try:
        client = connect(nginx.start().port)
        client.send(b"GET / HTTP/1.1\r\nHost: test\r\nX-Forwarded-For: 6.6.6.6, 1.2.3.4, 10.1.2.3\r\n\r\n")
        head = upstream.accept().read_until(b"\r\n\r\n").decode()
        assert re.findall(r"(?mi)^x-forwarded-for: (.*)\r$", head) == ["1.2.3.4"]
    finally:
        nginx.stop()


@pytest.mark.parametrize(("sent", "accepted"), [("my-id.1", True), ('evil"id', False), ("x" * 129, False), ("", False)])
def test_safe_request_id_is_kept_and_others_are_replaced(make_nginx, upstream, sent, accepted):
    client = connect(make_nginx(upstream.port).port)
    client.send(f"GET / HTTP/1.1\r\nHost: test\r\nX-Request-ID: {sent}\r\n\r\n".encode())
    head = upstream.accept().read_until(b"\r\n\r\n").decode()
    (found,) = re.findall(r"(?mi)^x-request-id: (.*)\r$", head)
    assert found == sent if accepted else re.fullmatch("[0-9a-f]{32}", found)


def test_unreachable_server_is_skipped(make_nginx, upstream):
    """Also for requests that create work, because nothing of them reached that server."""
    nginx = make_nginx(free_port(), upstream.port)
    for _ in range(4):
        client = connect(nginx.port)
        client.send(b"POST /ocr/image HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nwork")
        web = upstream.accept()
        web.read_until(b"work")
        web.send(OK)
        assert b" 200 OK" in client.read_until(b"{}")


def test_request_that_reached_a_server_is_not_repeated(make_nginx):
    first, second = Upstream(), Upstream()
    client = connect(make_nginx(first.port, second.port).port)
    client.send(b"POST /ocr/image HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nwork")
    web = first.accept()
    web.read_until(b"work")
    web.close()
    assert b" 503 " in client.read_until(b"\r\n\r\n")
    second._listener.settimeout(0.5)
    with pytest.raises(TimeoutError):
        second.accept()
    first.close(), second.close()


def get_problem(nginx, request):
    client = connect(nginx.port)
    client.send(request)
    head, body = client.read_all().split(b"\r\n\r\n", 1)
    status, *lines = head.decode().split("\r\n")
    return int(status.split()[1]), dict(line.split(": ", 1) for line in lines), json.loads(body)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (b"GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n", "service_unavailable"),
        (b"POST /ocr/image HTTP/1.1\r\nHost: test\r\nContent-Length: 5000\r\n\r\n", "payload_too_large"),
        (b"GET /metrics HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n", "not_found"),
        (b"GET /ocr-api/metrics HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n", "not_found"),
        (b"GET /admin/dead-letters HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n", "not_found"),
        (b"GET / HTTP/1.1\r\n\r\n", "bad_request"),
        (b"TRACE / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n", "bad_request"),
        (b"GET / HTTP/1.1\r\nHost: test\r\nX: " + b"x" * 40_000 + b"\r\n\r\n", "bad_request"),
    ],
)
def test_nginx_errors_have_the_format_of_the_service(make_nginx, request_, code):
    nginx = make_nginx(free_port(), MAX_CONTENT_LENGTH=4999)
    status, headers, problem = get_problem(nginx, request_)
    assert problem == problem_body(CATALOG[code](problem["detail"]), problem["request_id"])
    assert (status, headers["Content-Type"]) == (problem["status"], "application/problem+json")
    assert re.fullmatch("[0-9a-f]{32}", problem["request_id"]) and headers["X-Request-ID"] == problem["request_id"]
    assert ("Retry-After" in headers) == (code == "service_unavailable")
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert (headers["Server"], headers["Cache-Control"]) == ("nginx", "no-store")
    assert "Strict-Transport-Security" not in headers


def test_error_for_a_large_body_contains_the_limit(make_nginx):
    request = b"POST /ocr/image HTTP/1.1\r\nHost: test\r\nContent-Length: 5000\r\n\r\n"
    assert "4999 bytes" in get_problem(make_nginx(free_port(), MAX_CONTENT_LENGTH=4999), request)[2]["detail"]


def test_log_contains_no_probes_and_no_query_strings(make_nginx):
    nginx = make_nginx(free_port())
    for path in ("/health", "/health/ready", "/ocr/jobs?secret=1"):
        requests.get(nginx.url + path, headers={"X-Request-ID": "abc"}, timeout=10)
    wait_until(nginx.access_log, 5, "the log")
    (line,) = [json.loads(line) for line in nginx.access_log().splitlines()]
    assert (line["path"], line["status"], line["request_id"], line["client"]) == ("/ocr/jobs", 503, "abc", "127.0.0.1")


def test_tls_redirects_plain_http(make_nginx):
    nginx = make_nginx(free_port(), tls=True)
    redirect = requests.post(nginx.url + "/ocr/image?lang=en", allow_redirects=False, timeout=10)
    assert (redirect.status_code, redirect.headers["Location"]) == (308, "https://127.0.0.1/ocr/image?lang=en")
    response = requests.get(nginx.tls_url, verify=nginx.certificate, timeout=10)
    assert (response.status_code, response.headers["Strict-Transport-Security"]) == (503, "max-age=31536000")
    wrong_port = requests.get(f"http://127.0.0.1:{nginx.tls_port}/x", allow_redirects=False, timeout=10)
    assert (wrong_port.status_code, wrong_port.headers["Location"]) == (308, f"https://127.0.0.1:{nginx.tls_port}/x")


def test_acme_challenge_is_served_without_tls(make_nginx):
    nginx = make_nginx(free_port(), tls=True)
    folder = nginx.folder / ".well-known" / "acme-challenge"
    folder.mkdir(parents=True)
    (folder / "token").write_text("answer")
    assert requests.get(nginx.url + "/.well-known/acme-challenge/token", timeout=10).text == "answer"

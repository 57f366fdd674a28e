"""One download over real sockets: what may be fetched, from where, how large and for how long."""

import io
import socket
import time

import pytest

from services.errors import FetchFailed, PayloadTooLarge, UrlNotAllowed
from services.fetching.download import Downloader
from services.webhooks.guard import Guard
from services.webhooks.resolver import Resolver
from tests.support.file_server import FileServer

BODY = bytes(range(256)) * 1000
LOOPBACK = ("127.0.0.0/8",)


@pytest.fixture(scope="module")
def server():
    with FileServer() as running:
        yield running


def download(url, *, allowed=LOOPBACK, lookup=socket.getaddrinfo, limit=1 << 20, seconds=10.0):
    file = io.BytesIO()
    Downloader(Guard(allowed, Resolver(lookup=lookup)), seconds, pauses=(0.01, 0.01)).download(url, file, limit)
    return file.getvalue()


def lookup_returning(*addresses):
    """A lookup function that returns the nth address at the nth call, and from then on the last one."""
    left = list(addresses)

    def lookup(host, port, **_):
        address = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    return lookup


def test_file_is_fetched_without_credentials_and_compression(server):
    assert download(server.add("/a.bin?token=1", BODY)) == BODY
    path, headers = server.requests[-1]
    assert path == "/a.bin?token=1" and headers["Accept-Encoding"] == "identity"
    assert not {"Authorization", "Cookie", "Referer"} & headers.keys()


def test_redirects_are_followed(server):
    server.add("/target", BODY)
    server.add("/relative", status=307, headers={"Location": "target"})
    url = server.add("/absolute", status=302, headers={"Location": server.url("/relative")})
    assert download(url) == BODY


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/",
        "http://[::1]:8080/",
        "http://192.168.1.1:8080/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "http://user:password@127.0.0.1:8080/",
        "http://127.0.0.1:6/",
        "http://2852039166/",
    ],
)
def test_each_redirect_is_checked(server, location):
    url = server.add("/elsewhere", status=302, headers={"Location": location})
    with pytest.raises(UrlNotAllowed) as refused:
        download(url)
    assert "password" not in refused.value.message.replace("user name or password", "")


def test_circle_of_redirects_ends(server):
    url = server.add("/circle", status=302, headers={"Location": "/circle"})
    with pytest.raises(FetchFailed, match="5 redirects"):
        download(url)
    assert server.count("/circle") == 6


def test_private_address_is_refused_by_default(server):
    with pytest.raises(UrlNotAllowed):
        download(server.add("/private", BODY), allowed=())
    assert server.count("/private") == 0


def test_name_is_resolved_once_for_each_connection(server):
    """The address that was checked is the one that is connected to, whatever the name means a moment later."""
    url = server.add("/rebinding", BODY).replace("127.0.0.1", "rebinding.example")
    lookup = lookup_returning("127.0.0.1", "10.0.0.1")
    assert download(url, lookup=lookup) == BODY
    with pytest.raises(UrlNotAllowed):
        download(url, lookup=lookup)


@pytest.mark.parametrize("status", [204, 206, 304, 400, 401, 403, 404, 410])
def test_status_that_stays_is_not_tried_again(server, status):
    url = server.add(f"/status/{status}", status=status)
    with pytest.raises(FetchFailed, match=f"status {status}"):
        download(url)
    assert server.count(f"/status/{status}") == 1


def test_temporary_status_is_tried_again(server):
    busy = (503, {}, b"busy", 0.0)
    assert download(server.add("/busy", BODY, first=[busy, busy])) == BODY
    url = server.add("/broken", status=500)
    with pytest.raises(FetchFailed, match="status 500"):
        download(url)
    assert server.count("/broken") == 3


@pytest.mark.parametrize("headers", [{}, {"Content-Length": None}, {"Content-Length": "9" * 30}])
def test_too_large_file_is_refused(server, headers):
    assert len(download(server.add("/fits", BODY), limit=len(BODY))) == len(BODY)
    with pytest.raises((PayloadTooLarge, FetchFailed), match="too large"):
        download(server.add("/large", BODY, headers=headers), limit=len(BODY) - 1)


def test_truncated_file_is_not_taken(server):
    url = server.add("/cut", BODY, headers={"Content-Length": str(len(BODY) + 1)})
    with pytest.raises(FetchFailed, match="connection failed"):
        download(url)


def test_compressed_file_is_not_taken(server):
    with pytest.raises(FetchFailed, match="compressed"):
        download(server.add("/zip", BODY, headers={"Content-Encoding": "gzip"}))


def test_slow_server_is_left_when_the_time_is_over(server):
    url = server.add("/slow", b"x" * 100, seconds=0.4)
    started = time.monotonic()
    with pytest.raises(FetchFailed, match="too long"):
        download(url, seconds=1.0)
    assert time.monotonic() - started < 3


def test_nobody_listens(server):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(FetchFailed, match="connection failed"):
            download(f"http://127.0.0.1:{closed.getsockname()[1]}/")

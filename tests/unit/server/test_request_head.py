"""What the first bytes of a request tell before it is parsed."""

import socket

import pytest

from server.request_head import FIRST_PEEK, MAX_HEAD, RequestHead

POST = b"POST /ocr/image HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    ("received", "may_grow"),
    [
        (b"", False),
        (b"G", True),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", True),
        (b"GET / HTTP/1.1\r\n\r\n", False),
        (b"a" * MAX_HEAD, False),
    ],
)
def test_a_head_may_grow_until_its_end_or_its_limit(received, may_grow):
    assert RequestHead(received).may_grow is may_grow


@pytest.mark.parametrize(
    ("received", "awaits"),
    [
        (POST + b"Content-Length: 5\r\n\r\n", True),
        (POST + b"content-length:5\r\n\r\nabcde", False),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", True),
        (POST + b"Content-Length: 0\r\n\r\n", False),
        (b"GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\n", False),
    ],
)
def test_a_body_is_awaited_until_it_has_arrived(received, awaits):
    assert RequestHead(received).awaits_body is awaits


def test_a_long_head_is_peeked_as_a_whole_and_stays_in_the_socket():
    client, server = socket.socketpair()
    with client, server:
        sent = b"GET / HTTP/1.1\r\nCookie: " + b"a" * 2 * FIRST_PEEK + b"\r\n\r\n"
        client.sendall(sent)
        head = RequestHead.peek(server)
        assert (head.method, head.path, head.may_grow) == ("GET", "/", False)
        assert server.recv(1 << 16) == sent

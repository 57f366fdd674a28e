"""gunicorn's response, sent with as few system calls as possible."""

from types import SimpleNamespace

import pytest
from gunicorn.config import Config

from server.response import MAX_JOINED, JoinedResponse


class Socket:
    """Records what is sent at once."""

    def __init__(self):
        self.sent = []

    def sendall(self, data):
        self.sent.append(bytes(data))


def respond(chunks, headers=(), method="GET", status="200 OK"):
    """What is sent for a response with these parts."""
    sock = Socket()
    request = SimpleNamespace(version=(1, 1), method=method, should_close=lambda: False)
    response = JoinedResponse(request, sock, Config())
    response.start_response(status, list(headers))
    for chunk in chunks:
        response.write(chunk)
    response.close()
    return sock.sent


def test_head_and_body_are_sent_together():
    (sent,) = respond([b"hello"], [("Content-Length", "5")])
    head, _, body = sent.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nContent-Length: 5" in head
    assert body == b"hello"


def test_chunks_follow_the_head_and_end_with_the_last_one():
    first, second, end = respond([b"hello", b"", b"again"])
    assert b"\r\nTransfer-Encoding: chunked\r\n" in first
    assert first.endswith(b"\r\n\r\n5\r\nhello\r\n")
    assert (second, end) == (b"5\r\nagain\r\n", b"0\r\n\r\n")


def test_an_empty_chunked_body_is_sent_with_the_head():
    (sent,) = respond([])
    assert sent.endswith(b"\r\n\r\n0\r\n\r\n")


@pytest.mark.parametrize(("method", "status"), [("HEAD", "200 OK"), ("GET", "204 NO CONTENT")])
def test_a_response_without_a_body_is_its_head(method, status):
    (sent,) = respond([b""], [("Content-Length", "0")], method, status)
    assert sent.endswith(b"\r\n\r\n")
    assert b"chunked" not in sent


def test_a_large_part_is_not_copied():
    body = b"x" * (MAX_JOINED + 1)
    head, sent = respond([body], [("Content-Length", str(len(body)))])
    assert head.endswith(b"\r\n\r\n")
    assert sent == body

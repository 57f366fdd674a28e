"""gunicorn's response, sent with as few system calls as possible."""

import socket
from types import SimpleNamespace

import pytest
from gunicorn.config import Config

from server.response import MAX_JOINED, JoinedResponse
from server.slow_clients import SlowReaders


class Socket:
    """Records what is sent at once. buffer: bytes that it accepts although the client does not read."""

    def __init__(self, buffer=1 << 30):
        self.sent, self._buffer = [], buffer

    def send(self, data, flags):
        assert flags == socket.MSG_DONTWAIT
        if not self._buffer:
            raise BlockingIOError
        self.sent.append(bytes(data[: self._buffer]))
        self._buffer -= len(self.sent[-1])
        return len(self.sent[-1])

    def sendall(self, data):
        self.sent.append(bytes(data))


def respond(chunks, headers=(), method="GET", status="200 OK", sock=None):
    """What is sent for a response with these parts."""
    sock = sock or Socket()
    client = ("192.0.2.1", 1)
    request = SimpleNamespace(version=(1, 1), method=method, should_close=lambda: False, peer_addr=client)
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


@pytest.mark.parametrize("buffer", [0, 1, 50])
def test_a_client_that_does_not_read_gets_the_rest_later(buffer):
    whole = b"".join(respond([b"x" * 100], [("Content-Length", "100")]))
    sock = Socket(buffer)
    assert b"".join(respond([b"x" * 100], [("Content-Length", "100")], sock=sock)) == whole
    assert len(sock.sent) == 2 - (not buffer)


def test_too_many_clients_that_do_not_read_are_disconnected(monkeypatch):
    readers = SlowReaders((), threads=10)
    monkeypatch.setattr(JoinedResponse, "slow_readers", readers)
    with readers.place(("192.0.2.7", 1)), readers.place(("192.0.2.8", 1)):
        with pytest.raises(ConnectionResetError):
            respond([b"hello"], sock=Socket(5))
        assert respond([b"hello"]), "one that reads is served"
    assert respond([b"hello"], sock=Socket(5))

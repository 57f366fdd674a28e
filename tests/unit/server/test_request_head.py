"""What the server knows of a request before it reads it."""

import socket

import pytest

from server.request_head import RequestHead


@pytest.mark.parametrize(
    ("received", "method", "path", "complete"),
    [
        (b"GET /health/alive HTTP/1.1\r\nHost: x\r\n\r\n", "GET", "/health/alive", True),
        (b"GET /health/alive?x=/y HTTP/1.1\r\nHost: x\r\n\r\n", "GET", "/health/alive", True),
        (b"GET /health/alive HTTP/1.1\r\nHost: x\r\n", "GET", "/health/alive", False),
        (b"POST /ocr/image HTTP/1.1\r\nHost: x\r\n\r\n", "POST", "/ocr/image", False),
        (b"POST /ocr/imagery HTTP/1.1\r\n", "POST", "/ocr/imagery", False),
        (b"OPTIONS /ocr/image HTTP/1.1\r\n\r\n", "OPTIONS", "/ocr/image", False),
        (b"GET /health", "GET", "/health", False),
        (b"\x16\x03\x01\x02\x00", "", "", False),
        (b"", "", "", False),
    ],
)
def test_method_and_path_are_known_before_the_request_is_read(received, method, path, complete):
    head = RequestHead(received)
    assert (head.method, head.path, head.is_complete_get) == (method, path, complete)


def test_peeking_leaves_the_bytes_in_the_socket():
    server, client = socket.socketpair()
    with server, client:
        assert RequestHead.peek(server).path == "", "nothing has arrived, and it does not wait"
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert RequestHead.peek(server).path == "/"
        assert server.recv(100) == b"GET / HTTP/1.1\r\n\r\n"

"""gunicorn's response, sent in fewer system calls and with less work for its head."""

import socket
import time
from functools import lru_cache
from typing import Any

from gunicorn import util
from gunicorn.http import wsgi

from server.slow_clients import SlowReaders

#: Larger parts of a body are sent as they are: copying them costs more than a system call.
MAX_JOINED = 64 * 1024


class JoinedResponse(wsgi.Response):  # type: ignore[misc]  # gunicorn has no type information
    """Sends the head of a response together with the first part of its body."""

    headers_sent: bool  # set by gunicorn
    #: Of this process.
    slow_readers = SlowReaders((), 64)

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._head = b""

    def send_headers(self) -> None:
        """Prepare the head. It is sent with the first bytes after it."""
        if not self.headers_sent:
            fields = (f"{name}: {value}\r\n" for name, value in self.headers)
            self._head = "".join((*self.default_headers(), *fields, "\r\n")).encode("latin-1")
            self.headers_sent = True

    def default_headers(self) -> list[str]:
        version = ".".join(map(str, self.req.version))
        lines = [
            f"HTTP/{version} {self.status}\r\n",
            f"Server: {self.version}\r\n",
            f"Date: {_http_date(int(time.time()))}\r\n",
            f"Connection: {'close' if self.should_close() else 'keep-alive'}\r\n",
        ]
        return [*lines, "Transfer-Encoding: chunked\r\n"] if self.chunked else lines

    def close(self) -> None:
        self.send_headers()
        self._send(b"0\r\n\r\n" if self.chunked else b"")

    def can_sendfile(self) -> bool:
        return False  # it would send the body before the head

    def _emit_body(self, data: bytes) -> None:
        self._send(b"%X\r\n%s\r\n" % (len(data), data) if self.chunked else data)

    def _send(self, data: bytes) -> None:
        head, self._head = self._head, b""
        if head and len(data) > MAX_JOINED:
            self._send_all(head)
            head = b""
        if head or data:
            self._send_all(head + data)

    def _send_all(self, data: bytes) -> None:
        """Raises ConnectionResetError if the client reads slowly and too many others do."""
        try:
            sent = self.sock.send(data, socket.MSG_DONTWAIT)
        except BlockingIOError:
            sent = 0
        if sent < len(data):
            with self.slow_readers.place(self.req.peer_addr):
                self.sock.sendall(memoryview(data)[sent:])


@lru_cache(maxsize=1)
def _http_date(second: int) -> str:
    """The same for all responses of one second."""
    return str(util.http_date(second))

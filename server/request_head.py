"""The first bytes of a request, read without taking them from the socket."""

from __future__ import annotations

import socket

MAX_PEEKED = 4096
# Combined here: enum arithmetic costs as much as the system call.
_FLAGS = int(socket.MSG_PEEK | socket.MSG_DONTWAIT)


class RequestHead:
    """What is known of a request before it is parsed. Without a space in the first line there is no method or path."""

    __slots__ = ("_received", "method", "path")

    def __init__(self, received: bytes) -> None:
        self._received = received
        method, space, target = received.partition(b"\r\n")[0].partition(b" ")
        self.method = method.decode("latin-1") if space else ""
        self.path = target.partition(b" ")[0].partition(b"?")[0].decode("latin-1")

    @classmethod
    def peek(cls, sock: socket.socket) -> RequestHead:
        try:
            return cls(sock.recv(MAX_PEEKED, _FLAGS))
        except OSError:
            return cls(b"")

    @property
    def is_complete_get(self) -> bool:
        """A GET request that has arrived as a whole: reading it cannot block."""
        return self.method == "GET" and self._received.endswith(b"\r\n\r\n")

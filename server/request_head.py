"""The first bytes of a request, read without taking them from the socket."""

from __future__ import annotations

import re
import socket

#: Bytes that are looked at first. Nearly all heads are shorter.
FIRST_PEEK = 4096
#: gunicorn rejects any longer head.
MAX_HEAD = 1 << 16
#: Nothing more follows the head.
END = b"\r\n\r\n"
_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)
_FORWARDED_FOR = re.compile(rb"\r\nx-forwarded-for:([^\r\n]*)\r\n", re.IGNORECASE)
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
# Combined here: enum arithmetic costs as much as the system call.
_FLAGS = int(socket.MSG_PEEK | socket.MSG_DONTWAIT)


class RequestHead:
    """What is known of a request before it is parsed. Without a space in the first line there is no method or path."""

    __slots__ = ("method", "path", "received")

    def __init__(self, received: bytes) -> None:
        self.received = received
        method, space, target = received.partition(b"\r\n")[0].partition(b" ")
        self.method = method.decode("latin-1") if space else ""
        self.path = target.partition(b" ")[0].partition(b"?")[0].decode("latin-1")

    @classmethod
    def peek(cls, sock: socket.socket) -> RequestHead:
        """Nothing has been received if the client has gone."""
        try:
            received = sock.recv(FIRST_PEEK, _FLAGS)
            if len(received) == FIRST_PEEK and END not in received:
                received = sock.recv(MAX_HEAD, _FLAGS)
        except OSError:
            received = b""
        return cls(received)

    @property
    def may_grow(self) -> bool:
        """More of the head may follow: reading it now could block."""
        return bool(self.received) and END not in self.received and len(self.received) < MAX_HEAD

    @property
    def is_complete_get(self) -> bool:
        """A GET request that has arrived as a whole: reading it cannot block."""
        return self.method == "GET" and self.received.endswith(END)

    @property
    def forwarded_for(self) -> str:
        """The client's address as the last proxy saw it. Empty without the header X-Forwarded-For."""
        found = _FORWARDED_FOR.search(self.received.partition(END)[0] + b"\r\n")
        return found[1].rpartition(b",")[2].strip().decode("latin-1") if found else ""

    @property
    def awaits_body(self) -> bool:
        """Whether a part of the body has not arrived yet: reading it may block."""
        if self.method not in _WITH_BODY:
            return False
        head, _, body = self.received.partition(END)
        length = _CONTENT_LENGTH.search(head + b"\r\n")
        return length is None or int(length[1]) > len(body)

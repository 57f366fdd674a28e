"""Writes to a client that may be slow, without ever blocking."""

import select
import socket
from contextlib import suppress

from server.connections import EventStream

#: A client that leaves more bytes than this unread is disconnected. It learns the job's status when it reconnects.
MAX_UNSENT = 64 * 1024
#: The client closed its connection, or its sending half of it.
CLOSED = select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR
LAST_CHUNK = b"0\r\n\r\n"


class StreamWriter:
    """The sending half of a stream. Each method returns whether the connection stays open."""

    def __init__(self, stream: EventStream, epoll: select.epoll) -> None:
        self._stream = stream
        self._epoll = epoll

    def send(self, data: bytes) -> bool:
        stream = self._stream
        if stream.chunked:
            data = b"%x\r\n%s\r\n" % (len(data), data)
        stream.unsent += data
        return self.flush()

    def end(self) -> bool:
        """Close the connection once everything is sent."""
        self._stream.ended = True
        if self._stream.chunked:
            self._stream.unsent += LAST_CHUNK
        return self.flush()

    def flush(self) -> bool:
        stream = self._stream
        try:
            del stream.unsent[: stream.conn.sock.send(stream.unsent)]
        except BlockingIOError:
            pass
        except OSError:
            return False
        if len(stream.unsent) > MAX_UNSENT:
            return False
        self._epoll.modify(stream.fd, CLOSED | select.EPOLLOUT if stream.unsent else CLOSED)
        return bool(stream.unsent) or not stream.ended


def end_unheld(stream: EventStream) -> None:
    """End a stream that the event loop does not hold. Its first event has been sent, and nothing else."""
    if stream.chunked:
        with suppress(OSError):  # the client has gone
            stream.conn.sock.send(LAST_CHUNK, socket.MSG_DONTWAIT)

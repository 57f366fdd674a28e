"""Writing to a client that may be slow, without ever waiting for it."""

from __future__ import annotations

import select

from server.connections import Stream

#: A client that leaves so much of what it is told unread is dropped: it finds out how the job stands when it is back.
MOST_UNSENT = 64 * 1024
GONE = select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR
LAST_CHUNK = b"0\r\n\r\n"


class StreamWriter:
    """The sending half of a stream. Its methods answer whether the connection goes on."""

    def __init__(self, stream: Stream, epoll: select.epoll) -> None:
        self._stream = stream
        self._epoll = epoll

    def send(self, data: bytes) -> bool:
        stream = self._stream
        if stream.chunked:
            data = b"%x\r\n%s\r\n" % (len(data), data)
        stream.unsent += data
        return self.flush()

    def end(self) -> bool:
        """Nothing comes after what was sent: the connection goes on only until it is out."""
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
        if len(stream.unsent) > MOST_UNSENT:
            return False
        self._epoll.modify(stream.fd, GONE | select.EPOLLOUT if stream.unsent else GONE)
        return bool(stream.unsent) or not stream.ended

"""A client connection, and how a detached request is returned to its parser."""

from collections.abc import Iterator
from typing import Any

from gunicorn.workers.gthread import TConn

from server.hooks import Slot
from server.slow_clients import TimedUnreader


class Connection(TConn):  # type: ignore[misc]  # gunicorn has no type information
    """A client connection and what is known about its current request."""

    #: The request is answered by the threads for fast paths.
    fast = False
    #: The request creates work.
    creates = False
    #: Its slot in the job queue, if it creates work.
    slot: Slot | None = None
    #: It is counted among the requests that create work.
    counted = False
    #: The address whose share of threads it uses (see `slow_clients.py`). Empty: none.
    shares = ""

    @property
    def buffered(self) -> bytes:
        """Bytes of the next request that were read with the last one."""
        unreader = getattr(self.parser, "unreader", None)
        return unreader.buf.getvalue() if unreader else b""

    def init(self) -> None:
        super().init()
        unreader = getattr(self.parser, "unreader", None)
        if isinstance(unreader, TimedUnreader):
            unreader.start()
        elif unreader:  # a request that was detached comes from `replay`, which has none
            self.parser.unreader = TimedUnreader(self.sock)


def replay(request: Any, conn: Connection, parser: Any) -> Iterator[Any]:
    """Replaces the parser of a connection: puts that one back and returns the detached request again."""
    conn.parser = parser
    yield request

"""Limits for clients that send slowly, so that they cannot keep the threads of a process from everyone else.

- A head that has not arrived as a whole needs no thread: the poller watches it, for HEAD_SECONDS.
- A body must arrive at MIN_BODY_RATE on average.
- Of the bodies that are arriving, those from one address get MAX_BODIES_PER_ADDRESS threads. Further ones wait for one
  of these threads.
"""

import ipaddress
import socket
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from typing import Any

from gunicorn.http.unreader import SocketUnreader

from server.request_head import RequestHead

#: Seconds in which the head of a request must have arrived.
HEAD_SECONDS = 10.0
#: Bytes per second, after the first BODY_GRACE_SECONDS.
MIN_BODY_RATE = 2000
BODY_GRACE_SECONDS = 10.0
#: Threads of a process for bodies from one address that have not arrived yet.
MAX_BODIES_PER_ADDRESS = 16


class UnfinishedHeads:
    """Connections of which a part of the head has arrived, in the order in which their time ends."""

    def __init__(self) -> None:
        self._deadlines: dict[Any, float] = {}

    def wait_for_more(self, conn: Any, received: int) -> None:
        """Let the poller report the connection when it has more than these bytes."""
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, received + 1)
        self._deadlines.setdefault(conn, time.monotonic() + HEAD_SECONDS)

    def finish(self, conn: Any) -> None:
        """The head is complete, or the client has gone."""
        if self._deadlines.pop(conn, None) is not None:
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)

    def expired(self) -> Iterator[Any]:
        """Remove the connections whose time is over."""
        now = time.monotonic()
        while self._deadlines:
            conn, deadline = next(iter(self._deadlines.items()))
            if deadline > now:
                return
            del self._deadlines[conn]
            yield conn


class TimedUnreader(SocketUnreader):  # type: ignore[misc]  # gunicorn has no type information
    """Reads a request from its socket and gives up on a client that sends too slowly."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self.start()

    def start(self) -> None:
        """A request begins."""
        self._started, self._received = time.monotonic(), 0

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Raises TimeoutError."""
        data: bytes = super().chunk(size_hint)
        self._received += len(data)
        if time.monotonic() - self._started > BODY_GRACE_SECONDS + self._received / MIN_BODY_RATE:
            raise TimeoutError("the body arrives too slowly")
        return data


class AddressShares:
    """Hands connections with an unfinished body to `submit`, a limited number of each address at a time."""

    def __init__(self, submit: Callable[[Any], object], proxies: Collection[str]) -> None:
        """proxies: networks whose addresses stand for many clients; they name the client's address in a header."""
        self._submit = submit
        self._busy: dict[str, int] = {}
        self._waiting: dict[str, deque[Any]] = {}
        networks = [ipaddress.ip_network(network) for network in proxies]
        self._is_proxy = lru_cache(1000)(lambda text: _is_in(text, networks))

    def add(self, conn: Any, head: RequestHead) -> None:
        address = _address_of(conn)
        if address and self._is_proxy(address):
            address = head.forwarded_for
        if not address:
            self._submit(conn)
            return
        conn.shares = address
        if self._busy.get(address, 0) >= MAX_BODIES_PER_ADDRESS:
            self._waiting.setdefault(address, deque()).append(conn)
        else:
            self._busy[address] = self._busy.get(address, 0) + 1
            self._submit(conn)

    def release(self, conn: Any) -> None:
        """A connection has been served: the next one of its address takes its place."""
        address, conn.shares = conn.shares, ""
        if not address:
            return
        if waiting := self._waiting.get(address):
            self._submit(waiting.popleft())
            if not waiting:
                del self._waiting[address]
        elif self._busy[address] == 1:
            del self._busy[address]
        else:
            self._busy[address] -= 1


def _address_of(conn: Any) -> str:
    """Empty for a Unix socket."""
    return conn.client[0] if isinstance(conn.client, tuple) else ""


def _is_in(text: str, networks: Collection[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None) or address
    return any(mapped in network for network in networks)

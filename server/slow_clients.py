"""Limits for clients that send slowly, so that they cannot keep the threads of a process from everyone else.

- A head that has not arrived as a whole needs no thread: the poller watches it, for HEAD_SECONDS.
- A body must arrive at MIN_BODY_RATE on average.
- Of the bodies that are arriving, those from one address get MAX_BODIES_PER_ADDRESS threads, and all together
  BODY_SHARE of the threads. Further ones wait for one of these. The address with the fewest comes next. An address
  that has none may use the other threads, too, up to NEWCOMER_SHARE.
- Of the clients that do not read their response, those from one address get MAX_READERS_PER_ADDRESS threads, and all
  together READER_SHARE of the threads. Further ones are disconnected.
"""

import errno
import ipaddress
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
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
#: Share of the threads of a process for bodies that have not arrived yet.
BODY_SHARE, NEWCOMER_SHARE = 0.6, 0.75
#: Threads of a process that wait for clients from one address to read, and the share of its threads for all of them.
MAX_READERS_PER_ADDRESS = 8
READER_SHARE = 0.2


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

    def __iter__(self) -> Iterator[Any]:
        """All connections, the oldest first."""
        return iter(self._deadlines)

    def forget(self, conn: Any) -> bool:
        """False if it is not among these connections."""
        return self._deadlines.pop(conn, None) is not None

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
    """Hands connections with an unfinished body to `submit`, a limited number of each address and of all at a time."""

    def __init__(self, submit: Callable[[Any], object], proxies: Collection[str], threads: int) -> None:
        """proxies: networks whose addresses stand for many clients; they name the client's address in a header."""
        self._submit = submit
        self._limit, self._newcomer_limit = (max(1, int(threads * share)) for share in (BODY_SHARE, NEWCOMER_SHARE))
        self._total = 0
        self._busy: dict[str, int] = {}
        self._waiting: dict[str, deque[Any]] = {}
        self._is_proxy = _proxy_test(proxies)

    def add(self, conn: Any, head: RequestHead) -> None:
        address = address_of(conn)
        if address and self._is_proxy(address):
            address = head.forwarded_for
        if not address:
            self._submit(conn)
            return
        conn.shares = address
        self._waiting.setdefault(address, deque()).append(conn)
        self._submit_next()

    def release(self, conn: Any) -> None:
        """A connection has been served: another one takes its place."""
        address, conn.shares = conn.shares, ""
        if not address:
            return
        self._total -= 1
        self._busy[address] -= 1
        if not self._busy[address]:
            del self._busy[address]
        self._submit_next()

    def waiting(self) -> Iterator[Any]:
        """The connections that wait, the oldest of each address first."""
        for conns in self._waiting.values():
            yield from conns

    def forget(self, conn: Any) -> bool:
        """False if it does not wait."""
        conns = self._waiting.get(conn.shares)
        if not conns or conn not in conns:
            return False
        conns.remove(conn)
        if not conns:
            del self._waiting[conn.shares]
        return True

    def _submit_next(self) -> None:
        if not self._waiting:
            return
        address = min(self._waiting, key=self._busy_of)
        busy = self._busy_of(address)
        if busy >= MAX_BODIES_PER_ADDRESS or self._total >= (self._limit if busy else self._newcomer_limit):
            return
        conn = self._waiting[address].popleft()
        if not self._waiting[address]:
            del self._waiting[address]
        self._busy[address] = self._busy_of(address) + 1
        self._total += 1
        self._submit(conn)

    def _busy_of(self, address: str) -> int:
        return self._busy.get(address, 0)


class SlowReaders:
    """Threads that wait for a client to read: a limited number for each address, and for all. Thread-safe."""

    def __init__(self, proxies: Collection[str], threads: int) -> None:
        """proxies: networks whose addresses stand for many clients. They are not limited."""
        self._limit, self._total = max(1, int(threads * READER_SHARE)), 0
        self._readers: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._is_proxy = _proxy_test(proxies)

    @contextmanager
    def place(self, client: object) -> Iterator[None]:
        """Around a wait for this client (a socket's address). Raises ConnectionResetError if there is no place."""
        address = client[0] if isinstance(client, tuple) else ""
        if not address or self._is_proxy(address):
            yield
            return
        with self._lock:
            if self._total >= self._limit or self._readers[address] >= MAX_READERS_PER_ADDRESS:
                raise ConnectionResetError(errno.ECONNRESET, "too many clients read slowly")
            self._total += 1
            self._readers[address] += 1
        try:
            yield
        finally:
            with self._lock:
                self._total -= 1
                self._readers[address] -= 1
                if not self._readers[address]:
                    del self._readers[address]


def _proxy_test(proxies: Collection[str]) -> Callable[[str], bool]:
    networks = [ipaddress.ip_network(network) for network in proxies]
    return lru_cache(1000)(lambda text: _is_in(text, networks))


def address_of(conn: Any) -> str:
    """Empty for a Unix socket."""
    return conn.client[0] if isinstance(conn.client, tuple) else ""


def _is_in(text: str, networks: Collection[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None) or address
    return any(mapped in network for network in networks)

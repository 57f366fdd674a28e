"""Connections that send or receive next to nothing, all in one thread."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from stress.report import Report
from utils.process import raise_open_files

#: Seconds between two bytes of a connection, and those that a connection waits for the kernel to take it.
TURN_SECONDS, CONNECT_SECONDS = 3.0, 0.05
#: Open files of the attack besides these connections.
OTHER_FILES = 500


@dataclass(frozen=True, slots=True)
class Slowness:
    """`connections` of each address send `begin`, then `rest` every TURN_SECONDS.

    reads: whether they read what comes. Without that, the server cannot send a long response.
    """

    name: str
    addresses: Sequence[str]
    connections: int
    begin: bytes = b""
    rest: bytes = b"x"
    reads: bool = True


def addresses(network: int, count: int) -> list[str]:
    """Addresses of the loopback network."""
    return [f"127.0.{network}.{number}" for number in range(1, count + 1)]


_HEAD = b"POST /ocr/image HTTP/1.1\r\nHost: attack\r\nContent-Type: multipart/form-data; boundary=x\r\n"
_GET = b"GET /openapi.json HTTP/1.1\r\nHost: attack\r\n\r\n"
#: As many as block a service with 128 threads, and more than it may have open files.
SLOWNESS = (
    Slowness("slow heads", addresses(11, 1), 300, begin=_HEAD + b"X-Slow: "),
    Slowness("slow bodies", addresses(12, 10), 20, begin=_HEAD + b"Content-Length: 40000000\r\n\r\n--x\r\n"),
    Slowness("slow readers", addresses(13, 1), 100, begin=_GET * 20, reads=False),
    Slowness("idle connections", addresses(14, 1), 2500, rest=b""),
)


class SlowClients:
    """A context manager. A connection that the server closes is opened again at the next turn."""

    def __init__(self, port: int, kinds: Sequence[Slowness] = SLOWNESS) -> None:
        self._port, self._kinds = port, kinds
        self._opened: Counter[str] = Counter()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="slow clients", daemon=True)

    def __enter__(self) -> Self:
        raise_open_files(sum(kind.connections * len(kind.addresses) for kind in self._kinds) + OTHER_FILES)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def report(self, report: Report) -> None:
        for kind in self._kinds:
            wanted, sources = kind.connections * len(kind.addresses), len(kind.addresses)
            report.figure(kind.name, f"{wanted} from {sources} addresses, opened {self._opened[kind.name]} times")

    def _run(self) -> None:
        clients = [_Client(kind, address) for kind in self._kinds for address in _each_connection(kind)]
        while not self._ended.is_set():
            started = time.monotonic()
            for index, client in enumerate(clients):
                self._opened[client.kind.name] += client.turn(self._port)
                self._ended.wait(max(0.0, started + TURN_SECONDS * index / len(clients) - time.monotonic()))
                if self._ended.is_set():
                    break
        for client in clients:
            client.close()


def _each_connection(kind: Slowness) -> Iterator[str]:
    for address in kind.addresses:
        yield from [address] * kind.connections


class _Client:
    """One connection."""

    def __init__(self, kind: Slowness, address: str) -> None:
        self.kind, self._address = kind, address
        self._socket: socket.socket | None = None

    def turn(self, port: int) -> bool:
        """Connect, or send a byte. Returns whether it was connected in this turn."""
        try:
            if self._socket is None:
                self._connect(port)
                return True
            if self.kind.reads and self._socket.recv(1 << 16) == b"":
                self.close()
        except BlockingIOError:
            self._send_byte()
        except OSError:
            self.close()
        return False

    def close(self) -> None:
        if self._socket:
            self._socket.close()
            self._socket = None

    def _send_byte(self) -> None:
        try:
            if self._socket:
                self._socket.send(self.kind.rest)
        except BlockingIOError:  # the server does not read
            pass
        except OSError:
            self.close()

    def _connect(self, port: int) -> None:
        self._socket = socket.socket()
        if not self.kind.reads:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self._socket.bind((self._address, 0))
        self._socket.settimeout(CONNECT_SECONDS)
        self._socket.connect(("127.0.0.1", port))
        self._socket.setblocking(False)
        if self.kind.begin:
            self._socket.send(self.kind.begin)

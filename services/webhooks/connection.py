"""The connection of one call: only to addresses that the guard permits, and closed when the time is up."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import Url

from services.webhooks.guard import Guard, NotAllowed, port_of
from services.webhooks.resolver import Address

CONNECT_SECONDS = 3.0


class TimedConnection:
    """Context manager around one call. After `call_seconds` it closes the connection, whatever the call waits for.

    The time-out of a socket starts again with each byte: a receiver that sends a byte now and then could keep the
    connection open forever.
    """

    def __init__(self, guard: Guard, call_seconds: float) -> None:
        self._guard = guard
        self._call_seconds = call_seconds
        self._timer = threading.Timer(call_seconds, self._on_timeout)
        self._timer.daemon = True
        self._lock = threading.Lock()
        #: A duplicate of the socket, because TLS takes over the original.
        self._duplicate: socket.socket | None = None
        self.timed_out = False

    def __enter__(self) -> TimedConnection:
        self._timer.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._timer.cancel()
        with self._lock:
            self._shut_down()

    def _on_timeout(self) -> None:
        with self._lock:
            self.timed_out = True
            self._shut_down()

    def _shut_down(self) -> None:
        """Shut down and not just close: a process forked meanwhile has the socket open, too."""
        if self._duplicate:
            with suppress(OSError):  # the receiver may have closed it already
                self._duplicate.shutdown(socket.SHUT_RDWR)
            self._duplicate.close()
            self._duplicate = None

    def open(self, host: str, port: int) -> socket.socket:
        """Connect to the first address that answers. Raises OSError, NotAllowed, NoSuchName or NoAnswer."""
        endpoints = self._guard.resolve(host, port)
        deadline = time.monotonic() + CONNECT_SECONDS
        last_error: OSError = TimeoutError()
        for tried, (family, address) in enumerate(endpoints):
            seconds = max(0.1, deadline - time.monotonic()) / (len(endpoints) - tried)
            try:
                return self._connect(family, address, seconds)
            except OSError as error:
                last_error = error
        raise last_error

    def _connect(self, family: int, address: Address, seconds: float) -> socket.socket:
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(seconds)
            connection.connect(address)
            if not self._guard.permits(connection.getpeername()[0]):
                raise NotAllowed("the peer is not public")
            with self._lock:
                if self.timed_out:
                    raise TimeoutError()
                self._duplicate = connection.dup()
        except BaseException:
            connection.close()
            raise
        connection.settimeout(self._call_seconds)
        return connection


class _Connection(HTTPConnection):
    """A urllib3 connection whose socket comes from `open_socket` (host, port). The pools pass that argument on."""

    def __init__(self, *args: Any, open_socket: Callable[[str, int], socket.socket], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._open_socket = open_socket

    def _new_conn(self) -> socket.socket:
        return self._open_socket(self.host, self.port)


class _TLSConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


def open_pool(url: Url, connection: TimedConnection, seconds: float, tls: ssl.SSLContext) -> HTTPConnectionPool:
    """A pool of urllib3 for one call. seconds: for each part of the response."""
    host, port = url.host or "", port_of(url)
    timeout = Timeout(connect=CONNECT_SECONDS, read=seconds)
    if url.scheme == "https":
        return _TLSPool(host, port, timeout, retries=False, ssl_context=tls, open_socket=connection.open)
    return _Pool(host, port, timeout, retries=False, open_socket=connection.open)

"""How connections arrive: accepted and watched by the poller until the head of a request is there as a whole.

gunicorn would give each new connection a thread, to wait there for the first bytes.
"""

import errno
import heapq
import selectors
import socket
import struct
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Collection, Iterable
from contextlib import suppress
from functools import partial
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from server.connection import Connection
from server.process_counts import ProcessCounts
from server.request_head import RequestHead
from server.slow_clients import UnfinishedHeads, address_of

#: Errors of `accept` that pass when other connections end, and the time until the next attempt.
OUT_OF_RESOURCES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
ACCEPT_PAUSE_SECONDS = 0.5
#: Connections that are accepted between two looks at those that are there.
ACCEPTS_AT_ONCE = 32
#: Above this share of the connections that a process may have, idle ones are closed until it has the lower share.
CROWDED, ROOMY = 0.75, 0.5
#: Seconds for which a connection must have been kept alive. Before that, a thread may still be passing it on.
RESTING_SECONDS = 1.0
#: Connections of an address that are never closed for others.
FEW = 8


class ArrivalWorker(ThreadWorker, ABC):  # type: ignore[misc]  # gunicorn has no type information
    """Accepts connections. A subclass serves their requests."""

    #: Seconds that a client may send nothing in the middle of a request, or accept nothing of a response. Without a
    #: limit, silent clients would occupy all threads.
    client_timeout = 15
    #: Networks of the proxies in front of this server.
    proxies: Collection[str] = ()
    #: Connections of each process. Shared by all processes.
    connection_counts = ProcessCounts(1)
    #: This process's place in the counts.
    index = 0
    _notified_at = 0.0
    _accept_from = 0.0

    def init_process(self) -> None:
        self._heads = UnfinishedHeads()
        super().init_process()

    @property
    @abstractmethod
    def connection_count(self) -> int:
        """The open connections of this process."""

    @abstractmethod
    def unfinished_bodies(self) -> Iterable[Connection]:
        """The connections that wait for a thread to read their body, the oldest of each address first."""

    @abstractmethod
    def forget_body(self, conn: Connection) -> bool:
        """False if it is not among these connections."""

    @abstractmethod
    def dispatch(self, conn: Connection, head: RequestHead) -> None:
        """Serve the request of a connection whose head is complete."""

    @abstractmethod
    def write_problem(self, sock: socket.socket, status: int, reason: str, message: str) -> None:
        """Answer a request that never reaches the application. Raises OSError."""

    def notify(self) -> None:
        """Called after each wait of the poller. The master needs a sign of life once per second."""
        now = time.monotonic()
        if now - self._notified_at >= 1:
            self._notified_at = now
            super().notify()
        self._share_connection_count()

    def _share_connection_count(self) -> None:
        self.connection_counts.set(self.index, self.connection_count)

    def accept(self, listener: socket.socket) -> None:
        """Leave new connections to the poller. Several at once: one per round let a queue of hundreds grow."""
        for _ in range(ACCEPTS_AT_ONCE):
            if self.nr_conns >= self.worker_connections or not self._accept_one(listener):
                return

    def _accept_one(self, listener: socket.socket) -> bool:
        """Whether there was a connection, and more may follow."""
        if self.alive and self.connection_counts.lets_others_first(self.index, self.connection_count):
            return False
        try:
            sock, client = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return False
        except OSError as error:
            if error.errno not in OUT_OF_RESOURCES:
                raise
            # The connection stays in the kernel's queue. Others will end and free resources.
            self.log.warning("cannot accept connections: %s", error.strerror)
            self._accept_from = time.monotonic() + ACCEPT_PAUSE_SECONDS
            if self.alive:  # a process that stops accepts what has arrived, and does not wait
                self.set_accept_enabled(False)
            return False
        self.nr_conns += 1
        self._share_connection_count()
        # The kernel's time limits: gunicorn resets those of Python.
        limit = struct.pack("ll", self.client_timeout, 0)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        conn = Connection(self.cfg, sock, client, listener.getsockname())
        conn.set_timeout()
        self.pending_conns.append(conn)
        self.poller.register(sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))
        return True

    def _make_room(self) -> None:
        """Close connections that nothing is done for, the oldest ones of the addresses that have the most of them.

        So one client cannot keep the connections of a process from all others. Addresses with FEW keep them.
        """
        idle: dict[str, deque[Any]] = {}
        resting = time.monotonic() + self.cfg.keepalive - RESTING_SECONDS
        kept = [conn for conn in list(self.keepalived_conns) if conn.timeout < resting]
        for conn in (*self.unfinished_bodies(), *self.pending_conns, *self._heads, *kept):
            idle.setdefault(conn.shares or address_of(conn), deque()).append(conn)
        most = [(FEW - len(conns), address) for address, conns in idle.items() if len(conns) > FEW]
        heapq.heapify(most)
        for _ in range(int(self.nr_conns - ROOMY * self.worker_connections)):
            if not most:
                return
            count, address = heapq.heappop(most)
            self._close_idle(idle[address].popleft())
            if count < -1:
                heapq.heappush(most, (count + 1, address))

    def _close_idle(self, conn: Connection) -> None:
        if not self.forget_body(conn) and not self._heads.forget(conn):
            queue = self.pending_conns if conn in self.pending_conns else self.keepalived_conns
            try:
                queue.remove(conn)
            except ValueError:  # a thread serves it now
                return
        with suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    def set_accept_enabled(self, enabled: bool) -> None:
        if not (enabled and time.monotonic() < self._accept_from):
            super().set_accept_enabled(enabled)

    def enqueue_req(self, conn: Connection) -> None:
        buffered = conn.buffered
        head = RequestHead(buffered) if buffered else RequestHead.peek(conn.sock)
        if head.may_grow and not buffered:
            self._heads.wait_for_more(conn, len(head.received))
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_more_of_head, conn))
        else:
            self._heads.finish(conn)
            self.dispatch(conn, head)

    def _on_more_of_head(self, conn: Connection, sock: socket.socket) -> None:
        self.poller.unregister(sock)
        self.enqueue_req(conn)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        super().wait_for_and_dispatch_events(timeout)
        for conn in self._heads.expired():
            self.poller.unregister(conn.sock)
            with suppress(OSError):  # the client has gone
                self.write_problem(conn.sock, 408, "Request Timeout", "The head of the request did not arrive in time.")
            self.nr_conns -= 1
            conn.close()
        if self.nr_conns > CROWDED * self.worker_connections:
            self._make_room()  # only here: a connection must not be closed while the poller reports it

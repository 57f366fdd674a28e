"""gunicorn's threaded worker, extended: requests that wait for a job need no thread, and probes never queue.

A connection belongs to the poller while it is idle, to a thread of a pool while a request is processed, and to the
connection loop (`event_loop.py`) while the request waits for a job.
"""

import gc
import selectors
import socket
import sys
import threading
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial
from typing import Any

from gunicorn import util
from gunicorn.http import wsgi
from structlog.contextvars import bound_contextvars, get_contextvars

from server.arrivals import ArrivalWorker
from server.client_gone import is_gone
from server.connection import Connection, replay
from server.connections import Detach, HeldConnection, WaitingRequest, stream_events, wait_for_jobs
from server.event_loop import ConnectionLoop
from server.hooks import EXTENSION, ServerHooks
from server.process_counts import ProcessCounts
from server.request_head import RequestHead
from server.response import JoinedResponse
from server.slow_clients import AddressShares, SlowReaders
from server.stream_writer import end_unheld
from server.thread_pool import STUCK_SECONDS, ElasticThreadPool
from utils import environ_keys
from utils.process import raise_open_files

#: Bytes of a rejected body that are read and discarded before the connection is closed.
MAX_DISCARDED = 1 << 30
#: Connections of one process that may wait at a time, if it may have that many open files.
MAX_HELD = 10_000
#: Open files of a process that are no connections of clients: Redis, uploads, logs.
OTHER_FILES = 300
#: Connections of one process that are served or idle at a time, however few open files it may have.
MIN_CONNECTIONS = 100
#: Threads of each pool while work makes progress.
MIN_THREADS = 2
#: Threads for requests to fast paths.
FAST_THREADS = 2
#: New objects after which Python looks for cycles, instead of 700. Requests leave few cycles behind.
GC_THRESHOLD = 10_000
#: A held client that disappeared without closing its connection is found after this many milliseconds.
SILENT_MS = 60_000
#: Bytes of an event stream that the kernel buffers for a slow client.
STREAM_BUFFER = 32 * 1024


class ServiceWorker(ArrivalWorker):
    """One process of the web server."""

    #: The application. gunicorn replaces it with `_serve`.
    wsgi: Any
    #: Seconds after which Python switches threads, a tenth of its default: beside dozens of busy threads the poller and
    #: the probes would wait for their turn longer than they work.
    switch_interval = 0.0005

    #: Requests of each process that create work. Shared by all processes.
    creating_counts = ProcessCounts(1)

    def init_process(self) -> None:
        util.write_error = self.write_problem
        # Settings do not change any more. As attributes they need no function call, 20 times per request.
        self.cfg.__dict__.update({name: setting.get() for name, setting in self.cfg.settings.items()})
        wsgi.Response = JoinedResponse
        JoinedResponse.slow_readers = SlowReaders(self.proxies, self.cfg.threads)
        sys.setswitchinterval(self.switch_interval)
        wanted = self.cfg.worker_connections
        files = raise_open_files(MAX_HELD + wanted + OTHER_FILES) - OTHER_FILES
        self.worker_connections = min(wanted, max(MIN_CONNECTIONS, files // 2))
        self.max_keepalived = self.worker_connections
        self._max_held = min(MAX_HELD, max(0, files - self.worker_connections))
        self._fast_pool = ElasticThreadPool(FAST_THREADS, FAST_THREADS, "fast")
        self._rejection_pool = ElasticThreadPool(MIN_THREADS, self.cfg.threads, "rejection")
        self._creating = 0
        self._is_closed = False
        #: What `handle_request` passes to `_serve` through gunicorn.
        self._current = threading.local()
        super().init_process()

    def get_thread_pool(self) -> ElasticThreadPool:
        return ElasticThreadPool(MIN_THREADS, self.cfg.threads, "request")

    def load_wsgi(self) -> None:
        super().load_wsgi()
        self._application, self.wsgi = self.wsgi, self._serve
        self._hooks: ServerHooks = self._application.extensions[EXTENSION]
        self._hooks.on_start()
        self._loop = ConnectionLoop(partial(self.method_queue.defer, self._resume), self._hooks.watch_jobs)
        self._loop.start()
        self._shares = AddressShares(self._begin, self.proxies, self.cfg.threads)
        # The application lives as long as the process: exempt it from garbage collection, which took 4% of the time.
        gc.collect()
        gc.freeze()
        gc.set_threshold(GC_THRESHOLD)

    # In the poller's thread: connections arrive, become readable, and go to a pool.

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        pools = (self.tpool, self._rejection_pool)
        busy = any(pool.has_queued_work for pool in pools)
        super().wait_for_and_dispatch_events(min(timeout, STUCK_SECONDS) if busy else timeout)
        for pool in pools:
            pool.grow_if_stuck()

    def dispatch(self, conn: Connection, head: RequestHead) -> None:
        conn.fast = head.path in self._hooks.fast_paths and head.is_complete_get
        conn.creates = head.method == "POST" and head.path in self._hooks.creating_paths
        conn.slot = None
        if conn.fast:
            self._fast_pool.submit(self._process, conn)
        elif head.awaits_body:
            self._shares.add(conn, head)
        else:
            self._begin(conn)

    def _begin(self, conn: Connection) -> None:
        """Give the connection a thread. Before that it has no slot: slow bodies that wait must not fill the queue."""
        pool = self.tpool
        if conn.creates:
            conn.slot = self._hooks.slot(self.creating_counts.total())
            if conn.slot.full:
                pool = self._rejection_pool  # a rejection must not queue behind accepted uploads
            else:
                conn.counted = True
                self._count_creating(1)
        pool.submit(self._process, conn)

    def unfinished_bodies(self) -> Iterable[Connection]:
        return self._shares.waiting()

    def forget_body(self, conn: Connection) -> bool:
        return self._shares.forget(conn)

    @property
    def connection_count(self) -> int:
        return int(self.nr_conns) + self._loop.count

    def _count_creating(self, change: int) -> None:
        self._creating += change
        self.creating_counts.set(self.index, self._creating)

    def finish_request(self, conn: Connection, result: Any) -> None:
        self._shares.release(conn)
        if conn.counted:
            conn.counted = False
            self._count_creating(-1)
        if not isinstance(result, HeldConnection):
            future: Future[Any] = Future()
            future.set_result(result)
            super().finish_request(conn, future)
        elif self.alive:
            self.nr_conns -= 1  # the loop counts its own
            self._loop.hold(result)
        elif isinstance(result, WaitingRequest):
            self.tpool.submit(self._process, conn)
        else:
            end_unheld(result)
            self.nr_conns -= 1
            conn.close()

    def _resume(self, request: WaitingRequest) -> None:
        self.nr_conns += 1
        self.tpool.submit(self._process, request.conn)

    def set_accept_enabled(self, enabled: bool) -> None:
        """On shutdown, close the listening sockets, but serve all connections that have arrived.

        gunicorn keeps the sockets open until its last response is sent, and then drops the clients that connected
        meanwhile. With a closed socket, a proxy tries the next server at once. Requests that wait for a job get its
        current status, and their clients ask again elsewhere.
        """
        super().set_accept_enabled(enabled and self.alive)
        if self.alive or self._is_closed:
            return
        self._is_closed = True
        for listener in self.sockets:
            count = -1
            while count != self.nr_conns:
                count = self.nr_conns
                self.accept(listener)
            listener.close()
        self._hooks.on_stop()
        for request in self._loop.close():
            self._resume(request)

    # In threads of a pool: requests are read, and answered or detached.

    def _process(self, conn: Connection) -> None:
        """Handle a request, and let the poller watch a kept-alive connection again. gunicorn does the latter in the
        poller's thread: to wake that up takes 8% of the time of a short request.
        """
        try:
            result = self.handle(conn)
            unshared = not conn.counted and not conn.shares
            if result is True and unshared and self.alive and not conn.parser.unreader.buf.getvalue():
                conn.sock.setblocking(False)
                conn.set_timeout()
                self.keepalived_conns.append(conn)
                self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_client_socket_readable, conn))
                return
        except BaseException:
            self.log.exception("Error handling request")
            result = False
        self.method_queue.defer(self.finish_request, conn, result)

    def handle(self, conn: Connection) -> Any:
        keep = super().handle(conn)
        if not keep:
            if conn.fast:
                util.close(conn.sock)  # the whole request has been read
            else:
                # gunicorn waits up to two seconds for the client to close its side, in the thread that accepts
                # connections: one slow client would delay all others. Here it only blocks this thread, which also
                # reads what a rejected client still sends, so that the client gets to read the response.
                util.close_graceful(conn.sock, max_drain=MAX_DISCARDED)
            conn.close = lambda graceful=False: None  # it is closed
        return keep

    def handle_request(self, req: Any, conn: Connection) -> Any:
        self._current.resumed = req.__dict__.pop("resumed", None)
        self._current.slot = conn.slot
        try:
            return super().handle_request(req, conn)
        except Detach as detach:
            held = detach.held
            held.conn = conn
            conn.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT_MS)
            if isinstance(held, WaitingRequest):
                req.resumed = held
                req._expected_100_continue = False  # the client has already received it
                conn.parser = replay(req, conn, conn.parser)
            else:
                conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, STREAM_BUFFER)
            return held

    def _keepalive_after(self, conn: Connection, keepalive: Any) -> Any:
        if isinstance(keepalive, HeldConnection):
            return keepalive
        if keepalive and getattr(conn.parser.mesg.body.reader, "length", None) == 0:
            conn.parser.mesg = None  # nothing to discard: saves four system calls
            return True
        return super()._keepalive_after(conn, keepalive)

    def _serve(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """Call the application. `utils/environ_keys.py` describes what it may use."""
        resumed: WaitingRequest | None = self._current.resumed
        state = environ[environ_keys.CARRIED_STATE] = resumed.carried_state if resumed else {}
        environ[environ_keys.STUCK_SECONDS] = self.tpool.stuck_seconds
        environ[environ_keys.CLIENT_GONE] = partial(is_gone, environ["gunicorn.socket"])
        if self._current.slot:
            environ[environ_keys.SLOT] = self._current.slot
        if resumed:
            environ[environ_keys.RESUME] = resumed.respond
        elif self.alive and self._loop.count < self._max_held:
            environ[environ_keys.WAIT_FOR_JOBS] = partial(wait_for_jobs, environ, state)
            environ[environ_keys.STREAM_EVENTS] = partial(stream_events, environ["SERVER_PROTOCOL"] == "HTTP/1.1")
        return self._application(environ, start_response)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        with bound_contextvars(request_id=uuid.uuid4().hex):
            super().handle_error(req, client, addr, exc)

    def write_problem(self, sock: socket.socket, status: int, reason: str, message: str) -> None:
        """Replaces gunicorn's function for requests that never reach the application."""
        request_id = get_contextvars().get("request_id", "")
        headers, body = self._hooks.error_response(status, reason, message, request_id)
        fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n{fields}\r\n"
        util.write_nonblock(sock, head.encode() + body)

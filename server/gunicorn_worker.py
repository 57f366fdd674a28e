"""gunicorn's threaded worker, in which waiting costs no thread: firm with clients that fall silent, quick with probes,
and in our words with those that speak no HTTP.

A connection is with one of three: with the poller while nothing has come of its next request, with a thread of the pool
while that is worked on, with the live loop (`middleware/live`) while it waits for a job.
"""

from __future__ import annotations

import json
import selectors
import socket
import struct
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial

from gunicorn import util
from gunicorn.workers.gthread import TConn, ThreadWorker
from structlog.contextvars import bound_contextvars, get_contextvars

from middleware.error_catalog import class_for_status, problem_body
from middleware.request_id import HEADER
from server.connections import Detach, Stream, Tell, WaitingRequest
from server.event_loop import ConnectionLoop
from server.process_counts import ProcessCounts
from server.thread_pool import STUCK_SECONDS, ElasticThreadPool
from services.jobs.admission import UNCHECKED
from services.jobs.record import JobRecord
from services.jobs.watcher import JobWatcher
from utils.process import raise_open_files

#: Bytes of a refused body that are taken in and thrown away before its client is cut off.
MOST_DRAINED = 1 << 30
#: Connections of one process that may wait at a time, where it may have as many files open.
MOST_HELD = 10_000
#: Files of a process that are no held connections: those being served, to Redis, of uploads, of the logs.
OTHER_FILES = 1000
#: Threads of a process that work at a time, as long as they get on.
FEW_THREADS = 2
#: What a request begins with that is answered by threads of its own: by how many.
PROBES, PROBE_THREADS = (b"GET /health/alive", b"GET /health/ready"), 2
#: What is refused by threads of its own while the queue is full, for a refusal must not wait behind what was let in.
CREATES = (b"POST /ocr/image", b"POST /ocr/pdf", b"POST /ocr/predict", b"POST /ocr/batch")
LONGEST_HEAD = 4096
#: A held client that is gone without a word is found out after so many milliseconds.
SILENT_MS = 60_000
#: Bytes of a stream that the kernel keeps for a client that does not take them.
STREAM_BUFFER = 32 * 1024


class ServiceWorker(ThreadWorker):
    """One process of the web server."""

    #: Seconds for which a client may send nothing in the middle of a request, or take nothing of an answer. Without an
    #: end to its silence it would keep a thread, and as many of them as there are threads would keep everybody out.
    client_timeout = 30
    #: Seconds after which Python lets another thread run, a tenth of its own default: beside dozens of busy threads the
    #: poller and the probes would wait for their turns longer than they work.
    turn = 0.0005

    #: Where the processes tell each other how many connections they have, and which place there is this one's.
    connection_counts = ProcessCounts(1)
    #: And how many requests each is at that create work.
    creating_counts = ProcessCounts(1)
    index = 0
    _notified = 0.0

    def init_process(self) -> None:
        util.write_error = write_problem
        sys.setswitchinterval(self.turn)
        self._most_held = min(MOST_HELD, max(0, raise_open_files(MOST_HELD + OTHER_FILES) - OTHER_FILES))
        self._probes = ThreadPoolExecutor(PROBE_THREADS, "probe")
        self._refusals = ElasticThreadPool(1, self.cfg.threads, "refusal")
        self._creates = 0
        self._here = threading.local()
        super().init_process()

    def get_thread_pool(self) -> ElasticThreadPool:
        return ElasticThreadPool(FEW_THREADS, self.cfg.threads, "request")

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        pools = (self.tpool, self._refusals)
        busy = any(pool.busy for pool in pools)
        super().wait_for_and_dispatch_events(min(timeout, STUCK_SECONDS) if busy else timeout)
        for pool in pools:
            pool.relieve()

    def load_wsgi(self) -> None:
        super().load_wsgi()
        self._application, self.wsgi = self.wsgi, self._serve
        services = self._application.extensions["services"]
        services.health.readiness.start()
        self._admission = services.jobs.admission
        self._live = ConnectionLoop(lambda parked: self.method_queue.defer(self._go_on, parked))
        self._live.start(JobWatcher(services.redis, services.job_store, self._live))

    # The poller's thread: connections come, become readable, and are handed to threads.

    def accept(self, listener: socket.socket) -> None:
        """gunicorn would give a new connection to a thread at once, to wait there for its first bytes."""
        if self.alive and self.connection_counts.lets_others_first(self.index, self.nr_conns + self._live.count):
            return
        try:
            sock, client = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        self.connection_counts.tell(self.index, self.nr_conns + self._live.count)
        conn = TConn(self.cfg, sock, client, listener.getsockname())
        conn.set_timeout()
        self.pending_conns.append(conn)
        self.poller.register(sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def notify(self) -> None:
        """Called each time that the poller has waited; that this process lives need be told only now and then."""
        now = time.monotonic()
        if now - self._notified >= 1:
            self._notified = now
            super().notify()
        self.connection_counts.tell(self.index, self.nr_conns + self._live.count)

    def enqueue_req(self, conn: TConn) -> None:
        # By the kernel's own clock: gunicorn takes away any time limit that Python knows of.
        limit = struct.pack("ll", self.client_timeout, 0)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        head = peek(conn.sock)
        # A probe that is whole will hold up no thread.
        conn.probe = head.startswith(PROBES) and head.endswith(b"\r\n\r\n")
        conn.creates = head.startswith(CREATES)
        conn.slot = self._admission.slot(self.creating_counts.total()) if conn.creates else UNCHECKED
        conn.refusal = conn.slot.full
        self._count_creating(conn, 1)
        self._hand_over(conn, self._probes if conn.probe else self._refusals if conn.refusal else self.tpool)

    def _hand_over(self, conn: TConn, pool: Executor) -> None:
        future = pool.submit(self.handle, conn)
        future.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    def _count_creating(self, conn: TConn, by: int) -> None:
        if conn.creates and not conn.refusal:
            self._creates += by
            self.creating_counts.tell(self.index, self._creates)

    def finish_request(self, conn: TConn, future) -> None:
        self._count_creating(conn, -1)
        conn.creates = False
        held = None if future.cancelled() or future.exception() else future.result()
        if not isinstance(held, WaitingRequest | Stream):
            super().finish_request(conn, future)
        elif self.alive:
            self.nr_conns -= 1  # what only waits is not counted among what is served
            self._live.hold(held)
        elif isinstance(held, WaitingRequest):
            self._hand_over(conn, self.tpool)
        else:
            self.nr_conns -= 1
            conn.close()

    def _go_on(self, parked: WaitingRequest) -> None:
        """A request that waited goes on in a thread."""
        self.nr_conns += 1
        self._hand_over(parked.conn, self.tpool)

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled)
        if not self.alive:
            self._close_doors()

    def _close_doors(self) -> None:
        """Told to stop: serve who is here already, and nobody else.

        gunicorn would keep the socket until its last answer is out. Whoever connected meanwhile would wait before a
        closed door and be thrown out in the end; refused at once, a proxy asks the next server. Whoever waits for a job
        is told how it stands, and asks again elsewhere.
        """
        for listener in self.sockets:
            served = -1
            while served != self.nr_conns:
                served = self.nr_conns
                self.accept(listener)
            listener.close()
        self._application.extensions["services"].known_picture.stop_waiting()
        for parked in self._live.close():
            self._go_on(parked)

    # Threads of the pool: requests are read, answered or set aside.

    def handle(self, conn: TConn):
        kept = super().handle(conn)
        if not kept and not conn.probe:
            # gunicorn would wait, two seconds at most, for the client to close its side too: in the loop that accepts
            # connections, so that one slow client held up everybody, probes included. Here it holds up one thread,
            # which takes in what a refused client is still sending, so that it comes to read why.
            util.close_graceful(conn.sock, max_drain=MOST_DRAINED)
            conn.close = _closed_already
        elif not kept:
            util.close(conn.sock)  # the whole request was there, and nothing comes after it
            conn.close = _closed_already
        return kept

    def handle_request(self, req, conn: TConn):
        self._here.going_on = req.__dict__.pop("parked", None)
        self._here.slot = conn.slot
        try:
            return super().handle_request(req, conn)
        except Detach as aside:
            held = aside.held
            held.conn = conn
            conn.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT_MS)
            if isinstance(held, WaitingRequest):
                req.parked = held
                req._expected_100_continue = False  # it was told to continue, and has
                conn.parser = _Again(conn.parser, conn, req)
            else:
                conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, STREAM_BUFFER)
            return held

    def _keepalive_after(self, conn: TConn, keepalive):
        if isinstance(keepalive, WaitingRequest | Stream):
            return keepalive
        return super()._keepalive_after(conn, keepalive)

    def _serve(self, environ: dict, start_response: Callable):
        """The application, for which waiting is possible."""
        parked = self._here.going_on
        if parked:
            environ.update({"ocr.carried_state": parked.kept, "ocr.resume": parked.answer})
        else:
            environ["ocr.carried_state"] = {}
        environ["ocr.slot"] = self._here.slot
        if self.alive and not parked and self._live.count < self._most_held:
            environ["ocr.wait_for_jobs"] = partial(_park, environ["ocr.carried_state"])
            environ["ocr.stream"] = partial(_stream, environ["SERVER_PROTOCOL"] == "HTTP/1.1")
        return self._application(environ, start_response)

    def handle_error(self, req, client, addr, exc) -> None:
        with bound_contextvars(request_id=uuid.uuid4().hex):
            super().handle_error(req, client, addr, exc)


class _Again:
    """Stands for a connection's parser until the request that was set aside has been read from it once more."""

    def __init__(self, parser, conn: TConn, req) -> None:
        self._parser = parser
        self._conn = conn
        self._req = req

    def __next__(self):
        self._conn.parser = self._parser
        return self._req


def _park(kept: dict, job_ids: list[str], seconds: float, answer: Callable) -> None:
    raise Detach(WaitingRequest(set(job_ids), time.monotonic() + seconds, answer, kept))


def _stream(chunked: bool, first: bytes, record: JobRecord, tell: Tell) -> Iterator[bytes]:
    yield first
    raise Detach(Stream(record.id, tell, chunked, told=(record.stage, record.pages_done)))


def peek(sock: socket.socket) -> bytes:
    """What has come of a request, or the beginning of it; it stays to be read."""
    try:
        return sock.recv(LONGEST_HEAD, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except OSError:
        return b""


def _closed_already(graceful: bool = False) -> None:
    """What is left for gunicorn to do about a closed connection."""


def write_problem(sock: socket.socket, status: int, reason: str, message: str) -> None:
    """Answers a request that never reached the application. `message` is empty if the client is not at fault."""
    request_id = get_contextvars().get("request_id", "")
    error = class_for_status(status if message or status >= 500 else 500)(message)
    body = json.dumps(problem_body(error, request_id, title=reason, status=status)).encode()
    head = (
        f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\n{HEADER}: {request_id}\r\n\r\n"
    )
    util.write_nonblock(sock, head.encode() + body)

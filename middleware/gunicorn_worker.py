"""gunicorn's threaded worker, firm with clients that fall silent, and in our words with those that speak no HTTP."""

from __future__ import annotations

import json
import socket
import struct
import uuid

from gunicorn import util
from gunicorn.workers.gthread import ThreadWorker
from structlog.contextvars import bound_contextvars, get_contextvars

from middleware.error_catalog import BY_STATUS, problem_body
from middleware.request_id import HEADER

#: Bytes of a refused body that are taken in and thrown away before its client is cut off.
MOST_DRAINED = 1 << 30


class ServiceWorker(ThreadWorker):
    """One process of the web server."""

    #: Seconds for which a client may send nothing in the middle of a request, or take nothing of an answer. Without an
    #: end to its silence it would keep a thread, and as many of them as there are threads would keep everybody out.
    patience = 30

    def init_process(self) -> None:
        util.write_error = write_problem
        super().init_process()

    def enqueue_req(self, conn) -> None:
        # By the kernel's own clock: gunicorn takes away any time limit that Python knows of.
        limit = struct.pack("ll", self.patience, 0)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        super().enqueue_req(conn)

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled)
        if not self.alive:
            self._close_doors()

    def _close_doors(self) -> None:
        """Told to stop: serve who is here already, and nobody else.

        gunicorn would keep the socket until its last answer is out. Whoever connected meanwhile would wait before a
        closed door and be thrown out in the end; refused at once, a proxy asks the next server.
        """
        for listener in self.sockets:
            served = -1
            while served != self.nr_conns:
                served = self.nr_conns
                self.accept(listener)
            listener.close()
        self.wsgi.extensions["services"].jobs.stop_waiting()

    def handle(self, conn):
        kept = super().handle(conn)
        if not kept:
            # gunicorn would wait, two seconds at most, for the client to close its side too: in the loop that accepts
            # connections, so that one slow client held up everybody, probes included. Here it holds up one thread,
            # which takes in what a refused client is still sending, so that it comes to read why.
            util.close_graceful(conn.sock, max_drain=MOST_DRAINED)
            conn.close = _closed_already
        return kept

    def handle_error(self, req, client, addr, exc) -> None:
        with bound_contextvars(request_id=uuid.uuid4().hex):
            super().handle_error(req, client, addr, exc)


def _closed_already(graceful: bool = False) -> None:
    """What is left for gunicorn to do about a closed connection."""


def write_problem(sock: socket.socket, status: int, reason: str, message: str) -> None:
    """Answers a request that never reached the application. `message` is empty when the fault is not the client's."""
    request_id = get_contextvars().get("request_id", "")
    code = BY_STATUS.get(status, "bad_request" if message else "internal_error")
    detail = message or "Something went wrong in the service. Its log has the cause."
    body = json.dumps(problem_body(code, detail, request_id, title=reason, status=status)).encode()
    head = (
        f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\n{HEADER}: {request_id}\r\n\r\n"
    )
    util.write_nonblock(sock, head.encode() + body)

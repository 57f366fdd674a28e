"""The thread of a web process that holds all waiting connections and writes all event streams.

Only this thread touches its tables and sockets. All others add commands to its queue.
"""

import heapq
import os
import queue
import select
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import structlog

from server.connections import EventStream, HeldConnection, WaitingRequest
from server.hooks import JobListener, JobRecord, JobSnapshot, JobWatcher
from server.job_updates import JobUpdates, job_ids_of
from server.stream_writer import CLOSED, StreamWriter
from utils.server_sent_events import KEEP_ALIVE

log = structlog.get_logger(__name__)

#: Seconds between two checks of all jobs and API keys of held connections. Messages can be lost, and keys expire.
CHECK_SECONDS = 2.0
#: A stream without events sends a comment after this long.
KEEP_ALIVE_SECONDS = 15.0
#: The longest sleep, and the interval at which silent streams are found.
TICK_SECONDS = 1.0


class ConnectionLoop:
    """Holds waiting requests and event streams. It is the listener of its own job watcher."""

    def __init__(
        self, resume_request: Callable[[WaitingRequest], None], watch_jobs: Callable[[JobListener], JobWatcher]
    ) -> None:
        """resume_request: called in the loop's thread with each request that continues."""
        self._resume_request = resume_request
        self._watcher = watch_jobs(self)
        self._updates = JobUpdates(self)
        self._commands: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._epoll = select.epoll()
        self._wakeup = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._epoll.register(self._wakeup, select.EPOLLIN)
        self._held: dict[int, HeldConnection] = {}
        #: Jobs of new connections. They may have changed since the response read them.
        self._unchecked_jobs: set[str] = set()
        #: API keys of new streams. They may have been revoked since the response was authorised.
        self._unchecked_keys: set[str] = set()
        #: (deadline, file descriptor) of waiting requests, as a heap.
        self._deadlines: list[tuple[float, int]] = []
        self._next_tick = self._next_check = 0.0
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="connection-loop", daemon=True)

    @property
    def count(self) -> int:
        """Connections held now."""
        return len(self._held)

    def start(self) -> None:
        self._watcher.start()
        self._thread.start()

    def hold(self, held: HeldConnection) -> None:
        """Take over a connection. Nobody else may touch it until it is resumed or closed."""
        self._enqueue(partial(self._add, held))

    def close(self) -> list[WaitingRequest]:
        """End the streams and the thread. Returns the waiting requests, which the caller must resume."""
        self._enqueue(self._stop)
        self._thread.join()
        self._watcher.stop()
        waiting = []
        for held in list(self._held.values()):
            if isinstance(held, WaitingRequest):
                waiting.append(held)
            else:
                StreamWriter(held, self._epoll).end()
                self._close(held)
        self._held.clear()
        self._epoll.close()
        return waiting

    # JobListener: called in threads of the watcher.

    def on_event(self, message: dict[str, Any]) -> None:
        self._enqueue(partial(self._updates.handle_message, message))

    def on_snapshots(self, snapshots: Mapping[str, JobSnapshot | None]) -> None:
        self._enqueue(partial(self._updates.handle_snapshots, snapshots))

    def on_record(self, job_id: str, record: JobRecord | None) -> None:
        self._enqueue(partial(self._updates.handle_record, job_id, record))

    def on_ended_keys(self, digests: Iterable[str]) -> None:
        self._enqueue(partial(self._updates.handle_ended_keys, digests))

    def on_gap(self) -> None:
        self._enqueue(self._check_all)

    def _enqueue(self, command: Callable[[], None]) -> None:
        self._commands.put(command)
        os.eventfd_write(self._wakeup, 1)

    # Actions for JobUpdates. From here on everything runs in the loop's own thread.

    def resume(self, request: WaitingRequest) -> None:
        self._forget(request)
        self._resume_request(request)

    def send(self, stream: EventStream, data: bytes) -> None:
        stream.sent_at = time.monotonic()
        if not StreamWriter(stream, self._epoll).send(data):
            self._close(stream)

    def finish(self, stream: EventStream) -> None:
        """End a stream. It may be closed already: the last event could not be sent."""
        if stream.fd in self._held and not StreamWriter(stream, self._epoll).end():
            self._close(stream)

    def read_record(self, job_id: str) -> None:
        self._watcher.request_record(job_id)

    def check_keys(self) -> None:
        if digests := self._updates.key_digests:
            self._watcher.request_key_check(digests)

    # The loop.

    def _run(self) -> None:
        while not self._stopped:
            try:
                self._run_once()
            except Exception:  # a fault of one connection must not end thousands of others
                log.exception("connection loop failed")

    def _run_once(self) -> None:
        for fd, events in self._epoll.poll(self._timeout()):
            self._on_socket(fd, events)
        self._run_commands()
        now = time.monotonic()
        self._expire(now)
        if now >= self._next_tick:
            self._next_tick = now + TICK_SECONDS
            self._send_keep_alives(now)
        if now >= self._next_check:
            self._next_check = now + CHECK_SECONDS
            self._check_all()

    def _timeout(self) -> float:
        if not self._deadlines:
            return TICK_SECONDS
        return min(TICK_SECONDS, max(0.0, self._deadlines[0][0] - time.monotonic()))

    def _stop(self) -> None:
        self._stopped = True

    def _run_commands(self) -> None:
        while not (self._stopped or self._commands.empty()):
            command = self._commands.get()
            try:
                command()
            except Exception:
                log.exception("command for waiting connections failed")
        if self._unchecked_jobs:
            self._watcher.request_snapshots(self._unchecked_jobs)
            self._unchecked_jobs = set()
        if self._unchecked_keys:
            self._watcher.request_key_check(self._unchecked_keys)
            self._unchecked_keys = set()

    def _add(self, held: HeldConnection) -> None:
        held.fd = held.conn.sock.fileno()
        held.conn.sock.setblocking(False)
        self._held[held.fd] = held
        if isinstance(held, WaitingRequest):
            heapq.heappush(self._deadlines, (held.deadline, held.fd))
        else:
            held.sent_at = time.monotonic()
            if held.key_digest:
                self._unchecked_keys.add(held.key_digest)
        self._updates.add(held)
        self._unchecked_jobs.update(job_ids_of(held))
        self._epoll.register(held.fd, CLOSED)

    def _forget(self, held: HeldConnection) -> None:
        self._held.pop(held.fd, None)
        self._epoll.unregister(held.fd)
        self._updates.remove(held)

    def _on_socket(self, fd: int, events: int) -> None:
        if fd == self._wakeup:
            os.eventfd_read(fd)
            return
        held = self._held.get(fd)
        if held is None:
            return  # removed in this very round
        if isinstance(held, WaitingRequest):
            # A client that only closed its sending half reads the response. For one that is gone it costs a write.
            self.resume(held)
        elif events & CLOSED or not StreamWriter(held, self._epoll).flush():
            self._close(held)

    def _close(self, stream: EventStream) -> None:
        self._forget(stream)
        try:
            stream.conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the client closed it first
        stream.conn.close()

    def _expire(self, now: float) -> None:
        while self._deadlines and self._deadlines[0][0] <= now:
            deadline, fd = heapq.heappop(self._deadlines)
            held = self._held.get(fd)
            # The file descriptor may belong to another connection by now.
            if isinstance(held, WaitingRequest) and held.deadline == deadline:
                self.resume(held)

    def _send_keep_alives(self, now: float) -> None:
        for held in list(self._held.values()):
            if isinstance(held, EventStream) and now - held.sent_at >= KEEP_ALIVE_SECONDS:
                self.send(held, KEEP_ALIVE)

    def _check_all(self) -> None:
        if job_ids := self._updates.job_ids:
            self._watcher.request_snapshots(job_ids)
        self.check_keys()

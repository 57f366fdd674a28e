"""The thread of a web process that holds all connections that wait, and writes all streams of events.

It alone touches its tables and sockets; every other thread hands it its wishes through `_wishes`.
"""

from __future__ import annotations

import heapq
import os
import queue
import select
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial

import structlog

from server.connections import Stream, WaitingRequest
from server.stream_writer import StreamWriter
from services.jobs.record import JobRecord
from services.jobs.watcher import JobSnapshot
from utils.server_sent_events import KEEP_ALIVE, event

log = structlog.get_logger(__name__)

#: Messages of an end, and of a change that shows in the record; a message of a page tells all there is to tell.
ENDS = frozenset({"completed", "failed", "cancelled"})
CHANGES = frozenset({"queued", "started", "retrying"})
#: All jobs that somebody waits for are looked at so often, for messages get lost.
LOOK_SECONDS = 2.0
#: A stream that has nothing to tell says so after this long.
KEEP_ALIVE_SECONDS = 15.0
#: The longest sleep: streams are looked over for silence this often.
TICK_SECONDS = 1.0
#: The client closed its connection, or its sending half of it.
GONE = select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR


class ConnectionLoop:
    """Holds `WaitingRequest` requests and `Stream`s. `give_back` is called, in this thread, with each request that goes on."""

    def __init__(self, give_back: Callable[[WaitingRequest], None]) -> None:
        self._give_back = give_back
        self._watcher = None
        self._wishes: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._epoll = select.epoll()
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._epoll.register(self._wake, select.EPOLLIN)
        self._held: dict[int, WaitingRequest | Stream] = {}
        #: Who waits for a job's end, and who is told of a job's pages.
        self._waiting: defaultdict[str, set[WaitingRequest | Stream]] = defaultdict(set)
        self._reading: defaultdict[str, set[Stream]] = defaultdict(set)
        self._fresh: set[str] = set()
        self._deadlines: list[tuple[float, int, int]] = []
        self._serial = 0
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)

    @property
    def count(self) -> int:
        """Connections held now."""
        return len(self._held)

    def start(self, watcher) -> None:
        """`watcher`: a JobWatcher with this loop as its audience."""
        self._watcher = watcher
        watcher.start()
        self._thread.start()

    def hold(self, held: WaitingRequest | Stream) -> None:
        """Takes a connection over; nobody else may touch it until it is given back or closed."""
        self._wish(partial(self._take, held))

    def close(self) -> list[WaitingRequest]:
        """Ends the streams and the thread; the requests that were held, for the caller to go on with."""
        self._wish(self._stop)
        self._thread.join()
        self._watcher.stop()
        parked = [held for held in self._held.values() if isinstance(held, WaitingRequest)]
        for held in list(self._held.values()):
            if isinstance(held, Stream):
                StreamWriter(held, self._epoll).end()
                self._close(held)
        self._held.clear()
        self._epoll.close()
        return parked

    # What the watcher tells.

    def on_event(self, message: dict) -> None:
        self._wish(partial(self._event, message))

    def on_snapshots(self, glances: dict[str, JobSnapshot | None]) -> None:
        self._wish(partial(self._glances, glances))

    def on_record(self, job_id: str, record: JobRecord | None) -> None:
        self._wish(partial(self._record, job_id, record))

    def on_gap(self) -> None:
        self._wish(self._look_at_all)

    # From here on everything runs in the loop's own thread.

    def _wish(self, wish: Callable[[], None]) -> None:
        self._wishes.put(wish)
        os.eventfd_write(self._wake, 1)

    def _run(self) -> None:
        self._next_tick = self._next_look = 0.0
        while not self._stopped:
            try:
                self._round()
            except Exception:  # thousands wait here: the fault of one must not be the end of all
                log.exception("a round of the live loop failed")

    def _round(self) -> None:
        for fd, what in self._epoll.poll(self._pause()):
            self._on_socket(fd, what)
        self._grant()
        now = time.monotonic()
        self._expire(now)
        if now >= self._next_tick:
            self._next_tick = now + TICK_SECONDS
            self._keep_alive(now)
        if now >= self._next_look:
            self._next_look = now + LOOK_SECONDS
            self._look_at_all()

    def _pause(self) -> float:
        if not self._deadlines:
            return TICK_SECONDS
        return min(TICK_SECONDS, max(0.0, self._deadlines[0][0] - time.monotonic()))

    def _stop(self) -> None:
        self._stopped = True

    def _grant(self) -> None:
        while not self._stopped:
            try:
                wish = self._wishes.get_nowait()
            except queue.Empty:
                break
            try:
                wish()
            except Exception:
                log.exception("a waiting connection could not be served")
        if self._fresh:
            # What happened between the answer's first look at a job and now was told to nobody.
            self._watcher.request_snapshots(self._fresh)
            self._fresh = set()

    def _take(self, held: WaitingRequest | Stream) -> None:
        held.fd = held.conn.sock.fileno()
        held.conn.sock.setblocking(False)
        self._held[held.fd] = held
        if isinstance(held, WaitingRequest):
            self._serial += 1
            heapq.heappush(self._deadlines, (held.deadline, self._serial, held.fd))
        else:
            held.sent_at = time.monotonic()
            self._reading[held.leader or held.job_id].add(held)
        for job_id in jobs_of(held):
            self._waiting[job_id].add(held)
        self._fresh.update(jobs_of(held))
        self._epoll.register(held.fd, GONE)

    def _forget(self, held: WaitingRequest | Stream) -> None:
        self._held.pop(held.fd, None)
        self._epoll.unregister(held.fd)
        for job_id in jobs_of(held):
            _discard(self._waiting, job_id, held)
        if isinstance(held, Stream):
            _discard(self._reading, held.leader or held.job_id, held)

    def _on_socket(self, fd: int, what: int) -> None:
        if fd == self._wake:
            os.eventfd_read(fd)
            return
        held = self._held.get(fd)
        if held is None:
            return  # let go in this very round
        if isinstance(held, WaitingRequest):
            # One that only closed its sending half reads the answer; for one that is gone it costs a write.
            self._resume(held)
        elif what & GONE or not StreamWriter(held, self._epoll).flush():
            self._close(held)

    def _resume(self, parked: WaitingRequest) -> None:
        self._forget(parked)
        self._give_back(parked)

    def _close(self, stream: Stream) -> None:
        self._forget(stream)
        try:
            stream.conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the client was quicker
        stream.conn.close()

    def _expire(self, now: float) -> None:
        while self._deadlines and self._deadlines[0][0] <= now:
            deadline, _, fd = heapq.heappop(self._deadlines)
            held = self._held.get(fd)
            # The number may be another connection's by now.
            if isinstance(held, WaitingRequest) and held.deadline == deadline:
                self._resume(held)

    def _keep_alive(self, now: float) -> None:
        for held in list(self._held.values()):
            if isinstance(held, Stream) and now - held.sent_at >= KEEP_ALIVE_SECONDS:
                self._send(held, KEEP_ALIVE)

    def _look_at_all(self) -> None:
        if self._waiting:
            self._watcher.request_snapshots(list(self._waiting))

    def _event(self, message: dict) -> None:
        job_id, name = message["job"], message["event"]
        if name == "page":
            for stream in list(self._reading.get(job_id, ())):
                data = {key: value for key, value in message.items() if key not in ("job", "event")}
                stream.told = (stream.told[0], data.get("pages_done", stream.told[1]))
                self._tell(stream, "page", data)
        elif name in ENDS or name in CHANGES:
            waiting = self._waiting.get(job_id, ())
            if name in ENDS:
                self._end(job_id, waiting)
            if any(isinstance(held, Stream) for held in self._waiting.get(job_id, ())):
                self._watcher.request_record(job_id)

    def _glances(self, glances: dict[str, JobSnapshot | None]) -> None:
        for job_id, glance in glances.items():
            waiting = self._waiting.get(job_id, ())
            if glance is None or glance.ended:
                self._end(job_id, waiting)
            elif glance.leader:
                self._read_along(job_id, glance.leader)
            if any(isinstance(held, Stream) and _is_news(held, glance) for held in self._waiting.get(job_id, ())):
                self._watcher.request_record(job_id)

    def _read_along(self, job_id: str, leader: str) -> None:
        """Pages of a job that another works for are told under the other's id."""
        for held in self._waiting.get(job_id, ()):
            if isinstance(held, Stream) and held.leader != leader:
                _discard(self._reading, held.leader or job_id, held)
                held.leader = leader
                self._reading[leader].add(held)

    def _end(self, job_id: str, waiting: Iterable[WaitingRequest | Stream]) -> None:
        """The requests among those that wait for this job go on, if it was the last they waited for."""
        for held in list(waiting):
            if isinstance(held, WaitingRequest):
                if held.jobs == {job_id}:
                    self._resume(held)
                else:
                    held.jobs.discard(job_id)
                    _discard(self._waiting, job_id, held)

    def _record(self, job_id: str, record: JobRecord | None) -> None:
        for held in list(self._waiting.get(job_id, ())):
            if not isinstance(held, Stream):
                continue
            if record is None:
                self._finish(held)
                continue
            known, held.told = held.told, (record.stage, record.pages_done)
            if record.ended:
                self._tell(held, record.status, held.tell(record))
                self._finish(held)
            elif held.told != known:
                # A page that nobody told of, or a new stage, which has a name.
                name = record.stage if record.stage != known[0] and record.stage in CHANGES else "status"
                self._tell(held, name, held.tell(record))

    def _tell(self, stream: Stream, name: str, data: dict) -> None:
        stream.events += 1
        self._send(stream, event(name, stream.events, data))

    def _finish(self, stream: Stream) -> None:
        if stream.fd in self._held and not StreamWriter(stream, self._epoll).end():
            self._close(stream)

    def _send(self, stream: Stream, data: bytes) -> None:
        stream.sent_at = time.monotonic()
        if not StreamWriter(stream, self._epoll).send(data):
            self._close(stream)


def jobs_of(held: WaitingRequest | Stream) -> set[str]:
    return held.jobs if isinstance(held, WaitingRequest) else {held.job_id}


def _is_news(stream: Stream, glance: JobSnapshot | None) -> bool:
    if glance is None or glance.ended or glance.stage != stream.told[0]:
        return True
    return glance.pages_done > stream.told[1]


def _discard(table: dict[str, set], job_id: str, held: WaitingRequest | Stream) -> None:
    if held in table.get(job_id, ()):
        table[job_id].discard(held)
        if not table[job_id]:
            del table[job_id]

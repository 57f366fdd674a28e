"""Reports changes of jobs to a process whose clients wait for them: published messages, and snapshots on request.

A message on `ocr:events` may be lost together with a connection or with Redis. So the process also requests snapshots
every few seconds. Then a lost message only delays an answer.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import redis
import structlog

from services.errors import JobNotFound, RedisUnavailable
from services.jobs.record import ENDED, JobRecord
from services.jobs.store import JobStore
from services.keys import EVENTS, JOB
from services.redis_service import RedisService

log = structlog.get_logger(__name__)

#: Snapshots per round trip.
CHUNK = 200
#: After this many seconds without a message, Redis is pinged. After as many more, the connection is replaced.
SILENT_SECONDS = 10.0
#: Seconds between two attempts to reach Redis.
RETRY_SECONDS = 0.5

Kind = Literal["snapshot", "record", "key"]


@dataclass(frozen=True, slots=True)
class JobSnapshot:
    """The fields of a record that show whether something has changed."""

    status: str
    stage: str
    pages_done: int
    leader: str

    @property
    def ended(self) -> bool:
        return self.status in ENDED


class JobListener(Protocol):
    """Receives the reports. All calls come from threads of the watcher."""

    def on_event(self, message: dict[str, Any]) -> None:
        """A published message: `job`, `event` and the fields of that event."""

    def on_snapshots(self, snapshots: dict[str, JobSnapshot | None]) -> None:
        """Snapshots by job id. None for a job that does not exist."""

    def on_record(self, job_id: str, record: JobRecord | None) -> None:
        """A requested record. None if the job does not exist."""

    def on_ended_keys(self, digests: Collection[str]) -> None:
        """API keys that were to be checked and are no longer valid."""

    def on_gap(self) -> None:
        """Messages arrive from now on. Earlier ones may have been missed."""


@dataclass(eq=False)
class JobWatcher:
    """Two threads: one receives messages, the other reads what was requested."""

    redis_service: RedisService
    store: JobStore
    listener: JobListener
    #: Digests of API keys -> those that are no longer valid. Raises RedisUnavailable.
    ended_keys: Callable[[Collection[str]], Collection[str]]
    _requests: queue.SimpleQueue[tuple[Kind, Iterable[str]]] = field(init=False, default_factory=queue.SimpleQueue)
    _stopped: threading.Event = field(init=False, default_factory=threading.Event)

    def start(self) -> None:
        for name, run in (("receive", self._receive), ("read", self._read)):
            threading.Thread(target=run, name=f"job-watcher-{name}", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        self._requests.put(("snapshot", ()))

    def request_snapshots(self, job_ids: Iterable[str]) -> None:
        """Pass snapshots of these jobs to `on_snapshots`. While Redis is unreachable, the request is dropped."""
        self._requests.put(("snapshot", job_ids))

    def request_record(self, job_id: str) -> None:
        """Pass the record of this job to `on_record`. While Redis is unreachable, the request is dropped."""
        self._requests.put(("record", (job_id,)))

    def request_key_check(self, digests: Iterable[str]) -> None:
        """Pass the ended ones to `on_ended_keys`. While Redis is unreachable, the request is dropped."""
        self._requests.put(("key", digests))

    def _read(self) -> None:
        while not self._stopped.is_set():
            requested = self._next_requests()
            try:
                for job_id in requested["record"]:
                    self.listener.on_record(job_id, self._record(job_id))
                self._report_snapshots(sorted(requested["snapshot"]))
                if requested["key"] and (ended := self.ended_keys(requested["key"])):
                    self.listener.on_ended_keys(ended)
            except RedisUnavailable:
                self._stopped.wait(RETRY_SECONDS)  # waiting clients cause new requests
            except Exception:
                log.exception("jobs could not be read")
                self._stopped.wait(RETRY_SECONDS)

    def _next_requests(self) -> dict[Kind, set[str]]:
        """Wait for a request, then take all that are queued. Each job and key is in it once."""
        requested: dict[Kind, set[str]] = {"snapshot": set(), "record": set(), "key": set()}
        kind, names = self._requests.get()
        while True:
            requested[kind].update(names)
            try:
                kind, names = self._requests.get_nowait()
            except queue.Empty:
                return requested

    def _record(self, job_id: str) -> JobRecord | None:
        try:
            return self.store.get(job_id)
        except JobNotFound:
            return None

    def _report_snapshots(self, job_ids: Sequence[str]) -> None:
        for start in range(0, len(job_ids), CHUNK):
            chunk = job_ids[start : start + CHUNK]
            pipeline = self.redis_service.client.pipeline(transaction=False)
            for job_id in chunk:
                pipeline.hmget(JOB + job_id, "status", "stage", "pages_done", "leader")
            rows = pipeline.execute()
            self.listener.on_snapshots({job_id: _snapshot(row) for job_id, row in zip(chunk, rows, strict=True)})

    def _receive(self) -> None:
        while not self._stopped.is_set():
            channel = self.redis_service.client.pubsub()
            try:
                channel.subscribe(EVENTS)
                self._receive_from(channel)
            except (redis.exceptions.RedisError, OSError):
                self._stopped.wait(RETRY_SECONDS)
            except Exception:
                log.exception("an event could not be processed")
            finally:
                channel.close()

    def _receive_from(self, channel: redis.client.PubSub) -> None:
        """Returns when the watcher stops or Redis is silent. Raises redis-py's errors when the connection breaks."""
        silent = pinged = False
        while not self._stopped.is_set() and not (silent and pinged):
            message = channel.get_message(timeout=SILENT_SECONDS)
            pinged, silent = silent, message is None
            if silent and not pinged:
                channel.ping()
            elif message and message["type"] == "subscribe":
                self.listener.on_gap()
            elif message and message["type"] == "message":
                self.listener.on_event(json.loads(message["data"]))


def _snapshot(row: list[bytes | None]) -> JobSnapshot | None:
    status, stage, pages_done, leader = row
    if status is None:
        return None
    return JobSnapshot(status.decode(), (stage or b"").decode(), int(pages_done or 0), (leader or b"").decode())

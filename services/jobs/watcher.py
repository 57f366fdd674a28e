"""What happens to jobs, told to a process that waits for it: messages as they come, and looks at the records.

Messages on `ocr:events` may be lost, with a connection or with Redis. So whoever waits has the records looked at every
few seconds as well, and loses nothing but time.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import redis
import structlog

from services.errors import JobNotFound, RedisUnavailable
from services.jobs.record import ENDED, JobRecord
from services.jobs.store import JobStore
from services.keys import EVENTS, JOB
from services.redis_service import RedisService

log = structlog.get_logger(__name__)

#: So many records are looked at in one round trip.
MOST_AT_ONCE = 200
#: After so much silence Redis is asked whether it is still there; it is given as long again to say so.
SILENT_SECONDS = 10.0
#: Between two tries to reach a Redis that is away.
PAUSE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class JobSnapshot:
    """As much of a record as tells whether something happened."""

    status: str
    stage: str
    pages_done: int
    leader: str

    @property
    def ended(self) -> bool:
        return self.status in ENDED


class JobListener(Protocol):
    """Who is told. All calls come from threads of the watcher."""

    def on_event(self, message: dict) -> None:
        """A message as published: `job`, `event` and what belongs to it."""

    def on_snapshots(self, glances: dict[str, JobSnapshot | None]) -> None:
        """How jobs stand, by id; None for one of which nothing is known (any more)."""

    def on_record(self, job_id: str, record: JobRecord | None) -> None:
        """A record that was asked for; None when there is none (any more)."""

    def on_gap(self) -> None:
        """From now on messages come. Some may have been missed before."""


class JobWatcher:
    """Two threads of a process: one hears messages, one looks at records when asked to."""

    def __init__(self, redis_service: RedisService, store: JobStore, audience: JobListener) -> None:
        self._redis = redis_service
        self._store = store
        self._audience = audience
        self._asked: queue.SimpleQueue[tuple[str, Iterable[str]]] = queue.SimpleQueue()
        self._stopped = threading.Event()

    def start(self) -> None:
        for work in (self._hear, self._look):
            threading.Thread(target=work, name=f"job-watcher{work.__name__}", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        self._asked.put(("glance", ()))

    def look(self, job_ids: Iterable[str]) -> None:
        """Have `on_snapshots` told how these jobs stand. While Redis is away nothing is told."""
        self._asked.put(("glance", job_ids))

    def read(self, job_id: str) -> None:
        """Have `on_record` told this job's record. While Redis is away nothing is told."""
        self._asked.put(("record", (job_id,)))

    def _look(self) -> None:
        while not self._stopped.is_set():
            wanted = self._wanted()
            try:
                for job_id in wanted["record"]:
                    self._audience.on_record(job_id, self._record(job_id))
                self._glance(sorted(wanted["glance"]))
            except RedisUnavailable:
                self._stopped.wait(PAUSE_SECONDS)  # whoever waits asks again
            except Exception:
                log.exception("jobs could not be looked at")
                self._stopped.wait(PAUSE_SECONDS)

    def _wanted(self) -> dict[str, set[str]]:
        """All that is asked for by now, each job once."""
        wanted: dict[str, set[str]] = {"glance": set(), "record": set()}
        kind, job_ids = self._asked.get()
        while True:
            wanted[kind].update(job_ids)
            try:
                kind, job_ids = self._asked.get_nowait()
            except queue.Empty:
                return wanted

    def _record(self, job_id: str) -> JobRecord | None:
        try:
            return self._store.get(job_id)
        except JobNotFound:
            return None

    def _glance(self, job_ids: list[str]) -> None:
        for start in range(0, len(job_ids), MOST_AT_ONCE):
            some = job_ids[start : start + MOST_AT_ONCE]
            with self._redis.guard() as client:
                pipeline = client.pipeline(transaction=False)
                for job_id in some:
                    pipeline.hmget(JOB + job_id, "status", "stage", "pages_done", "leader")
                rows = pipeline.execute()
            self._audience.on_snapshots({job_id: _glance_of(row) for job_id, row in zip(some, rows, strict=True)})

    def _hear(self) -> None:
        while not self._stopped.is_set():
            channel = self._redis.client.pubsub()
            try:
                channel.subscribe(EVENTS)
                self._hear_from(channel)
            except (redis.exceptions.RedisError, OSError):
                self._stopped.wait(PAUSE_SECONDS)
            except Exception:
                log.exception("a message could not be taken in")
            finally:
                channel.close()

    def _hear_from(self, channel: redis.client.PubSub) -> None:
        """Until the watcher stops or Redis falls silent. Raises what redis-py raises when the connection breaks."""
        silent = asked = False
        while not self._stopped.is_set() and not (silent and asked):
            message = channel.get_message(timeout=SILENT_SECONDS)
            asked, silent = silent, message is None
            if silent and not asked:
                channel.ping()
            elif message and message["type"] == "subscribe":
                self._audience.on_gap()
            elif message and message["type"] == "message":
                self._audience.on_event(json.loads(message["data"]))


def _glance_of(row: list[bytes | None]) -> JobSnapshot | None:
    status, stage, pages_done, leader = row
    if status is None:
        return None
    return JobSnapshot(status.decode(), (stage or b"").decode(), int(pages_done or 0), (leader or b"").decode())

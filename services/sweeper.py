"""Finds what nobody told of: jobs whose worker died, jobs whose message got lost, uploads that no job wants any more.

Runs in the parent process of every worker; a lock in Redis lets one of them sweep at a time. A job put on the queue
twice does no harm: the second message finds it taken or ended.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from services.errors import ServiceUnavailable
from services.job_store import JobStore
from services.redis_service import RedisService
from services.storage import Storage

log = structlog.get_logger(__name__)

LOCK = "ocr:sweeper"
SWEEP_SECONDS = 3
#: A waiting job is looked for only when it was due this long ago.
OVERDUE_SECONDS = 10
#: Uploads are looked at when this old; an hour passes between two looks.
UPLOAD_AGE_SECONDS = 3600


class Sweeper:
    """`sweep()` does one round; `start()` goes on doing so in a thread."""

    def __init__(
        self,
        redis: RedisService,
        store: JobStore,
        uploads: Storage,
        enqueue: Callable[[str, float], None],
        next_in_queue: Callable[[], str | None],
    ) -> None:
        self._redis = redis
        self._store = store
        self._uploads = uploads
        self._enqueue = enqueue
        self._next_in_queue = next_in_queue
        self._stopped = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name="sweeper", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(SWEEP_SECONDS):
            try:
                if self._mine("", SWEEP_SECONDS):
                    self.sweep()
                if self._mine(":uploads", UPLOAD_AGE_SECONDS):
                    self.sweep_uploads()
            except ServiceUnavailable:
                continue
            except Exception:
                log.exception("sweep failed")

    def _mine(self, what: str, seconds: float) -> bool:
        with self._redis.guard() as client:
            return bool(client.set(LOCK + what, "1", nx=True, px=int(seconds * 1000)))

    def sweep(self) -> None:
        """One round over the jobs."""
        for job_id in self._store.expired_leases():
            if self._store.requeue(job_id, "", "queued"):
                self._enqueue(job_id, 0.0)
                log.warning("job queued again: its worker died", job_id=job_id)
        for job_id in self._lost_messages():
            self._store.touch_waiting(job_id)
            self._enqueue(job_id, 0.0)
            log.warning("job queued again: its message was lost", job_id=job_id)

    def _lost_messages(self) -> list[str]:
        """Waiting jobs that are older than the next message on the queue, or overdue before an empty one.

        The queue is first in, first out, so what should have come before its head is not on it any more.
        """
        overdue = self._store.overdue(OVERDUE_SECONDS)
        if not overdue:
            return []
        head = self._next_in_queue()
        if head is None:
            return [job_id for job_id, _ in overdue]
        head_since = self._store.waiting_since(head)
        if head_since is None:
            return []
        return [job_id for job_id, since in overdue if since < head_since - OVERDUE_SECONDS]

    def sweep_uploads(self) -> None:
        """Delete old files that belong to no job still to be done."""
        wanted = self._store.uploads_in_use()
        for key in self._uploads.older_than(UPLOAD_AGE_SECONDS):
            if key not in wanted:
                self._uploads.delete(key)
                log.info("orphaned upload deleted")

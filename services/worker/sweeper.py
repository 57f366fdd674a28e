"""Repairs what a crash or a lost message leaves behind.

Requeues units whose worker died, replaces lost tickets, finds uploads that arrived without a notification, and deletes
files that no job needs. Runs in the parent process of every worker; a lock in Redis lets one of them sweep at a time. A
surplus ticket does no harm: the worker that gets it finds no unit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from services.errors import ServiceUnavailable
from services.jobs.outputs import NAMES, delete_outputs
from services.jobs.store import JobStore
from services.jobs.unit_queue import UnitQueue
from services.keys import SWEEPER
from services.redis_service import RedisService
from services.storage import Storage
from services.uploads.arrivals import Arrivals

log = structlog.get_logger(__name__)

#: Seconds between two sweeps of the queue.
SWEEP_SECONDS = 3
#: Maximum number of tickets sent in one sweep.
MAX_TICKETS = 200
#: Seconds between two searches for uploads that arrived without a notification.
ARRIVALS_SECONDS = 5
#: Seconds between two searches for generated files whose result has expired.
OUTPUTS_SECONDS = 10
#: Minimum age of an orphaned upload, and the time between two searches for them, in seconds.
UPLOAD_AGE_SECONDS = 3600


@dataclass(eq=False)
class Sweeper:
    """`start()` sweeps in a thread until `stop()`. Each `sweep...` method does one round."""

    redis: RedisService
    store: JobStore
    unit_queue: UnitQueue
    storage: Storage
    arrivals: Arrivals
    send_ticket: Callable[[str, float], None]
    ticket_count: Callable[[], int]
    _missing_before: int = field(init=False, default=0)
    _stopped: threading.Event = field(init=False, default_factory=threading.Event)

    def start(self) -> None:
        threading.Thread(target=self._run, name="sweeper", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(SWEEP_SECONDS):
            try:
                if self._acquire_lock("", SWEEP_SECONDS):
                    self.sweep()
                if self._acquire_lock(":arrivals", ARRIVALS_SECONDS):
                    self.arrivals.sweep()
                if self._acquire_lock(":outputs", OUTPUTS_SECONDS):
                    self.sweep_outputs()
                if self._acquire_lock(":uploads", UPLOAD_AGE_SECONDS):
                    self.sweep_uploads()
            except ServiceUnavailable:
                continue
            except Exception:
                log.exception("sweep failed")

    def _acquire_lock(self, suffix: str, seconds: float) -> bool:
        return bool(self.redis.client.set(SWEEPER + suffix, "1", nx=True, px=int(seconds * 1000)))

    def sweep(self) -> None:
        """Requeue units whose worker died, and replace lost tickets."""
        for job_id, unit in self.unit_queue.expired_leases():
            if self.unit_queue.recover((job_id, unit)):
                self.send_ticket(job_id, 0.0)
                log.warning("unit queued again: its worker died", job_id=job_id, unit=unit)
        self._replace_lost_tickets()

    def _replace_lost_tickets(self) -> None:
        """Each unit that is ready needs a ticket in the broker.

        A ticket may be on its way for a moment, so only those missing in two consecutive rounds count as lost.
        """
        missing = max(0, self.unit_queue.ready_count() - self.ticket_count())
        lost = min(missing, self._missing_before, MAX_TICKETS)
        self._missing_before = missing - lost
        for _ in range(lost):
            self.send_ticket("sweeper", 0.0)
        if lost:
            log.warning("lost tickets replaced", tickets=lost)

    def sweep_outputs(self) -> None:
        """Delete generated files whose result has expired or never came, and what killed processes were writing."""
        self.storage.clean_up()
        for result in self.store.expired_outputs():
            delete_outputs(self.storage, self.store, result)
            log.info("generated files deleted", result=result)

    def sweep_uploads(self) -> None:
        """Delete old files that no unfinished job and no result needs."""
        in_use = self.unit_queue.uploads_in_use()
        results = self.store.results_with_outputs()
        in_use |= {self.storage.output_key(result, name) for result in results for name in NAMES}
        for key in self.storage.older_than(UPLOAD_AGE_SECONDS):
            if key not in in_use:
                self.storage.delete(key)
                log.info("orphaned upload deleted")

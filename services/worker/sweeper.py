"""Finds what nobody told of: units whose worker died, tickets that got lost, uploads that no job wants any more.

Runs in the parent process of every worker; a lock in Redis lets one of them sweep at a time. A ticket too many does no
harm: who takes it finds nothing to do.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from services.errors import ServiceUnavailable
from services.jobs.unit_queue import UnitQueue
from services.keys import SWEEPER
from services.redis_service import RedisService
from services.storage import Storage
from services.uploads.arrivals import Arrivals

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 3
#: Tickets that one round puts on the queue at most.
MOST_TICKETS = 200
#: So many seconds pass between two looks for uploads that came without a word.
ARRIVALS_SECONDS = 5
#: Uploads are looked at when this old; an hour passes between two looks.
UPLOAD_AGE_SECONDS = 3600


class Sweeper:
    """`sweep()` does one round; `start()` goes on doing so in a thread."""

    def __init__(
        self,
        redis: RedisService,
        unit_queue: UnitQueue,
        storage: Storage,
        arrivals: Arrivals,
        send_ticket: Callable[[str, float], None],
        ticket_count: Callable[[], int],
    ) -> None:
        self._redis = redis
        self._unit_queue = unit_queue
        self._storage = storage
        self._arrivals = arrivals
        self._send_ticket = send_ticket
        self._ticket_count = ticket_count
        self._missing_before = 0
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
                if self._mine(":arrivals", ARRIVALS_SECONDS):
                    self._arrivals.sweep()
                if self._mine(":uploads", UPLOAD_AGE_SECONDS):
                    self.sweep_uploads()
            except ServiceUnavailable:
                continue
            except Exception:
                log.exception("sweep failed")

    def _mine(self, what: str, seconds: float) -> bool:
        with self._redis.guard() as client:
            return bool(client.set(SWEEPER + what, "1", nx=True, px=int(seconds * 1000)))

    def sweep(self) -> None:
        """One round over the work that waits or is being done."""
        for job_id, unit in self._unit_queue.expired_leases():
            if self._unit_queue.recover((job_id, unit)):
                self._send_ticket(job_id, 0.0)
                log.warning("unit queued again: its worker died", job_id=job_id, unit=unit)
        self._replace_lost_tickets()

    def _replace_lost_tickets(self) -> None:
        """Each unit that could be taken needs a ticket on the queue. One may be between the two for a moment, so only
        what is missing in two rounds is missing."""
        missing = max(0, self._unit_queue.ready_count() - self._ticket_count())
        lost = min(missing, self._missing_before, MOST_TICKETS)
        self._missing_before = missing - lost
        for _ in range(lost):
            self._send_ticket("sweeper", 0.0)
        if lost:
            log.warning("tickets replaced: messages were lost", tickets=lost)

    def sweep_uploads(self) -> None:
        """Delete old files that belong to no job still to be done."""
        wanted = self._unit_queue.uploads_in_use()
        for key in self._storage.older_than(UPLOAD_AGE_SECONDS):
            if key not in wanted:
                self._storage.delete(key)
                log.info("orphaned upload deleted")

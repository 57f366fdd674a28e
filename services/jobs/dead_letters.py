"""Dead letters: failed jobs whose file may be good. An operator can inspect them and start them again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from services.errors import DeadLetterNotFound
from services.jobs.record import COMPLETED, JobRecord
from services.jobs.store import JobStore

log = structlog.get_logger(__name__)

Errors = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A job, when it failed (Unix s), and its errors: {code, title, detail} and, for an error of a page, `page`."""

    record: JobRecord
    since: float
    faults: Errors


@dataclass(eq=False)
class DeadLetters:
    """Methods raise RedisUnavailable."""

    store: JobStore
    send_ticket: Callable[[str, float], None]

    def list(self, start: int, limit: int) -> tuple[int, list[DeadLetter]]:
        """The total number, and some of the dead letters, newest first."""
        total, rows = self.store.dead_letters(start, limit)
        since = dict(rows)
        records = self.store.get_many([*since])
        return total, [DeadLetter(record, since[record.id], self._errors(record)) for record in records]

    def get(self, job_id: str) -> DeadLetter:
        """Raises DeadLetterNotFound."""
        since = self.store.dead_since(job_id)
        records = self.store.get_many([job_id])
        if since is None or not records:
            raise DeadLetterNotFound()
        return DeadLetter(records[0], since, self._errors(records[0]))

    def replay(self, job_id: str) -> JobRecord:
        """Put the job on the queue again, with all its attempts. Raises DeadLetterNotFound."""
        units = self.store.replay(job_id)
        if not units:
            raise DeadLetterNotFound()
        for _ in range(units):
            self.send_ticket(job_id, 0.0)
        log.info("dead letter replayed", job_id=job_id)
        return self.store.get(job_id, hidden=True)

    def _errors(self, record: JobRecord) -> Errors:
        if record.status != COMPLETED:
            return [record.error] if record.error else []
        pages = (self.store.result(record.id) or {}).get("pages", [])
        return [{**page["error"], "page": page["page"]} for page in pages if not page["success"]]

"""What the scripts in `services/scripts/` should do, written again in Python: a model of all stored job data.

`tests/integration/test_job_states.py` does every step to both, and compares them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from services.jobs.record import (
    AWAITING_UPLOAD,
    CANCELLED,
    COMPLETED,
    ENDED,
    FAILED,
    PROBE_OWNER,
    PROCESSING,
    JobRecord,
)
from services.jobs.unit_queue import USUAL_PACE
from services.jobs.units import pages_of
from services.keys import SHARED

READY, DELAYED, HELD, DONE = "ready", "delayed", "held", "done"


@dataclass
class ModelUnit:
    state: str = READY
    token: str = ""
    tries: int = 0


@dataclass
class ModelJob:
    """A job that was announced or submitted. `exists` is False after its record was deleted or has expired."""

    record: JobRecord
    status: str
    upload: str
    announced: bool = False
    exists: bool = True
    hidden: bool = False
    leader: str = ""
    started: bool = False
    has_result: bool = False
    #: Id of the job whose work made the result.
    result: str = ""
    cached: bool = False


@dataclass
class OpenWork:
    """The open work on one content, by a leader for itself and for its followers."""

    units: dict[int, ModelUnit]
    followers: set[str] = field(default_factory=set)
    pages: set[int] = field(default_factory=set)
    unfinished_starts: Counter = field(default_factory=Counter)

    @property
    def left(self) -> int:
        return sum(unit.state != DONE for unit in self.units.values())

    def numbers(self, state: str) -> list[int]:
        return [number for number, unit in self.units.items() if unit.state == state]


class JobModel:
    def __init__(self) -> None:
        self.jobs: dict[str, ModelJob] = {}
        #: Open work by the id of its leader.
        self.open_work: dict[str, OpenWork] = {}
        #: Leaders by content.
        self.leaders: dict[str, str] = {}
        #: The last job with the result of each cached content.
        self.cache: dict[str, str] = {}
        #: Dead letters. Expired ones are removed when the next one is added.
        self.dead_letters: set[str] = set()
        self.expired: set[str] = set()
        #: Jobs with a webhook to send.
        self.webhooks: set[str] = set()
        self.owned: dict[str, set[str]] = {}
        self.counters: Counter = Counter()
        #: Heavy owners, and units (job id, number) in the heavy lane. Time and the order of units decide about both,
        #: which this model does not know.
        self.heavy: Callable[[], tuple[set[str], set[tuple[str, int]]]] = lambda: (set(), set())
        #: How often each (job id, event) was published.
        self.events: Counter = Counter()

    # Clients

    def announce(self, record: JobRecord, longest_wait: float) -> bool:
        if self._is_full(longest_wait):
            return False
        self.jobs[record.id] = ModelJob(record, AWAITING_UPLOAD, record.upload, announced=True)
        self.owned.setdefault(record.owner, set()).add(record.id)
        return True

    def submit(self, record: JobRecord, longest_wait: float) -> str:
        known = self.jobs.get(record.id)
        if known and (not known.exists or known.status in (FAILED, CANCELLED)):
            return "ended"
        if known and known.status != AWAITING_UPLOAD:
            return "known"
        content, leader = record.cache_key, self.leaders.get(record.cache_key, "")
        is_cached = content in self.cache and self.cache[content] in self.results()
        if not is_cached and not leader and self._is_full(longest_wait, record.owner):
            return "busy"
        job = ModelJob(record, PROCESSING, record.upload, announced=bool(known))
        self.jobs[record.id] = job
        if record.owner != PROBE_OWNER:
            self.owned.setdefault(record.owner, set()).add(record.id)
        if is_cached:
            job.result = self.cache[content]
            self._count(record.id, "lookups:hit")
            job.has_result = job.cached = job.started = True
            self._end(record.id, COMPLETED)
            return "hit"
        if leader:
            job.leader = leader
            self.open_work[leader].followers.add(record.id)
            self._count(record.id, "lookups:shared")
            return "follow"
        self._count(record.id, "lookups:miss")
        self.leaders[content] = record.id
        self._open_work(record.id)
        return "lead"

    def reject_upload(self, job_id: str, code: str) -> bool:
        job = self.jobs[job_id]
        if not job.exists or job.status != AWAITING_UPLOAD:
            return False
        self._count(job_id, f"failures:{code}")
        self._end(job_id, FAILED)
        return True

    def cancel(self, job_id: str) -> str | None:
        """The upload to delete, "" for none, None if the job had ended."""
        job = self.jobs[job_id]
        if not job.exists or job.status in ENDED:
            return None
        was_awaiting, worked_on = job.status == AWAITING_UPLOAD, job.leader or job_id
        self._end(job_id, CANCELLED)
        if was_awaiting:
            return job.upload
        self.open_work[worked_on].followers.discard(job_id)
        if self.jobs[worked_on].status == PROCESSING or self.open_work[worked_on].followers:
            return ""
        self._close_work(worked_on)
        return self.jobs[worked_on].upload

    def delete(self, job_id: str) -> str | None:
        job = self.jobs[job_id]
        if not job.exists or job.status not in ENDED:
            return None
        self.owned.get(job.record.owner, set()).discard(job_id)
        if job_id in self.open_work:
            job.hidden = True
            return ""
        self.webhooks.discard(job_id)
        self.remove_record(job_id)
        if job_id not in self.dead_letters:
            return ""
        self.dead_letters.discard(job_id)
        return job.upload

    def results(self) -> set[str]:
        """Ids of the stored results."""
        return {job.result for job in self.jobs.values() if job.has_result}

    def remove_record(self, job_id: str) -> None:
        self.expired.add(job_id)
        self.jobs[job_id].exists = self.jobs[job_id].has_result = False

    def replay(self, job_id: str) -> int:
        job = self.jobs[job_id]
        if job_id not in self.dead_letters or not job.exists:
            return 0
        self.dead_letters.discard(job_id)
        job.status, job.started, job.has_result, job.cached = PROCESSING, False, False, False
        self.leaders.setdefault(job.record.cache_key, job_id)
        self._open_work(job_id)
        self._count(job_id, "requeued:replay")
        self._publish(job_id, "queued")
        return job.record.units

    # Workers

    def take(self, job_id: str, number: int, token: str) -> int:
        unit, job = self.open_work[job_id].units[number], self.jobs[job_id]
        assert unit.state == READY, f"a unit was taken that is {unit.state}"
        unit.state, unit.token, unit.tries = HELD, token, unit.tries + 1
        if job.status == PROCESSING and not job.started:
            job.started = True
            self._publish(job_id, "started")
        return unit.tries

    def holds(self, job_id: str, number: int, token: str) -> bool:
        return job_id in self.open_work and self.open_work[job_id].units[number].token == token

    def start_step(self, job_id: str, page: int) -> int:
        self.open_work[job_id].unfinished_starts[page] += 1
        return self.open_work[job_id].unfinished_starts[page]

    def save_page(self, job_id: str, page: int) -> None:
        work = self.open_work[job_id]
        del work.unfinished_starts[page]
        if page not in work.pages:
            self._publish(job_id, "page")
        work.pages.add(page)

    def end_unit(self, job_id: str, number: int) -> bool:
        """Whether it is the last unit."""
        if self.open_work[job_id].left == 1:
            return True
        self._release(job_id, number, DONE)
        return False

    def requeue(self, job_id: str, number: int, state: str, stage: str, reason: str, tries_back: int = 0) -> None:
        self._release(job_id, number, state)
        self.open_work[job_id].units[number].tries -= tries_back
        if self.jobs[job_id].status == PROCESSING:
            self._publish(job_id, stage)
        self._count(job_id, f"requeued:{reason}")

    def finish(self, job_id: str, status: str, code: str, cacheable: bool) -> list[str]:
        """The jobs that ended."""
        candidates = (job_id, *sorted(self.open_work[job_id].followers))
        ended = [each for each in candidates if self.jobs[each].status == PROCESSING]
        for each in ended:
            if code:
                self._count(each, f"failures:{code}")
            self.jobs[each].has_result = status == COMPLETED
            self.jobs[each].result = job_id
            self.jobs[each].cached = status == COMPLETED and each != job_id
            self._end(each, status)
        self._close_work(job_id)
        if status == COMPLETED and cacheable:
            self.cache[self.jobs[job_id].record.cache_key] = job_id
        return ended

    def add_dead_letter(self, job_id: str, upload: str) -> None:
        """The job becomes a dead letter, which keeps the upload."""
        self.jobs[job_id].upload = upload
        self.dead_letters -= self.expired
        self.dead_letters.add(job_id)
        self._count(job_id, "dead_letters")

    # Queries

    def units(self, state: str) -> list[tuple[str, int]]:
        return [(job_id, number) for job_id, work in self.open_work.items() for number in work.numbers(state)]

    def pages_of(self, job_id: str, number: int) -> tuple[int, ...]:
        record = self.jobs[job_id].record
        return pages_of(number, record.units, range(1, record.pages_total + 1))

    def uploads_in_use(self) -> set[str]:
        needed = {*self.open_work, *self.dead_letters} | {
            job_id for job_id, job in self.jobs.items() if job.exists and job.status == AWAITING_UPLOAD
        }
        return {self.jobs[job_id].upload for job_id in needed if self.jobs[job_id].exists}

    def _is_full(self, longest_wait: float, owner: str = "") -> bool:
        """Whether a job submitted now would wait too long. No unit was measured, so each takes the usual time."""
        owners, heavy = self.heavy()
        if owner in owners:
            seconds = len(heavy) * SHARED.heavy_pace
        else:
            others = [job_id for job_id, number in self.units(READY) if (job_id, number) not in heavy]
            seconds = sum(USUAL_PACE[self.jobs[job_id].record.lane] for job_id in others)
        if longest_wait == 0 or seconds < longest_wait:
            return False
        self.counters["refused:queue_full"] += 1
        return True

    def _open_work(self, job_id: str) -> None:
        units = self.jobs[job_id].record.units
        self.open_work[job_id] = OpenWork({number: ModelUnit() for number in range(1, units + 1)})

    def _release(self, job_id: str, number: int, state: str) -> None:
        unit = self.open_work[job_id].units[number]
        unit.state, unit.token = state, ""

    def _close_work(self, job_id: str) -> None:
        del self.open_work[job_id]
        job = self.jobs[job_id]
        if self.leaders.get(job.record.cache_key) == job_id:
            del self.leaders[job.record.cache_key]
        if job.hidden:
            self.webhooks.discard(job_id)
            self.remove_record(job_id)

    def _end(self, job_id: str, status: str) -> None:
        job = self.jobs[job_id]
        job.status, job.leader = status, ""
        self._count(job_id, f"jobs:{status}")
        if job.record.callback_url:
            self.webhooks.add(job_id)
        self._publish(job_id, status)

    def _publish(self, job_id: str, event: str) -> None:
        self.events[job_id, event] += 1

    def _count(self, job_id: str, counter: str) -> None:
        if self.jobs[job_id].record.owner != PROBE_OWNER:
            self.counters[counter] += 1

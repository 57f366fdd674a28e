"""What the scripts in `services/scripts/` ought to do, said once more in Python: the whole of what is kept about jobs.

`tests/integration/test_job_states.py` does the same to both and compares them.
"""

from __future__ import annotations

from collections import Counter
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

READY, DELAYED, HELD, DONE = "ready", "delayed", "held", "done"


@dataclass
class Unit:
    place: str = READY
    token: str = ""
    tries: int = 0


@dataclass
class Job:
    """One that was announced or submitted. `there` ends with its deletion, or with its time."""

    record: JobRecord
    status: str
    upload: str
    announced: bool = False
    there: bool = True
    hidden: bool = False
    leader: str = ""
    begun: bool = False
    has_result: bool = False
    cached: bool = False


@dataclass
class Work:
    """The open work on a content: of the job that leads, for itself and for those that follow it."""

    units: dict[int, Unit]
    followers: set[str] = field(default_factory=set)
    pages: set[int] = field(default_factory=set)
    begun: Counter = field(default_factory=Counter)

    @property
    def left(self) -> int:
        return sum(unit.place != DONE for unit in self.units.values())

    def numbers(self, place: str) -> list[int]:
        return [number for number, unit in self.units.items() if unit.place == place]


class JobModel:
    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self.work: dict[str, Work] = {}
        self.leading: dict[str, str] = {}
        self.cache: set[str] = set()
        #: Dead letters; those whose time is over are dropped when the next one comes.
        self.dead: set[str] = set()
        self.dead_long: set[str] = set()
        self.to_tell: set[str] = set()
        self.owned: dict[str, set[str]] = {}
        self.tally: Counter = Counter()
        self.told: Counter = Counter()

    # What clients do

    def announce(self, record: JobRecord, longest_wait: float) -> bool:
        if self._full(longest_wait):
            return False
        self.jobs[record.id] = Job(record, AWAITING_UPLOAD, record.upload, announced=True)
        self.owned.setdefault(record.owner, set()).add(record.id)
        return True

    def submit(self, record: JobRecord, longest_wait: float) -> str:
        known = self.jobs.get(record.id)
        if known and (not known.there or known.status in (FAILED, CANCELLED)):
            return "ended"
        if known and known.status != AWAITING_UPLOAD:
            return "known"
        content, leader = record.cache_key, self.leading.get(record.cache_key, "")
        if content not in self.cache and not leader and self._full(longest_wait):
            return "busy"
        job = Job(record, PROCESSING, record.upload, announced=bool(known))
        self.jobs[record.id] = job
        if record.owner != PROBE_OWNER:
            self.owned.setdefault(record.owner, set()).add(record.id)
        if content in self.cache:
            self._count(record.id, "lookups:hit")
            job.has_result = job.cached = job.begun = True
            self._end(record.id, COMPLETED)
            return "hit"
        if leader:
            job.leader = leader
            self.work[leader].followers.add(record.id)
            self._count(record.id, "lookups:shared")
            return "follow"
        self._count(record.id, "lookups:miss")
        self.leading[content] = record.id
        self._open(record.id)
        return "lead"

    def refuse(self, job_id: str, code: str) -> bool:
        job = self.jobs[job_id]
        if not job.there or job.status != AWAITING_UPLOAD:
            return False
        self._count(job_id, f"failures:{code}")
        self._end(job_id, FAILED)
        return True

    def cancel(self, job_id: str) -> str | None:
        """The upload that is to be deleted, "" for none, None when the job had ended."""
        job = self.jobs[job_id]
        if not job.there or job.status in ENDED:
            return None
        waited, at_work = job.status == AWAITING_UPLOAD, job.leader or job_id
        self._end(job_id, CANCELLED)
        if waited:
            return job.upload
        self.work[at_work].followers.discard(job_id)
        if self.jobs[at_work].status == PROCESSING or self.work[at_work].followers:
            return ""
        self._close(at_work)
        return self.jobs[at_work].upload

    def delete(self, job_id: str) -> str | None:
        job = self.jobs[job_id]
        if not job.there or job.status not in ENDED:
            return None
        self.owned.get(job.record.owner, set()).discard(job_id)
        if job_id in self.work:
            job.hidden = True
            return ""
        self.to_tell.discard(job_id)
        self.vanish(job_id)
        if job_id not in self.dead:
            return ""
        self.dead.discard(job_id)
        return job.upload

    def vanish(self, job_id: str) -> None:
        """Its record is gone."""
        self.dead_long.add(job_id)
        self.jobs[job_id].there = self.jobs[job_id].has_result = False

    def replay(self, job_id: str) -> int:
        job = self.jobs[job_id]
        if job_id not in self.dead or not job.there:
            return 0
        self.dead.discard(job_id)
        job.status, job.begun, job.has_result, job.cached = PROCESSING, False, False, False
        self.leading.setdefault(job.record.cache_key, job_id)
        self._open(job_id)
        self._count(job_id, "requeued:replay")
        self._tell(job_id, "queued")
        return job.record.units

    # What workers do

    def take(self, job_id: str, number: int, token: str) -> int:
        unit, job = self.work[job_id].units[number], self.jobs[job_id]
        assert unit.place == READY, f"a unit was taken that is {unit.place}"
        unit.place, unit.token, unit.tries = HELD, token, unit.tries + 1
        if job.status == PROCESSING and not job.begun:
            job.begun = True
            self._tell(job_id, "started")
        return unit.tries

    def holds(self, job_id: str, number: int, token: str) -> bool:
        return job_id in self.work and self.work[job_id].units[number].token == token

    def begin(self, job_id: str, page: int) -> int:
        self.work[job_id].begun[page] += 1
        return self.work[job_id].begun[page]

    def keep(self, job_id: str, page: int) -> None:
        work = self.work[job_id]
        del work.begun[page]
        if page not in work.pages:
            self._tell(job_id, "page")
        work.pages.add(page)

    def end_unit(self, job_id: str, number: int) -> bool:
        """Whether it is the last one."""
        if self.work[job_id].left == 1:
            return True
        self._move(job_id, number, DONE)
        return False

    def requeue(self, job_id: str, number: int, place: str, stage: str, why: str, tries_back: int = 0) -> None:
        self._move(job_id, number, place)
        self.work[job_id].units[number].tries -= tries_back
        if self.jobs[job_id].status == PROCESSING:
            self._tell(job_id, stage)
        self._count(job_id, f"requeued:{why}")

    def finish(self, job_id: str, status: str, code: str, cacheable: bool) -> list[str]:
        """The jobs that ended."""
        ended = [each for each in (job_id, *self.work[job_id].followers) if self.jobs[each].status == PROCESSING]
        for each in ended:
            if code:
                self._count(each, f"failures:{code}")
            self.jobs[each].has_result = status == COMPLETED
            self.jobs[each].cached = status == COMPLETED and each != job_id
            self._end(each, status)
        self._close(job_id)
        if status == COMPLETED and cacheable:
            self.cache.add(self.jobs[job_id].record.cache_key)
        return ended

    def bury(self, job_id: str, upload: str) -> None:
        """It becomes a dead letter, which keeps the upload."""
        self.jobs[job_id].upload = upload
        self.dead -= self.dead_long
        self.dead.add(job_id)
        self._count(job_id, "dead_letters")

    # What may be asked

    def units(self, place: str) -> list[tuple[str, int]]:
        return [(job_id, number) for job_id, work in self.work.items() for number in work.numbers(place)]

    def pages_of(self, job_id: str, number: int) -> tuple[int, ...]:
        record = self.jobs[job_id].record
        return pages_of(number, record.units, range(1, record.pages_total + 1))

    def uploads(self) -> set[str]:
        """Those that somebody may still need."""
        needed = {*self.work, *self.dead} | {
            job_id for job_id, job in self.jobs.items() if job.there and job.status == AWAITING_UPLOAD
        }
        return {self.jobs[job_id].upload for job_id in needed if self.jobs[job_id].there}

    def _full(self, longest_wait: float) -> bool:
        """Whether one that comes now would wait too long: a unit takes as long as is assumed before one was timed."""
        seconds = sum(
            len(work.numbers(READY)) * USUAL_PACE[self.jobs[job_id].record.lane] for job_id, work in self.work.items()
        )
        if longest_wait == 0 or seconds < longest_wait:
            return False
        self.tally["refused:queue_full"] += 1
        return True

    def _open(self, job_id: str) -> None:
        self.work[job_id] = Work({number: Unit() for number in range(1, self.jobs[job_id].record.units + 1)})

    def _move(self, job_id: str, number: int, place: str) -> None:
        unit = self.work[job_id].units[number]
        unit.place, unit.token = place, ""

    def _close(self, job_id: str) -> None:
        del self.work[job_id]
        job = self.jobs[job_id]
        if self.leading.get(job.record.cache_key) == job_id:
            del self.leading[job.record.cache_key]
        if job.hidden:
            self.to_tell.discard(job_id)
            self.vanish(job_id)

    def _end(self, job_id: str, status: str) -> None:
        job = self.jobs[job_id]
        job.status, job.leader = status, ""
        self._count(job_id, f"jobs:{status}")
        if job.record.callback_url:
            self.to_tell.add(job_id)
        self._tell(job_id, status)

    def _tell(self, job_id: str, event: str) -> None:
        self.told[job_id, event] += 1

    def _count(self, job_id: str, what: str) -> None:
        if self.jobs[job_id].record.owner != PROBE_OWNER:
            self.tally[what] += 1

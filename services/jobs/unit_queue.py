"""The work that waits and the work that is done, unit by unit: the workers' side of the jobs (`job_store.py`).

Celery's messages are tickets that say no more than that there is work; which unit comes next is decided here, when a
worker takes it. So owners and lanes take turns, a lost message costs nothing but a new one, and a job can be cancelled
while its messages are under way.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from services import keys
from services.jobs.record import COMPLETED, FAILED, JobRecord
from services.jobs.store import DEAD_LETTER_TTL, Retention, pack
from services.jobs.units import BULK, LANES, QUICK
from services.redis_service import RedisService

#: A worker renews its lease every third of this; a unit whose worker died is found after it, in seconds.
LEASE_SECONDS = 12
#: Seconds that a unit takes, as long as none was measured; `scripts/prelude.lua` has the same.
USUAL_PACE = {QUICK: 1.0, BULK: 5.0}
#: What `end_unit` answers.
LOST, MORE, LAST = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of a job that a worker has taken. `token` proves that it still has it; `tries` counts from 1."""

    job_id: str
    number: int
    token: str
    tries: int

    @property
    def _hold(self) -> tuple[str, int, str]:
        return self.job_id, self.number, self.token


@dataclass(frozen=True, slots=True)
class WaitEstimate:
    """What may be said of a job that runs: how many units come before its first (None once that was taken), and in how
    many seconds it may be done."""

    ahead: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class PageOutcome:
    """What became of a page, or of another thing that was begun (`mark`); `page` is None when nothing is to be kept."""

    mark: int | str
    page: dict | None = None

    @property
    def arguments(self) -> tuple[int | str, bytes | str, str]:
        return self.mark, pack(self.page) if self.page else "", "1" if self.page and self.page["success"] else "0"


class UnitQueue:
    """Units: taken, held, done. Every method raises RedisUnavailable when Redis cannot be reached."""

    def __init__(self, redis: RedisService, retention: Retention) -> None:
        self._redis = redis
        self._keep = retention

    def take(self, token: str) -> Unit | None:
        """The unit whose turn it is, or None when there is nothing to do."""
        taken = self._redis.script("take", token, LEASE_SECONDS)
        return Unit(taken[0].decode(), int(taken[1]), token, int(taken[2])) if taken else None

    def renew(self, unit: Unit) -> bool:
        return bool(self._redis.script("renew", *unit._hold, LEASE_SECONDS))

    def begin(self, unit: Unit, mark: int | str) -> int:
        """How often `mark` (a page's number, or the opening of the document) was begun without an end, this time
        included; 0 when the unit is lost."""
        return int(self._redis.script("begin_page", *unit._hold, mark))

    def keep(self, unit: Unit, outcomes: list[PageOutcome]) -> bool:
        """Store what became of pages. False when the unit is lost."""
        arguments = [argument for outcome in outcomes for argument in outcome.arguments]
        return bool(self._redis.script("keep_pages", *unit._hold, *arguments))

    def end_unit(self, unit: Unit, seconds: float) -> tuple[int, float]:
        """All pages of the unit are stored: LOST, MORE, or LAST, and then the seconds of work of the other units. The
        last one stays the caller's, to end the job with."""
        answer, others = self._redis.script("end_unit", *unit._hold, seconds)
        return int(answer), float(others)

    def requeue(self, unit: Unit, stage: str, delay: float = 0.0, tries_back: int = 0) -> bool:
        """Give the unit back. False: it was not the caller's to give."""
        return bool(self._redis.script("requeue", *unit._hold, stage, delay, -tries_back))

    def recover(self, member: tuple[str, int]) -> bool:
        """Give back a unit (job id, number) whose lease ran out."""
        return bool(self._redis.script("requeue", *member, "", "queued", 0, 0))

    def complete(self, unit: Unit, result: dict, pages: int, cacheable: bool, dead_letter: bool) -> int:
        """End the job with its result, and the jobs that follow it: 0 lost, 1 done, 2 done and its upload is kept."""
        size = self._keep.cache_size if cacheable else 0
        return self._finish(unit, COMPLETED, pack(result), "", pages, size, dead_letter)

    def fail(self, unit: Unit, record: JobRecord, error: dict, dead_letter: bool) -> int:
        """End the job with a fault {code, title, detail}; answers as `complete` does."""
        return self._finish(unit, FAILED, "", json.dumps(error), record.pages_total, 0, dead_letter)

    def _finish(self, unit: Unit, status, body, error, pages, cache_size, dead_letter) -> int:
        keep = [self._keep.result_ttl, self._keep.record_ttl, self._keep.cache_ttl, cache_size]
        letter = ["1" if dead_letter else "0", DEAD_LETTER_TTL]
        return int(self._redis.script("finish", *unit._hold, status, body, error, pages, *keep, *letter))

    def observe(self, lane: str, seconds: float) -> None:
        """A unit of this lane took so long."""
        self._redis.script("pace", lane, seconds)

    def estimate_wait(self, record: JobRecord) -> WaitEstimate:
        """By what waits before the job now, and by what units took lately."""
        job_id = record.leader or record.id
        other = BULK if record.lane == QUICK else QUICK
        now = self._redis.now()
        with self._redis.guard() as client:
            pipeline = client.pipeline(transaction=False)
            pipeline.zrank(keys.READY + record.lane, f"{job_id}/1")
            pipeline.zcard(keys.READY + other)
            pipeline.hmget(keys.PACE, record.lane, other)
            pipeline.zcount(keys.WORKERS, now - LEASE_SECONDS, "+inf")
            ahead, others, paces, workers = pipeline.execute()
        pace, others_pace = (
            float(pace or USUAL_PACE[lane]) for pace, lane in zip(paces, (record.lane, other), strict=True)
        )
        workers = max(1, workers)
        done = record.pages_done / record.pages_total if record.pages_total else 0.0
        own = record.units * (1 - done) * pace / min(workers, record.units)
        if ahead is None:
            return WaitEstimate(None, own)
        # Of four units three are of the quick lane while both have some.
        others = min(others, ahead // 3 if record.lane == QUICK else 3 * (ahead + 1))
        return WaitEstimate(ahead + others, (ahead * pace + others * others_pace) / workers + own)

    def expired(self, limit: int = 100) -> list[tuple[str, int]]:
        """Units (job id, number) whose worker has not renewed its lease."""
        now = self._redis.now()
        with self._redis.guard() as client:
            return [_unit_of(member) for member in client.zrangebyscore(keys.LEASES, "-inf", now, start=0, num=limit)]

    def ready(self) -> int:
        """Units that a worker could take now."""
        now = self._redis.now()
        with self._redis.guard() as client:
            pipeline = client.pipeline(transaction=False).zcount(keys.DELAYED, "-inf", now)
            for lane in LANES:
                pipeline.zcard(keys.READY + lane)
            return sum(pipeline.execute())

    def counts(self) -> dict[str, int]:
        """{waiting, running}: units that no worker has, and that one has."""
        with self._redis.guard() as client:
            waiting, running = client.pipeline(transaction=False).zcard(keys.WAITING).zcard(keys.LEASES).execute()
        return {"waiting": waiting, "running": running}

    def oldest(self) -> float:
        """For how many seconds the unit that waits longest has been due; 0 when none is."""
        now = self._redis.now()
        with self._redis.guard() as client:
            rows = client.zrange(keys.WAITING, 0, 0, withscores=True)
        return max(0.0, now - rows[0][1]) if rows else 0.0

    def uploads_in_use(self) -> set[str]:
        """Keys of the uploads that somebody may still read or send: work to be done, dead letters, uploads to come."""
        with self._redis.guard() as client:
            # In one look: what goes from one list to another meanwhile would be seen in neither.
            look = client.pipeline(transaction=True)
            for key in (keys.WAITING, keys.LEASES, keys.DEAD, keys.AWAITING):
                look.zrange(key, 0, -1)
            waiting, leased, dead, awaiting = look.execute()
            ids = {_unit_of(member)[0] for member in [*waiting, *leased]}
            ids |= {member.decode() for member in [*dead, *awaiting]}
            pipeline = client.pipeline(transaction=False)
            for job_id in ids:
                pipeline.hget(keys.JOB + job_id, "upload")
            return {key.decode() for key in pipeline.execute() if key}


def _unit_of(member: bytes) -> tuple[str, int]:
    job_id, _, unit = member.decode().rpartition("/")
    return job_id, int(unit)

"""The units of all jobs: waiting, held by workers, finished. This is the workers' side of the jobs (see `store.py`).

Celery's messages are tickets: they only say that there is work. The next unit is chosen here, when a worker takes it.
So owners and lanes take turns, a lost message only has to be replaced, and a job can be cancelled while messages wait.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from services import keys
from services.jobs.record import COMPLETED, FAILED, QUEUED, JobRecord, Stage, Status
from services.jobs.result_body import Document, pack
from services.jobs.store import Retention
from services.jobs.units import BULK, HEAVY, QUICK
from services.keys import SHARED
from services.redis_service import RedisService

#: A worker holds a unit for this long unless it renews the lease.
LEASE_SECONDS: float = 12
#: Time between two renewals of a lease.
LEASE_RENEW_SECONDS = LEASE_SECONDS / 3
#: Seconds per unit that are assumed for a lane until one has been measured.
USUAL_PACE = {QUICK: SHARED.quick_pace, BULK: SHARED.bulk_pace}
#: Replies of `end_unit`.
LOST, MORE, LAST = 0, 1, 2
#: Replies of `make_way`.
ASIDE, HEAVY_NOW = 1, 2


@dataclass(slots=True)
class Unit:
    """A part of a job that a worker has taken. `token` proves that the worker still holds it; `tries` counts from 1.

    heavy: it makes others wait, and keeps its worker nevertheless (see `make_way.lua`).
    """

    job_id: str
    number: int
    token: str
    tries: int
    heavy: bool = False

    @property
    def _key(self) -> tuple[str, int, str]:
        return self.job_id, self.number, self.token


@dataclass(frozen=True, slots=True)
class WaitEstimate:
    """For a running job: number of units before its first unit (None if that was taken), and seconds until it ends."""

    ahead: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class PageOutcome:
    """The outcome of a page or another step (see `UnitQueue.start_step`). `page` is None if there is no result.

    `packed`: the page as it is stored, if it has been packed already.
    """

    step: int | str
    page: Document | None = None
    packed: bytes = b""

    @property
    def arguments(self) -> tuple[int | str, bytes | str, str]:
        packed = self.packed or (pack(self.page) if self.page else "")
        return self.step, packed, "1" if self.page and self.page["success"] else "0"


@dataclass(eq=False)
class UnitQueue:
    """Every method raises RedisUnavailable when Redis cannot be reached."""

    redis: RedisService
    retention: Retention

    def take(self, token: str) -> Unit | None:
        """Take the next unit. None if no unit is ready."""
        taken = self.redis.script("take", token, LEASE_SECONDS)
        return Unit(taken[0].decode(), int(taken[1]), token, int(taken[2]), taken[3] == 1) if taken else None

    def renew(self, unit: Unit) -> bool:
        """Extend the lease. False if the unit is lost: its lease expired, or its job has ended."""
        return bool(self.redis.script("renew", *unit._key, LEASE_SECONDS))

    def start_step(self, unit: Unit, step: int | str) -> int:
        """Record that a step starts which may crash the process: a page (its number) or something else (a name).

        Returns how often the step was started without finishing, this start included; 0 if the unit is lost.
        """
        return int(self.redis.script("start_step", *unit._key, step))

    def save_pages(self, unit: Unit, outcomes: list[PageOutcome]) -> bool:
        """Store finished steps. False if the unit is lost."""
        arguments = [argument for outcome in outcomes for argument in outcome.arguments]
        return bool(self.redis.script("save_pages", *unit._key, *arguments))

    def begin_outputs(self, unit: Unit) -> bool:
        """Record that files are about to be generated for the job of this unit. False if the unit is lost.

        From then on, the sweeper deletes them as soon as no result needs them.
        """
        return bool(self.redis.script("begin_outputs", *unit._key))

    def end_unit(self, unit: Unit, seconds: float) -> tuple[int, float]:
        """End a unit whose pages are all stored, after `seconds` of work.

        Returns LOST, MORE (other units are not done) or LAST, and for LAST the seconds of work on the other units. The
        caller keeps the last unit in order to end the job.
        """
        reply, others = self.redis.script("end_unit", *unit._key, seconds)
        return int(reply), float(others)

    def requeue(self, unit: Unit, stage: Stage, delay: float = 0.0, tries_back: int = 0) -> bool:
        """Return a unit to the queue after `delay` seconds, and uncount `tries_back` attempts. False if it is lost."""
        return bool(self.redis.script("requeue", *unit._key, stage, delay, -tries_back))

    def make_way(self, unit: Unit, seconds: float) -> bool:
        """Whether to put the unit aside, of which a page was started `seconds` ago: short jobs of others wait.

        It goes on as a heavy unit instead if there is a place for one.
        """
        if unit.heavy:
            return False
        reply = self.redis.script("make_way", *unit._key, seconds)
        unit.heavy = reply == HEAVY_NOW
        return bool(reply == ASIDE)

    def put_aside(self, unit: Unit, seconds: float) -> bool:
        """Return a unit, of which a page was started `seconds` ago, to the queue behind the short jobs of other owners.

        False if it is lost.
        """
        return bool(self.redis.script("requeue", *unit._key, QUEUED, 0, 0, seconds))

    def recover(self, member: tuple[str, int]) -> bool:
        """Return a unit (job id, number) to the queue if its lease has expired."""
        return bool(self.redis.script("requeue", *member, "", QUEUED, 0, 0))

    def complete(self, unit: Unit, result: bytes, pages: int, cacheable: bool, dead_letter: bool) -> int:
        """End the job and its followers with a result, packed by `result_body.pack_result`.

        Returns 0 if the unit is lost, 1 if the job has ended, 2 if it is now a dead letter, which keeps its upload.
        """
        cache_size = self.retention.cache_size if cacheable else 0
        return self._finish(unit, COMPLETED, result, "", pages, cache_size, dead_letter)

    def fail(self, unit: Unit, record: JobRecord, error: dict[str, str], dead_letter: bool) -> int:
        """End the job and its followers with an error {code, title, detail}. Returns the same as `complete`."""
        return self._finish(unit, FAILED, "", json.dumps(error), record.pages_total, 0, dead_letter)

    def _finish(
        self, unit: Unit, status: Status, body: bytes | str, error: str, pages: int, cache_size: int, dead_letter: bool
    ) -> int:
        ttls = (self.retention.result_ttl, self.retention.record_ttl, self.retention.cache_ttl)
        outcome = (status, body, error, pages)
        return int(self.redis.script("finish", *unit._key, *outcome, *ttls, cache_size, int(dead_letter)))

    def record_pace(self, lane: str, seconds: float, heavy: bool = False) -> None:
        """A unit of this lane took this many seconds. heavy: as a heavy unit."""
        self.redis.script("record_pace", lane, seconds, int(heavy))

    def estimate_wait(self, record: JobRecord) -> WaitEstimate:
        """Estimated from the units ahead of the job and from how long recent units took."""
        job_id = record.leader or record.id
        other = BULK if record.lane == QUICK else QUICK
        pipeline = self.redis.client.pipeline(transaction=False)
        pipeline.zrank(keys.READY + record.lane, f"{job_id}/1")
        pipeline.zcard(keys.READY + other)
        pipeline.hmget(keys.PACE, record.lane, other)
        pipeline.zcount(keys.WORKERS, self.redis.now() - SHARED.worker_timeout_seconds, "+inf")
        pipeline.zrank(keys.READY + HEAVY, f"{job_id}/1")
        ahead, others, paces, workers, heavy_ahead = pipeline.execute()
        pace, others_pace = float(paces[0] or USUAL_PACE[record.lane]), float(paces[1] or USUAL_PACE[other])
        workers = max(1, workers)
        done = record.pages_done / record.pages_total if record.pages_total else 0.0
        own = record.units * (1 - done) * pace / min(workers, record.units)
        if heavy_ahead is not None:
            return WaitEstimate(heavy_ahead, heavy_ahead * SHARED.heavy_pace / max(1, workers - 1) + own)
        if ahead is None:
            return WaitEstimate(None, own)
        others = min(others, _taken_meanwhile(record.lane, ahead))
        return WaitEstimate(ahead + others, (ahead * pace + others * others_pace) / workers + own)

    def expired_leases(self, limit: int = 100) -> list[tuple[str, int]]:
        """Units (job id, number) whose worker has not renewed the lease."""
        expired = self.redis.client.zrangebyscore(keys.LEASES, "-inf", self.redis.now(), start=0, num=limit)
        return [_split(member) for member in expired]

    def ready_count(self) -> int:
        """Number of units that a worker could take now."""
        return int(self.redis.script("ready_count"))

    def counts(self) -> dict[str, int]:
        """{waiting, running}: numbers of units without a worker and with one."""
        waiting, running = (
            self.redis.client.pipeline(transaction=False).zcard(keys.WAITING).zcard(keys.LEASES).execute()
        )
        return {"waiting": waiting, "running": running}

    def oldest_wait(self) -> float:
        """Seconds since the unit that waits longest was due. 0 if no unit is due."""
        now = self.redis.now()
        rows = self.redis.client.zrange(keys.WAITING, 0, 0, withscores=True)
        return max(0.0, now - rows[0][1]) if rows else 0.0

    def uploads_in_use(self) -> set[str]:
        """Keys of uploads that are still needed: for open work, for dead letters, or because they were announced."""
        # One transaction: a unit that moves from one list to another in between would be missing in both.
        pipeline = self.redis.client.pipeline(transaction=True)
        for key in (keys.WAITING, keys.LEASES, keys.DEAD, keys.AWAITING):
            pipeline.zrange(key, 0, -1)
        waiting, leased, dead, awaiting = pipeline.execute()
        ids = {_split(member)[0] for member in [*waiting, *leased]}
        ids |= {member.decode() for member in [*dead, *awaiting]}
        pipeline = self.redis.client.pipeline(transaction=False)
        for job_id in ids:
            pipeline.hget(keys.JOB + job_id, "upload")
        return {key.decode() for key in pipeline.execute() if key}


def _taken_meanwhile(lane: str, ahead: int) -> int:
    """Units of the other lane that are taken while this lane gets through `ahead` units (see `take.lua`)."""
    if lane == QUICK:
        return ahead * SHARED.bulk_turns // SHARED.quick_turns
    return (ahead + 1) * SHARED.quick_turns // SHARED.bulk_turns


def _split(member: bytes) -> tuple[str, int]:
    job_id, _, unit = member.decode().rpartition("/")
    return job_id, int(unit)

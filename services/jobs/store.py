"""Job records and results in Redis, as clients and operators see them. `unit_queue.py` is the workers' side.

Every change of state is one Lua script (`scripts/`), so it happens completely or not at all. `keys.py` lists the keys.
Results and pages are stored compressed: long results are large, and Redis keeps them in memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, Literal

from services import keys
from services.errors import JobNotFound, QueueFull, ResultExpired, Unauthorized
from services.jobs.quota import UsualQuota, quota_error
from services.jobs.record import PROCESSING, QUEUED, RUNNING_STAGES, STARTED, JobRecord
from services.jobs.result_body import CHUNK, TAIL_BYTES, Document, StoredResult, is_open, unpack
from services.redis_service import RedisService, Value

#: Pages that are read at a time. They may be large.
PAGES_AT_ONCE = 5
DEAD_LETTER_TTL = keys.SHARED.dead_letter_ttl
#: As the longest wait of a submitted job: store it only if its file is not needed, because the result is cached or
#: another job works on the same content.
NEEDS_NO_FILE = -1.0
#: A follower reports the progress of its leader: these fields.
PROGRESS = ("stage", "started_at", "pages_done", "attempts")


@dataclass(frozen=True, slots=True)
class Retention:
    """Lifetimes in seconds, and the number of results that the cache holds."""

    result_ttl: int
    cache_ttl: int
    cache_size: int

    @property
    def record_ttl(self) -> int:
        """Records outlive results, so that an expired result (410) differs from a job that never existed (404)."""
        return 2 * self.result_ttl + 3600


@dataclass(frozen=True, slots=True)
class Submitted:
    """The outcome of `JobStore.submit`.

    Stored now: "lead" (its units are ready: send a ticket for each), "follow" (another job works on the same content
    and will complete this one) or "hit" (completed from the cache). Not stored: "known" (it was stored before), "ended"
    (cancelled, failed or deleted before its upload arrived) or "new" (it needs its file; see `NEEDS_NO_FILE`).
    """

    outcome: Literal["lead", "follow", "hit", "known", "ended", "new"]
    #: Equal to what `JobStore.get` returns for a job that was stored now; else the submitted record.
    record: JobRecord

    @property
    def is_stored(self) -> bool:
        return self.outcome in ("lead", "follow", "hit")


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a deleted job leaves for the caller to delete. upload: a key. outputs: id of a result. Empty: nothing."""

    upload: str = ""
    outputs: str = ""


@dataclass(eq=False)
class JobStore:
    """Records and results. Every method raises RedisUnavailable when Redis cannot be reached."""

    redis: RedisService
    retention: Retention
    quota: UsualQuota = field(default_factory=UsualQuota)

    def submit(self, record: JobRecord, longest_wait: float = 0.0) -> Submitted:
        """Store a new job, or an announced job whose upload has arrived.

        Raises QueueFull if it would wait `longest_wait` seconds or more (0: no limit), QuotaExceeded if the account has
        too few pages or too many running jobs, and Unauthorized if it is no longer active.
        """
        ttls = (self.retention.result_ttl, self.retention.record_ttl)
        limits = (longest_wait, int(record.upload_expires_at > 0), *self.quota.arguments)
        outcome, values = self._save("submit", record, longest_wait, record.cache_key, *ttls, *limits)
        stored = record.updated(dict(zip(values[::2], values[1::2], strict=True)))
        return Submitted(outcome, _with_running_stage(stored) if outcome == "follow" else stored)

    def announce(self, record: JobRecord, longest_wait: float = 0.0) -> JobRecord | None:
        """Store a job whose upload has not arrived yet. Returns the stored record, or None if it was stored before.

        Raises QueueFull if a job submitted now would wait `longest_wait` seconds or more (0: no limit).
        """
        limits = (record.upload_expires_at, self.retention.record_ttl, longest_wait, int(bool(record.source)))
        outcome, values = self._save("announce", record, longest_wait, record.owner, *limits)
        return record.updated({b"created_at": values[0]}) if outcome == "announced" else None

    def _save(self, script: str, record: JobRecord, longest_wait: float, *args: Value) -> tuple[Any, list[bytes]]:
        """Run a script that stores a record. Returns its outcome and the values after it."""
        outcome, *values = self.redis.script(script, record.id, *args, *chain.from_iterable(record.to_hash().items()))
        if outcome == b"busy":
            raise QueueFull(float(values[0]) - longest_wait)
        if outcome == b"quota":
            raise quota_error(values)
        if outcome == b"closed":
            raise Unauthorized()
        return outcome.decode(), values

    def reject_upload(self, job_id: str, error: dict[str, str]) -> bool:
        """Fail a job with the error {code, title, detail} of its upload. False if the job awaits no upload."""
        return bool(self.redis.script("reject_upload", job_id, json.dumps(error), self.retention.record_ttl))

    def claim_arrival(self, job_id: str, seconds: int) -> bool:
        """Whether the caller should handle the arrival of this job's upload.

        False if the job awaits no upload, or if another process claimed it within the last `seconds`.
        """
        return bool(self.redis.script("claim_arrival", job_id, seconds))

    def awaiting_upload(self, until: float, limit: int) -> list[str]:
        """Announced jobs that have not started and whose upload expires by `until` (Unix s), earliest first."""
        return [job_id.decode() for job_id in self.redis.client.zrangebyscore(keys.AWAITING, "-inf", until, 0, limit)]

    def get(self, job_id: str, hidden: bool = False) -> JobRecord:
        """The record. A follower has the progress of its leader. Raises JobNotFound.

        `hidden`: also return a job that its client has deleted while other jobs need its work.
        """
        values = self.redis.client.hgetall(keys.JOB + job_id)
        if not values or (b"hidden" in values and not hidden):
            raise JobNotFound()
        record = JobRecord.from_hash(job_id, values)
        if not record.leader or record.status != PROCESSING:
            return record
        progress = self.redis.client.hmget(keys.JOB + record.leader, PROGRESS)
        found = zip(PROGRESS, progress, strict=True)
        return _with_running_stage(record.updated({name.encode(): value for name, value in found if value is not None}))

    def result(self, job_id: str) -> Document | None:
        """The result document. None if it does not exist or has expired."""
        stored = self.stored_result(job_id)
        return unpack(b"".join(stored.chunks)) if stored else None

    def stored_result(self, job_id: str, result_id: str = "") -> StoredResult | None:
        """The result as it is stored. A large one is read while it is sent. None if it does not exist.

        result_id: `result` of the job's record, if the record was read.
        """
        client = self.redis.client
        if not result_id:
            found = client.hget(keys.JOB + job_id, "result")
            result_id = found.decode() if found else job_id
        key, jobs = keys.RESULT + result_id, keys.RESULT_JOBS + result_id
        pipeline = client.pipeline(transaction=False).getrange(key, 0, CHUNK - 1).zscore(jobs, job_id).exists(jobs)
        first, expires_at, shared = pipeline.execute()
        if shared and (expires_at is None or expires_at < self.redis.now()):
            return None  # The job had it, but other jobs have it for longer.
        if len(first) < CHUNK:
            return StoredResult.of(first) if first else None
        size, tail = client.pipeline().strlen(key).getrange(key, -TAIL_BYTES, -1).execute()
        if not is_open(tail):  # stored by an older version, or deleted since
            body = client.get(key)
            return StoredResult.of(body) if body else None

        def chunks() -> Iterator[bytes]:
            yield first
            for start in range(CHUNK, size, CHUNK):
                part = client.getrange(key, start, start + CHUNK - 1)
                if not part:
                    raise ResultExpired()
                yield part

        return StoredResult(chunks(), size, tail)

    def cancel(self, job_id: str) -> str | None:
        """Cancel a job that has not ended.

        Returns the key of the upload to delete ("" if there is no upload to delete), or None if the job has ended.
        """
        return _upload_of(*self.redis.script("cancel", job_id, self.retention.record_ttl))

    def delete(self, job_id: str) -> Deleted | None:
        """Delete an ended job. None if the job has not ended or does not exist."""
        done, upload, outputs = self.redis.script("delete", job_id)
        return Deleted(upload.decode(), outputs.decode()) if done else None

    def expired_outputs(self, limit: int = 100) -> list[str]:
        """Ids of results whose generated files no job needs any more."""
        return [result.decode() for result in self.redis.script("expired_outputs", limit)]

    def forget_outputs(self, result_id: str) -> None:
        """The generated files of this result have been deleted."""
        self.redis.client.zrem(keys.OUTPUTS, result_id)

    def results_with_outputs(self) -> set[str]:
        """Ids of the results that have generated files, or will have them in a moment."""
        return {result.decode() for result, _ in self.redis.client.zrange(keys.OUTPUTS, 0, -1, withscores=True)}

    def ids_of_owner(self, owner: str, before: str, limit: int, before_at: float = float("inf")) -> list[str]:
        """Ids of the owner's jobs, newest first, starting after the job `before` (empty: with the newest).

        If that job has been deleted, starts after the jobs that are newer than `before_at` (Unix s).
        """
        start = 0
        if before:
            rank = self.redis.client.zrevrank(keys.OWNED + owner, before)
            start = self.redis.client.zcount(keys.OWNED + owner, f"({before_at}", "+inf") if rank is None else rank + 1
        return [job_id.decode() for job_id in self.redis.client.zrevrange(keys.OWNED + owner, start, start + limit - 1)]

    def get_many(self, job_ids: Sequence[str]) -> list[JobRecord]:
        """The records of the jobs that still exist."""
        pipeline = self.redis.client.pipeline(transaction=False)
        for job_id in job_ids:
            pipeline.hgetall(keys.JOB + job_id)
        found = pipeline.execute()
        return [JobRecord.from_hash(job_id, values) for job_id, values in zip(job_ids, found, strict=True) if values]

    def page_numbers_done(self, job_id: str) -> list[int]:
        """Numbers of the finished pages, in order."""
        stored = self.redis.client.hkeys(keys.PAGES + job_id)
        return sorted(int(key[5:]) for key in stored if key.startswith(b"page:"))

    def packed_pages(self, job_id: str, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Those of these pages that are finished: (number, packed result). Holds a few of them at a time."""
        for start in range(0, len(numbers), PAGES_AT_ONCE):
            some = numbers[start : start + PAGES_AT_ONCE]
            bodies = self.redis.client.hmget(keys.PAGES + job_id, [f"page:{number}" for number in some])
            yield from ((number, body) for number, body in zip(some, bodies, strict=True) if body)

    def pages_done(self, job_id: str) -> dict[int, Document]:
        """Results of finished pages by page number."""
        pages = self.packed_pages(job_id, self.page_numbers_done(job_id))
        return {number: unpack(body) for number, body in pages}

    def replay(self, job_id: str) -> int:
        """Start a dead letter again. Returns the number of ready units; 0 if the job is not a dead letter."""
        return int(self.redis.script("replay", job_id))

    def dead_letters(self, start: int, limit: int) -> tuple[int, list[tuple[str, float]]]:
        """The number of dead letters, and some of them, newest first: (job id, when the job failed in Unix s)."""
        pipeline = self.redis.client.pipeline(transaction=False)
        pipeline.zremrangebyscore(keys.DEAD, "-inf", self.redis.now() - DEAD_LETTER_TTL)
        pipeline.zcard(keys.DEAD)
        pipeline.zrevrange(keys.DEAD, start, start + limit - 1, withscores=True)
        _, total, rows = pipeline.execute()
        return total, [(member.decode(), since) for member, since in rows]

    def dead_since(self, job_id: str) -> float | None:
        """When the job became a dead letter (Unix s). None if it is not a dead letter."""
        return self.redis.client.zscore(keys.DEAD, job_id)

    def cache_entries(self) -> int:
        """Number of results in the cache."""
        return self.redis.client.zcount(keys.CACHE_INDEX, self.redis.now() - self.retention.cache_ttl, "+inf")


def _upload_of(done: int, upload: bytes) -> str | None:
    return upload.decode() if done else None


def _with_running_stage(follower: JobRecord) -> JobRecord:
    """A cancelled leader has the stage "cancelled" although its work continues for its followers."""
    if follower.stage in RUNNING_STAGES:
        return follower
    return replace(follower, stage=STARTED if follower.pages_done else QUEUED)

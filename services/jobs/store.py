"""Job records and results in Redis, as clients and operators see them; `work_queue.py` is the workers' side.

Every change of state is one Lua script (`scripts/`), so it happens whole or not at all. `keys.py` names what is kept.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, replace

from services import keys
from services.errors import JobNotFound, QueueFull
from services.jobs.record import PROCESSING, JobRecord
from services.redis_service import RedisService

#: Seconds for which a dead letter can be replayed.
DEAD_LETTER_TTL = 7 * 86_400

#: In the place of the longest wait: take only what needs no file.
NEEDS_NO_FILE = -1.0


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things are kept, in seconds, and how many results the cache holds."""

    result_ttl: int
    cache_ttl: int
    cache_size: int

    @property
    def record_ttl(self) -> int:
        """Records outlive results, so that an expired result is told (410) from a job that never was (404)."""
        return 2 * self.result_ttl + 3600


class JobStore:
    """Records and results. Every method raises RedisUnavailable when Redis cannot be reached."""

    def __init__(self, redis: RedisService, retention: Retention) -> None:
        self._redis = redis
        self._keep = retention

    def submit(self, record: JobRecord, longest_wait: float = 0.0) -> str:
        """Store a new job, or one whose upload has come.

        Returns "lead" (its units are ready: put tickets on the queue), "follow", "hit" (completed from the cache),
        "known" (it was stored before) or "ended" (cancelled or forgotten before its upload came). Raises QueueFull when
        it would wait `longest_wait` seconds or more (0: it may wait for any time).
        """
        fields = [item for pair in record.to_hash().items() for item in pair]
        keep = [self._keep.result_ttl, self._keep.record_ttl]
        announced = int(record.upload_expires_at > 0)
        outcome, seconds = self._redis.script(
            "submit", record.id, record.cache_key, *keep, longest_wait, announced, *fields
        )
        if outcome == b"busy":
            raise QueueFull(float(seconds) - longest_wait)
        return outcome.decode()

    def submit_known(self, record: JobRecord) -> str | None:
        """Store a new job that needs no file, for its content is known or being worked on: "hit" or "follow".

        None, and nothing is stored, where that is not so.
        """
        outcome = self.submit(record, NEEDS_NO_FILE)
        return None if outcome == "new" else outcome

    def announce(self, record: JobRecord, longest_wait: float = 0.0) -> bool:
        """Store a job whose upload is still to come. False when it is known already.

        Raises QueueFull when a job that came now would wait `longest_wait` seconds or more (0: for any time).
        """
        fields = [item for pair in record.to_hash().items() for item in pair]
        how = [record.upload_expires_at, self._keep.record_ttl, longest_wait]
        outcome, seconds = self._redis.script("announce", record.id, record.owner, *how, *fields)
        if outcome == b"busy":
            raise QueueFull(float(seconds) - longest_wait)
        return outcome == b"announced"

    def refuse(self, job_id: str, error: dict) -> bool:
        """End a job with a fault {code, title, detail} of its upload. False when it awaits none (any more)."""
        return bool(self._redis.script("refuse", job_id, json.dumps(error), self._keep.record_ttl))

    def notice(self, job_id: str, seconds: int) -> bool:
        """An upload seems to have come: whether its job awaits one, and nobody noticed it in the last `seconds`."""
        return bool(self._redis.script("notice", job_id, seconds))

    def awaiting(self, until: float, limit: int) -> list[str]:
        """Jobs whose upload was to come by then (Unix s), and has not begun a job yet; the oldest first."""
        with self._redis.guard() as client:
            found = client.zrangebyscore(keys.AWAITING, "-inf", until, start=0, num=limit)
        return [member.decode() for member in found]

    def get(self, job_id: str, hidden: bool = False) -> JobRecord:
        """The record; the progress of one that follows another job is that job's. Raises JobNotFound.

        `hidden`: also one that its client has deleted and others still need.
        """
        with self._redis.guard() as client:
            values = client.hgetall(keys.JOB + job_id)
            if not values or (b"hidden" in values and not hidden):
                raise JobNotFound()
            record = JobRecord.from_hash(job_id, values)
            if not record.leader or record.status != PROCESSING:
                return record
            stage, started, done, attempts = client.hmget(
                keys.JOB + record.leader, "stage", "started_at", "pages_done", "attempts"
            )
        if stage is None:  # it has ended in this very moment, and is forgotten
            return record
        if stage.decode() not in ("queued", "started", "retrying"):  # cancelled: its work goes on
            stage = b"started" if int(done or 0) else b"queued"
        return replace(
            record,
            stage=stage.decode(),
            started_at=float(started) if started else None,
            pages_done=int(done or 0),
            attempts=int(attempts or 0),
        )

    def result(self, job_id: str) -> dict | None:
        """The result document, or None when there is none (any more)."""
        with self._redis.guard() as client:
            body = client.get(keys.RESULT + job_id)
        return unpack(body) if body else None

    def cancel(self, job_id: str) -> str | None:
        """Cancel a job that has not ended. Returns the key of the upload that is to be deleted, "" when there is
        none, or None when the job had ended."""
        done, upload = self._redis.script("cancel", job_id, self._keep.record_ttl)
        return upload.decode() if done else None

    def delete(self, job_id: str) -> str | None:
        """Forget an ended job. Returns as `cancel` does; None when it has not ended, or is not there."""
        done, upload = self._redis.script("delete", job_id)
        return upload.decode() if done else None

    def owned(self, owner: str, before: str, limit: int, before_at: float = float("inf")) -> list[str]:
        """Ids of the owner's jobs, newest first, after the job `before` (empty: from the newest on). Where that one is
        gone, after those that are younger than `before_at` (Unix s)."""
        with self._redis.guard() as client:
            start = 0
            if before:
                rank = client.zrevrank(keys.OWNED + owner, before)
                start = client.zcount(keys.OWNED + owner, f"({before_at}", "+inf") if rank is None else rank + 1
            return [member.decode() for member in client.zrevrange(keys.OWNED + owner, start, start + limit - 1)]

    def get_many(self, job_ids: list[str]) -> list[JobRecord]:
        """Those of the jobs that are still there."""
        with self._redis.guard() as client:
            pipeline = client.pipeline(transaction=False)
            for job_id in job_ids:
                pipeline.hgetall(keys.JOB + job_id)
            found = pipeline.execute()
        return [JobRecord.from_hash(job_id, values) for job_id, values in zip(job_ids, found, strict=True) if values]

    def pages_done(self, job_id: str, numbers: tuple[int, ...] | None = None) -> dict[int, dict]:
        """Results of the pages that are done, by page number: of all, or of those in `numbers`."""
        with self._redis.guard() as client:
            if numbers is None:
                stored = client.hgetall(keys.PAGES + job_id)
                bodies = {int(key[5:]): body for key, body in stored.items() if key.startswith(b"page:")}
            else:
                found = client.hmget(keys.PAGES + job_id, [f"page:{number}" for number in numbers]) if numbers else []
                bodies = {number: body for number, body in zip(numbers, found, strict=True) if body}
        return {number: unpack(bodies[number]) for number in sorted(bodies)}

    def replay(self, job_id: str) -> int:
        """Work once more on a dead letter: how many units are ready. 0 when it is none."""
        return int(self._redis.script("replay", job_id))

    def dead_letters(self, start: int, limit: int) -> tuple[int, list[tuple[str, float]]]:
        """How many dead letters there are, and some of them from the newest on: (job id, when it was given up)."""
        with self._redis.guard() as client:
            pipeline = client.pipeline(transaction=False)
            pipeline.zremrangebyscore(keys.DEAD, "-inf", self._redis.now() - DEAD_LETTER_TTL)
            pipeline.zcard(keys.DEAD)
            pipeline.zrevrange(keys.DEAD, start, start + limit - 1, withscores=True)
            _, total, rows = pipeline.execute()
        return total, [(member.decode(), since) for member, since in rows]

    def dead_since(self, job_id: str) -> float | None:
        """When the job became a dead letter; None when it is none."""
        with self._redis.guard() as client:
            return client.zscore(keys.DEAD, job_id)

    def ping(self) -> None:
        self._redis.ping()

    def cached(self) -> int:
        """How many results the cache holds."""
        now = self._redis.now()
        with self._redis.guard() as client:
            return client.zcount(keys.CACHE_INDEX, now - self._keep.cache_ttl, "+inf")


def pack(document: dict) -> bytes:
    """JSON, compressed: results of long documents are large and Redis keeps them in memory."""
    return zlib.compress(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def unpack(body: bytes) -> dict:
    return json.loads(zlib.decompress(body))

"""Job records and results in Redis. Every change of state is one Lua script, so it happens whole or not at all.

Keys: `ocr:job:{id}` the record, `ocr:result:{id}` the result, `ocr:pages:{id}` pages done so far, `ocr:waiting` and
`ocr:running` (job ids by due time and by end of lease), `ocr:inflight:{content}` who works on a content,
`ocr:followers:{id}` jobs waiting for the same content, `ocr:cache:{content}` and `ocr:cache-index` the result cache.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass

from services.errors import JobNotFound
from services.job_record import COMPLETED, FAILED, JobRecord
from services.redis_service import RedisService
from services.tally import TALLY

JOB, RESULT, PAGES = "ocr:job:", "ocr:result:", "ocr:pages:"
INFLIGHT, FOLLOWERS, CACHE = "ocr:inflight:", "ocr:followers:", "ocr:cache:"
CACHE_INDEX, WAITING, RUNNING = "ocr:cache-index", "ocr:waiting", "ocr:running"

#: Stands for the result of a page that is done but not stored.
COUNTED = b"-"
#: A worker renews its lease every third of this; a job whose worker died is found after it, in seconds.
LEASE_SECONDS = 12


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
    """All reads and writes of jobs. Every method raises RedisUnavailable when Redis cannot be reached."""

    def __init__(self, redis: RedisService, retention: Retention) -> None:
        self._redis = redis
        self._keep = retention

    def submit(self, record: JobRecord) -> str:
        """Store a new job. Returns "lead" (to be enqueued), "follow" or "hit" (completed from the cache)."""
        fields = [item for pair in record.to_hash().items() for item in pair]
        keys = [
            JOB + record.id,
            RESULT + record.id,
            CACHE + record.cache_key,
            INFLIGHT + record.cache_key,
            CACHE_INDEX,
            WAITING,
            TALLY,
        ]
        keep = [self._keep.result_ttl, self._keep.record_ttl]
        return self._redis.script(
            "submit", keys, [record.id, record.cache_key, *keep, FOLLOWERS, JOB, *fields]
        ).decode()

    def get(self, job_id: str) -> JobRecord:
        """Raises JobNotFound."""
        with self._redis.guard() as client:
            values = client.hgetall(JOB + job_id)
        if not values:
            raise JobNotFound()
        return JobRecord.from_hash(job_id, values)

    def result(self, job_id: str) -> dict | None:
        """The result document, or None when there is none (any more)."""
        with self._redis.guard() as client:
            body = client.get(RESULT + job_id)
        return unpack(body) if body else None

    def claim(self, job_id: str, token: str) -> int | str:
        """Take a job: the number of this attempt, or why not ("gone", "ended", "held")."""
        answer = self._redis.script("claim", [JOB + job_id, RUNNING, WAITING], [job_id, token, LEASE_SECONDS])
        return int(answer[0]) if isinstance(answer, list) else answer.decode()

    def renew(self, job_id: str, token: str) -> bool:
        return bool(self._redis.script("renew", [JOB + job_id, RUNNING], [job_id, token, LEASE_SECONDS]))

    def begin_page(self, job_id: str, token: str, page: int) -> int:
        """How often this page was begun without an end, this time included; 0 when the lease is lost."""
        return int(self._redis.script("begin_page", [JOB + job_id, PAGES + job_id], [token, page]))

    def end_page(
        self, job_id: str, token: str, page: int, body: dict | None, total: int | None = None, stored: bool = True
    ) -> bool:
        """Store a page's result (None: its try just ended), or only count it as done. False when the lease is lost."""
        packed = pack(body) if body and stored else COUNTED if body else ""
        success = int(bool(body and body.get("success")))
        args = [token, page, packed, "" if total is None else total, job_id, success]
        return bool(self._redis.script("end_page", [JOB + job_id, PAGES + job_id], args))

    def pages_done(self, job_id: str) -> dict[int, dict]:
        """Results of the pages that are done and stored, by page number."""
        with self._redis.guard() as client:
            stored = client.hgetall(PAGES + job_id)
        return {
            int(key[5:]): unpack(body) for key, body in stored.items() if key.startswith(b"page:") and body != COUNTED
        }

    def requeue(self, job_id: str, token: str, stage: str, delay: float = 0.0, attempts_back: int = 0) -> bool:
        """Back to the queue; an empty token takes only a job whose lease ran out. False: not the caller's to give."""
        args = [job_id, token, stage, delay, -attempts_back]
        return bool(self._redis.script("requeue", [JOB + job_id, RUNNING, WAITING, TALLY], args))

    def complete(self, record: JobRecord, token: str, result: dict, pages: int, cacheable: bool) -> bool:
        """End a job with its result, and the jobs that follow it. False when the lease is lost."""
        size = self._keep.cache_size if cacheable else 0
        return self._finish(record, token, COMPLETED, pack(result), "", pages, size)

    def fail(self, record: JobRecord, token: str, error: dict) -> bool:
        """End a job with a fault {code, title, detail}. False when the lease is lost."""
        return self._finish(record, token, FAILED, "", json.dumps(error), record.pages_total, 0)

    def _finish(self, record, token, status, body, error, pages, cache_size) -> bool:
        keys = [
            JOB + record.id,
            RESULT + record.id,
            PAGES + record.id,
            RUNNING,
            INFLIGHT + record.cache_key,
            FOLLOWERS + record.id,
            CACHE + record.cache_key,
            CACHE_INDEX,
            TALLY,
        ]
        keep = [self._keep.result_ttl, self._keep.record_ttl, self._keep.cache_ttl, cache_size]
        args = [record.id, token, status, *keep, record.cache_key, JOB, RESULT, CACHE, body, error, pages]
        return bool(self._redis.script("finish", keys, args))

    def expired_leases(self, limit: int = 100) -> list[str]:
        """Jobs whose worker has not renewed its lease."""
        now = self._redis.now()
        with self._redis.guard() as client:
            return [member.decode() for member in client.zrangebyscore(RUNNING, "-inf", now, start=0, num=limit)]

    def overdue(self, seconds: float, limit: int = 50) -> list[tuple[str, float]]:
        """Waiting jobs that were due `seconds` ago or earlier, oldest first, with their due times."""
        now = self._redis.now()
        with self._redis.guard() as client:
            rows = client.zrangebyscore(WAITING, "-inf", now - seconds, start=0, num=limit, withscores=True)
        return [(member.decode(), score) for member, score in rows]

    def waiting_since(self, job_id: str) -> float | None:
        with self._redis.guard() as client:
            return client.zscore(WAITING, job_id)

    def touch_waiting(self, job_id: str) -> None:
        """The job was put on the queue again now: look at it again only after a while."""
        now = self._redis.now()
        with self._redis.guard() as client:
            pipeline = client.pipeline().zadd(WAITING, {job_id: now}, xx=True)
            pipeline.hincrby(TALLY, "requeued:message_lost").execute()

    def uploads_in_use(self) -> set[str]:
        """Keys of the uploads that waiting and running jobs still need."""
        with self._redis.guard() as client:
            ids = [*client.zrange(WAITING, 0, -1), *client.zrange(RUNNING, 0, -1)]
            pipeline = client.pipeline(transaction=False)
            for job_id in ids:
                pipeline.hget(JOB + job_id.decode(), "upload")
            return {key.decode() for key in pipeline.execute() if key}

    def ping(self) -> None:
        self._redis.ping()

    def counts(self) -> dict[str, int]:
        """{waiting, running}: how many jobs are in each state."""
        with self._redis.guard() as client:
            waiting, running = client.pipeline(transaction=False).zcard(WAITING).zcard(RUNNING).execute()
        return {"waiting": waiting, "running": running}

    def oldest(self) -> float:
        """For how many seconds the job that waits longest has been due; 0 when none is."""
        now = self._redis.now()
        with self._redis.guard() as client:
            rows = client.zrange(WAITING, 0, 0, withscores=True)
        return max(0.0, now - rows[0][1]) if rows else 0.0

    def cached(self) -> int:
        """How many results the cache holds."""
        now = self._redis.now()
        with self._redis.guard() as client:
            return client.zcount(CACHE_INDEX, now - self._keep.cache_ttl, "+inf")


def pack(document: dict) -> bytes:
    """JSON, compressed: results of long documents are large and Redis keeps them in memory."""
    return zlib.compress(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def unpack(body: bytes) -> dict:
    return json.loads(zlib.decompress(body))

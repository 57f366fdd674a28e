"""The files still to be fetched, in Redis: `ocr:fetches` holds job ids by the time of their next attempt."""

from __future__ import annotations

from dataclasses import dataclass

from services.keys import FETCHES
from services.redis_service import RedisService

#: A file whose fetcher died is taken again after this many seconds. Fetching one takes less.
LEASE_SECONDS = 120.0


@dataclass(eq=False)
class FetchQueue:
    """Methods raise RedisUnavailable."""

    redis: RedisService
    lease_seconds: float = LEASE_SECONDS

    def take(self, limit: int) -> list[str]:
        """The jobs whose file has been due longest. No other fetcher gets them until the lease expires."""
        return [job_id.decode() for job_id in self.redis.script("fetch_take", self.lease_seconds, limit)]

    def postpone(self, job_id: str, seconds: float) -> None:
        """The file is due again in so many seconds."""
        self.redis.client.zadd(FETCHES, {job_id: self.redis.now() + seconds}, xx=True)

    def announce_size(self, job_id: str, size: int) -> bool:
        """Store the size of the fetched file in bytes. False if the job no longer awaits it."""
        return bool(self.redis.script("fetch_announce_size", job_id, size))

    def finish(self, job_id: str) -> None:
        """The file has arrived, or never will."""
        self.redis.client.zrem(FETCHES, job_id)

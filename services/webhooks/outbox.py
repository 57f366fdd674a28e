"""What is still to be told, in Redis: `ocr:webhooks`, job ids by the time when they are due."""

from __future__ import annotations

from dataclasses import dataclass

from services.redis_service import RedisService

#: A courier that died over a job is made up for after so many seconds: longer than a call takes.
LEASE_SECONDS = 30.0

DELIVERED, RETRIED, GIVEN_UP = "delivered", "retried", "given_up"


@dataclass(frozen=True, slots=True)
class Due:
    """A job that is to be told of now."""

    job_id: str
    #: The job's end as the record spells it: tells this end from that of a replay.
    ended: str
    #: Tries that failed, and seconds since the first one began.
    tries: int
    age: float


class Outbox:
    """Every method raises RedisUnavailable when Redis cannot be reached."""

    def __init__(self, redis: RedisService, lease_seconds: float = LEASE_SECONDS) -> None:
        self._redis = redis
        self._lease_seconds = lease_seconds

    def take(self, most: int) -> list[Due]:
        """Those that have been due longest. Nobody else gets them before the lease is over."""
        rows = self._redis.script("webhook_take", self._lease_seconds, most)
        return [Due(job_id.decode(), ended.decode(), int(tries), float(age)) for job_id, ended, tries, age in rows]

    def put_off(self, due: Due, seconds: float) -> None:
        """It was not tried: its turn comes later."""
        self._settle(due, "", seconds)

    def settle(self, due: Due, outcome: str, seconds: float | None = None) -> None:
        """What came of a try: DELIVERED, GIVEN_UP, or RETRIED in so many `seconds`."""
        self._settle(due, outcome, seconds)

    def _settle(self, due: Due, outcome: str, seconds: float | None) -> None:
        self._redis.script("webhook_settle", due.job_id, due.ended, outcome, "" if seconds is None else seconds)

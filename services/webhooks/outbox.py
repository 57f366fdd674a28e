"""The webhooks still to be sent, in Redis: `ocr:webhooks` holds job ids by the time of their next attempt."""

from __future__ import annotations

from dataclasses import dataclass

from services.redis_service import RedisService

#: A webhook whose dispatcher died is taken again after this many seconds. One call takes less.
LEASE_SECONDS = 30.0

#: Outcomes of `settle`. POSTPONED: no call was made.
DELIVERED, RETRIED, GIVEN_UP, POSTPONED = "delivered", "retried", "given_up", ""


@dataclass(frozen=True, slots=True)
class DueWebhook:
    """A job whose receiver is to be called now."""

    job_id: str
    #: The job's end time exactly as stored. Distinguishes this end from the end of a replay.
    ended: str
    #: Number of failed attempts, and seconds since the first one began.
    tries: int
    age: float


@dataclass(eq=False)
class Outbox:
    """Methods raise RedisUnavailable."""

    redis: RedisService
    lease_seconds: float = LEASE_SECONDS

    def take(self, limit: int) -> list[DueWebhook]:
        """The webhooks that have been due longest. No other dispatcher gets them until the lease expires."""
        rows = self.redis.script("webhook_take", self.lease_seconds, limit)
        return [
            DueWebhook(job_id.decode(), ended.decode(), int(tries), float(age)) for job_id, ended, tries, age in rows
        ]

    def settle(self, webhook: DueWebhook, outcome: str, due_in: float | None = None) -> None:
        """Record the outcome of an attempt. For RETRIED and POSTPONED, the webhook is due again in `due_in` seconds."""
        delay = "" if due_in is None else due_in
        self.redis.script("webhook_settle", webhook.job_id, webhook.ended, outcome, delay)

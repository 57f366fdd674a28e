"""Limits on the jobs of an account. `submit.lua` checks and counts them; here its reply becomes an error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.errors import QuotaExceeded, TooManyJobs

#: Seconds after which a client should try again when all its jobs are running.
JOBS_RETRY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class UsualQuota:
    """The limits of accounts that have none of their own. 0: no limit."""

    pages_per_day: int = 0
    pages_per_month: int = 0
    concurrent_jobs: int = 0

    @property
    def arguments(self) -> tuple[int, int, int]:
        """As `submit.lua` expects them."""
        return self.pages_per_day, self.pages_per_month, self.concurrent_jobs


def quota_error(reply: Sequence[bytes | int]) -> QuotaExceeded:
    """The error for a reply of the script: name of the limit, the limit, what is left of it, Unix time."""
    name, limit, left, now = (part.decode() if isinstance(part, bytes) else str(part) for part in reply)
    facts = {"quota": name, "limit": int(limit), "remaining": int(left)}
    if name == "concurrent_jobs":
        return TooManyJobs(
            f"The account may have {limit} running jobs at a time. Wait until one has ended.",
            retry_after=JOBS_RETRY_SECONDS,
            **facts,
        )
    ends = _end_of_day(float(now)) if name == "pages_per_day" else _end_of_month(float(now))
    period = "day" if name == "pages_per_day" else "month"
    return QuotaExceeded(
        f"The account may process {limit} pages per {period}, and {left} are left, fewer than this file has. "
        f"The quota resets at {ends.isoformat()}.",
        retry_after=max(1, int(ends.timestamp() - float(now)) + 1),
        resets_at=ends.isoformat(),
        **facts,
    )


def _end_of_day(now: float) -> datetime:
    return _midnight(now) + timedelta(days=1)


def _end_of_month(now: float) -> datetime:
    return (_midnight(now).replace(day=1) + timedelta(days=32)).replace(day=1)


def _midnight(now: float) -> datetime:
    return datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)

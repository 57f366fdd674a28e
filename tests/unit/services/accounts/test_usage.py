"""Usage by day and month, and errors of quotas."""

from datetime import datetime

import pytest

from services.accounts.account import Limits, Period, Usage
from services.errors import QuotaExceeded, TooManyJobs
from services.jobs.quota import quota_error


@pytest.mark.parametrize(
    ("now", "day", "month"),
    [
        ("2026-01-31T23:59:59+00:00", "2026-02-01T00:00:00+00:00", "2026-02-01T00:00:00+00:00"),
        ("2026-02-01T00:00:00+00:00", "2026-02-02T00:00:00+00:00", "2026-03-01T00:00:00+00:00"),
        ("2028-02-28T12:00:00+00:00", "2028-02-29T00:00:00+00:00", "2028-03-01T00:00:00+00:00"),
        ("2026-12-31T12:00:00+00:00", "2027-01-01T00:00:00+00:00", "2027-01-01T00:00:00+00:00"),
    ],
)
def test_quotas_reset_at_midnight_utc(now, day, month):
    seconds = datetime.fromisoformat(now).timestamp()
    assert (Period.day(seconds).ends.isoformat(), Period.month(seconds).ends.isoformat()) == (day, month)
    assert Period.day(seconds).name == now[:10] and Period.month(seconds).name == now[:7]
    for name, resets_at in (("pages_per_day", day), ("pages_per_month", month)):
        error = quota_error([name.encode(), 10, 3, str(seconds).encode()])
        assert error.extra["resets_at"] == resets_at
        left = datetime.fromisoformat(resets_at).timestamp() - seconds
        assert left <= error.extra["retry_after"] <= left + 1
        assert (error.code, error.extra["limit"], error.extra["remaining"]) == ("quota_exceeded", 10, 3)


def test_too_many_running_jobs_is_a_quota_without_a_time():
    error = quota_error([b"concurrent_jobs", 2, 0, b"1769900000.5"])
    assert isinstance(error, TooManyJobs) and isinstance(error, QuotaExceeded)
    assert (error.code, "resets_at" in error.extra) == ("quota_exceeded", False)


def test_the_total_contains_days_that_were_forgotten():
    stored = {b"requests": b"100", b"requests:2026-01-30": b"3", b"requests:2026-01-31": b"4", b"pages:2026-01": b"9"}
    usage = Usage.from_hash({**stored, b"pages": b"12", b"pages:2026-01-31": b"2"})
    assert (usage.requests, usage.pages, usage.pages_of["2026-01"]) == (107, 12, 9)
    assert usage.days() == [
        {"date": "2026-01-31", "requests": 4, "pages": 2},
        {"date": "2026-01-30", "requests": 3, "pages": 0},
    ]
    assert Usage.from_hash({}).last_used_at is None


def test_an_own_limit_replaces_the_default_even_if_it_is_none():
    defaults = Limits(10, 100, 1000, 5, 50)
    assert Limits(pages_per_day=0).or_default(defaults) == Limits(10, 0, 1000, 5, 50)

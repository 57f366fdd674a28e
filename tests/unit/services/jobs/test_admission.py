"""What is known about a full queue without asking Redis."""

from types import SimpleNamespace

import pytest

from services.errors import QueueFull
from services.jobs import admission
from services.jobs.admission import RESERVED, UNCHECKED, Admission, Slot


class FakeRedis:
    """A queue in which a new job waits `seconds`, and each more job waits `each` seconds longer."""

    def __init__(self, seconds: float, each: float) -> None:
        self.backlog = [str(seconds).encode(), str(each).encode()]
        self.counted = []
        self.client = SimpleNamespace(hincrby=lambda key, field, by: self.counted.append(by))

    def script(self, name, longest_wait):
        assert name == "backlog"
        return self.backlog

    def memory(self):
        return 0, 0


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(admission.time, "monotonic", lambda: now[0])
    return now


def test_nothing_is_rejected_before_the_first_check(clock):
    assert Admission(FakeRedis(99, 1), longest_wait=10).slot(in_progress=1000) is UNCHECKED


def test_a_full_queue_rejects_until_the_next_check(clock):
    checks = Admission(FakeRedis(12, 0.5), longest_wait=10)
    with pytest.raises(QueueFull):
        checks.check(UNCHECKED)
    slot = checks.slot(in_progress=0)
    with pytest.raises(QueueFull) as rejection:
        checks.check(slot)
    assert slot.full
    assert rejection.value.extra == {"retry_after": 2}
    clock[0] += admission.CHECK_SECONDS
    assert checks.slot(in_progress=0) is UNCHECKED, "there may be room again: one request checks"
    assert checks.slot(in_progress=0).full, "the others are judged by the last check"
    clock[0] += admission.CHECK_VALID_SECONDS
    assert checks.slot(in_progress=0) is checks.slot(in_progress=0) is UNCHECKED, "the last check is too old"


def test_requests_in_progress_keep_their_slots(clock):
    checks = Admission(FakeRedis(2, 0.5), longest_wait=10)
    checks.check(UNCHECKED)
    assert checks.slot(in_progress=15) is RESERVED
    assert checks.slot(in_progress=16).full


def test_with_few_requests_each_one_checks(clock):
    checks = Admission(FakeRedis(2, 0.5), longest_wait=10)
    checks.check(UNCHECKED)
    assert checks.slot(in_progress=1) is UNCHECKED


def test_a_reserved_slot_is_valid_when_the_queue_has_grown(clock):
    Admission(FakeRedis(12, 0.5), longest_wait=10).check(RESERVED)


def test_the_first_rejection_is_counted_at_once_and_later_ones_together(clock):
    redis = FakeRedis(12, 0.5)
    checks = Admission(redis, longest_wait=10)

    def reject():
        with pytest.raises(QueueFull):
            checks.check(Slot("full", 2.0))

    for _ in range(3):
        reject()
    assert redis.counted == [1]
    clock[0] += admission.REPORT_SECONDS
    reject()
    assert redis.counted == [1, 3]

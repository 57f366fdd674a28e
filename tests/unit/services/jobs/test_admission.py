"""What is said of a full queue without asking anybody."""

from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from services.errors import QueueFull
from services.jobs import admission
from services.jobs.admission import Admission


class Backlog:
    """Redis, as far as admission asks it: a queue of so many seconds, to which each job adds as many."""

    def __init__(self, seconds: float, each: float) -> None:
        self.answer = [str(seconds).encode(), str(each).encode()]
        self.counted = []

    def script(self, name, longest_wait):
        assert name == "backlog"
        return self.answer

    def guard(self):
        return nullcontext(SimpleNamespace(hincrby=lambda key, field, by: self.counted.append(by)))

    def memory(self):
        return 0, 0


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(admission.time, "monotonic", lambda: now[0])
    return now


def test_nothing_is_refused_before_the_queue_was_looked_at(clock):
    assert Admission(Backlog(99, 1), longest_wait=10).place(under_way=1000) is False


def test_what_was_seen_of_a_full_queue_refuses_what_comes_meanwhile(clock):
    asked = Admission(Backlog(12, 0.5), longest_wait=10)
    with pytest.raises(QueueFull):
        asked.check()
    assert asked.place(under_way=0).extra == {"retry_after": 2}
    clock[0] += admission.LOOK_SECONDS
    assert asked.place(under_way=0) is False, "by now there may be room: one looks"
    assert isinstance(asked.place(under_way=0), QueueFull), "while the others are told what is known"
    clock[0] += admission.SEEN_SECONDS
    assert asked.place(under_way=0) is asked.place(under_way=0) is False, "that was too long ago to tell anything"


def test_requests_that_are_being_taken_in_have_their_places_already(clock):
    asked = Admission(Backlog(2, 0.5), longest_wait=10)
    asked.check()
    assert asked.place(under_way=15) is True
    assert isinstance(asked.place(under_way=16), QueueFull)


def test_where_few_come_each_is_looked_at_by_itself(clock):
    asked = Admission(Backlog(2, 0.5), longest_wait=10)
    asked.check()
    assert asked.place(under_way=1) is False


def test_who_has_a_place_is_not_refused_when_the_queue_has_grown(clock):
    Admission(Backlog(12, 0.5), longest_wait=10).check(admitted=True)


def test_refusals_are_counted_one_at_once_and_the_others_together(clock):
    backlog = Backlog(12, 0.5)
    asked = Admission(backlog, longest_wait=10)
    for _ in range(3):
        asked.tell_refusal()
    assert backlog.counted == [1]
    clock[0] += admission.TELL_SECONDS
    asked.tell_refusal()
    assert backlog.counted == [1, 3]

"""Units in a real Redis: taken, held, tried again, done; who is next, and when the queue is full."""

import time

import pytest

from services.errors import JobNotFound, QueueFull
from services.jobs import unit_queue as work_queue
from services.jobs.unit_queue import LAST, LOST, MORE
from tests.support.jobs import ERROR, record


def test_a_unit_is_taken_by_one_worker_at_a_time(work):
    work.submit()
    assert work.take("first")
    assert work.take("second") is None


def test_a_worker_that_lost_its_lease_changes_nothing_any_more(work, monkeypatch):
    monkeypatch.setattr(work_queue, "LEASE_SECONDS", 0.05)
    job = work.submit()
    slow = work.take("slow")
    time.sleep(0.1)
    assert work.queue.expired() == [(job.id, 1)]
    assert work.queue.recover((job.id, 1))
    fast = work.take("fast")
    assert fast.tries == 2
    assert not work.queue.renew(slow)
    assert work.queue.begin(slow, 1) == 0
    assert not work.keep(slow, 1, text="stale")
    assert work.queue.end_unit(slow, 1)[0] == LOST
    assert not work.complete(slow, "stale")
    assert not work.queue.fail(slow, job, ERROR, False)
    assert not work.queue.requeue(slow, "retrying")
    assert work.complete(fast, "fresh")
    assert work.store.result(job.id) == {"text": "fresh"}


def test_the_sweeper_takes_no_unit_whose_lease_is_alive(work):
    job = work.submit()
    work.take()
    assert work.queue.expired() == []
    assert not work.queue.recover((job.id, 1))


def test_a_unit_handed_back_costs_no_attempt(work):
    job = work.submit()
    assert work.queue.requeue(work.take(), "queued", tries_back=1)
    assert work.store.get(job.id).attempts == 0
    assert work.take().tries == 1


def test_a_unit_to_be_tried_again_waits_for_its_time(work):
    job = work.submit()
    assert work.queue.requeue(work.take(), "retrying", delay=0.2)
    assert work.store.get(job.id).stage == "retrying"
    assert (work.take(), work.queue.ready()) == (None, 0)
    time.sleep(0.25)
    assert work.queue.ready() == 1
    assert work.take().tries == 2


def test_pages_done_before_a_crash_are_kept(work):
    job = work.submit(pages=2)
    unit = work.take()
    work.queue.begin(unit, 1)
    assert work.keep(unit, 1, text="first")
    assert [found["text"] for found in work.store.pages_done(job.id).values()] == ["first"]
    assert list(work.store.pages_done(job.id, (1, 2))) == [1]
    assert (work.store.get(job.id).pages_done, work.store.get(job.id).pages_total) == (1, 2)


def test_a_page_that_is_stored_twice_is_counted_once(work):
    job = work.submit(pages=2)
    unit = work.take()
    assert work.keep(unit, 1) and work.keep(unit, 1)
    assert work.store.get(job.id).pages_done == 1


def test_a_page_begun_without_an_end_is_counted(work):
    work.submit()
    unit = work.take()
    assert [work.queue.begin(unit, 1) for _ in range(3)] == [1, 2, 3]
    work.queue.keep(unit, [work_queue.PageOutcome(1)])
    assert work.queue.begin(unit, 1) == 1


def test_the_last_unit_ends_the_job_and_no_other_can(work):
    job = work.submit(pages=11)
    units = [work.take(str(number)) for number in range(3)]
    assert [unit.number for unit in units] == [1, 2, 3]
    assert work.queue.end_unit(units[1], 2.0) == (MORE, 0.0)
    assert not work.complete(units[0], pages=11), "two units are still to be done"
    assert work.queue.end_unit(units[0], 1.5) == (MORE, 0.0)
    assert work.queue.end_unit(units[2], 1.0) == (LAST, 3.5)
    assert work.queue.end_unit(units[2], 1.0) == (LAST, 3.5), "asked again it is told again"
    assert work.complete(units[2], pages=11)
    assert not work.complete(units[2], pages=11), "a job ends once"
    assert work.store.get(job.id).pages_done == 11


def test_a_worker_that_dies_between_its_last_page_and_the_end_of_the_job_is_replaced(work, monkeypatch):
    monkeypatch.setattr(work_queue, "LEASE_SECONDS", 0.05)
    job = work.submit()
    dies = work.take("dies")
    work.keep(dies, 1)
    assert work.queue.end_unit(dies, 1)[0] == LAST
    time.sleep(0.1)
    assert work.queue.recover((job.id, 1))
    heir = work.take("heir")
    assert list(work.store.pages_done(job.id)) == [1]
    assert work.queue.end_unit(heir, 1)[0] == LAST
    assert work.complete(heir)


def test_owners_take_turns_whatever_each_has_sent(work):
    for _ in range(6):
        work.submit(owner="@many")
    for _ in range(2):
        work.submit(owner="@few")
    owners = [work.store.get(work.take(str(turn)).job_id).owner for turn in range(5)]
    assert owners.count("@few") == 2, owners


def test_who_comes_later_does_not_wait_behind_all_that_another_sent_before(work):
    for _ in range(10):
        work.submit(owner="@many")
    for turn in range(4):
        work.take(str(turn))
    late = work.submit(owner="@late")
    assert late.id in [work.take("next").job_id, work.take("next but one").job_id]


def test_short_jobs_do_not_wait_behind_long_ones_nor_keep_them_out(work):
    for _ in range(3):
        work.submit(pages=50)
    short = [work.submit(owner=f"@{number}").id for number in range(6)]
    taken = [work.take(str(turn)).job_id for turn in range(8)]
    assert [job_id in short for job_id in taken] == [True, True, True, False, True, True, True, False]


def test_a_full_queue_refuses_and_says_for_how_long(work):
    for _ in range(20):
        work.queue.observe("quick", 2.0)
    for _ in range(5):
        assert work.store.submit(record(), longest_wait=10) == "lead"
    refused = record()
    with pytest.raises(QueueFull) as full:
        work.store.submit(refused, longest_wait=9)
    assert full.value.extra["retry_after"] == 1
    with pytest.raises(JobNotFound):
        work.store.get(refused.id)
    work.take()
    assert work.store.submit(record(), longest_wait=9) == "lead"


def test_what_is_known_or_worked_on_already_is_taken_by_a_full_queue(work):
    work.submit("known")
    work.do()
    work.submit("under way")
    assert work.store.submit(record("known"), longest_wait=0.001) == "hit"
    assert work.store.submit(record("under way"), longest_wait=0.001) == "follow"

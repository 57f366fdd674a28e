"""Units in a real Redis: taken, held, retried, finished; the order of units; a full queue."""

import pytest

from services import keys
from services.errors import JobNotFound, QueueFull
from services.jobs import unit_queue
from services.jobs.unit_queue import LAST, LOST, MORE, PageOutcome
from services.keys import SHARED
from stress.harness import wait_until
from tests.support.jobs import ERROR, record


@pytest.fixture
def short_lease(monkeypatch):
    monkeypatch.setattr(unit_queue, "LEASE_SECONDS", 0.05)


def test_a_unit_is_held_by_one_worker(work):
    work.submit()
    assert work.take("first")
    assert work.take("second") is None


def test_a_worker_without_its_lease_changes_nothing(work, short_lease):
    job = work.submit()
    slow = work.take("slow")
    assert wait_until(work.unit_queue.expired_leases, 5, "the end of the lease") == [(job.id, 1)]
    assert work.unit_queue.recover((job.id, 1))
    fast = work.take("fast")
    assert fast.tries == 2
    assert not work.unit_queue.renew(slow)
    assert work.unit_queue.start_step(slow, 1) == 0
    assert not work.save_page(slow, 1, text="stale")
    assert work.unit_queue.end_unit(slow, 1)[0] == LOST
    assert not work.complete(slow, "stale")
    assert not work.unit_queue.fail(slow, job, ERROR, False)
    assert not work.unit_queue.requeue(slow, "retrying")
    assert work.complete(fast, "fresh")
    assert work.store.result(job.id) == {"text": "fresh"}


def test_the_sweeper_cannot_take_a_unit_with_a_valid_lease(work):
    job = work.submit()
    work.take()
    assert work.unit_queue.expired_leases() == []
    assert not work.unit_queue.recover((job.id, 1))


def test_handing_back_a_unit_costs_no_attempt(work):
    job = work.submit()
    assert work.unit_queue.requeue(work.take(), "queued", tries_back=1)
    assert work.store.get(job.id).attempts == 0
    assert work.take().tries == 1


def test_a_retried_unit_waits_for_its_delay(work):
    job = work.submit()
    assert work.unit_queue.requeue(work.take(), "retrying", delay=1.5)
    assert work.store.get(job.id).stage == "retrying"
    assert (work.take(), work.unit_queue.ready_count()) == (None, 0)
    wait_until(lambda: work.unit_queue.ready_count() == 1, 5, "the delayed unit")
    assert work.take().tries == 2


def test_pages_finished_before_a_crash_are_stored(work):
    job = work.submit(pages=2)
    unit = work.take()
    work.unit_queue.start_step(unit, 1)
    assert work.save_page(unit, 1, text="first")
    assert [found["text"] for found in work.store.pages_done(job.id).values()] == ["first"]
    assert work.store.page_numbers_done(job.id) == [1]
    assert [number for number, _ in work.store.packed_pages(job.id, (1, 2))] == [1]
    assert (work.store.get(job.id).pages_done, work.store.get(job.id).pages_total) == (1, 2)


def test_a_page_stored_twice_is_counted_once(work):
    job = work.submit(pages=2)
    unit = work.take()
    assert work.save_page(unit, 1) and work.save_page(unit, 1)
    assert work.store.get(job.id).pages_done == 1


def test_unfinished_starts_of_a_page_are_counted(work):
    work.submit()
    unit = work.take()
    assert [work.unit_queue.start_step(unit, 1) for _ in range(3)] == [1, 2, 3]
    work.unit_queue.save_pages(unit, [PageOutcome(1)])
    assert work.unit_queue.start_step(unit, 1) == 1


def test_only_the_last_unit_ends_the_job(work):
    job = work.submit(pages=11)
    units = [work.take(str(number)) for number in range(3)]
    assert [unit.number for unit in units] == [1, 2, 3]
    assert work.unit_queue.end_unit(units[1], 2.0) == (MORE, 0.0)
    assert not work.complete(units[0], pages=11), "two units are not finished"
    assert work.unit_queue.end_unit(units[0], 1.5) == (MORE, 0.0)
    assert work.unit_queue.end_unit(units[2], 1.0) == (LAST, 3.5)
    assert work.unit_queue.end_unit(units[2], 1.0) == (LAST, 3.5), "the same reply when asked again"
    assert work.complete(units[2], pages=11)
    assert not work.complete(units[2], pages=11), "a job ends once"
    assert work.store.get(job.id).pages_done == 11


def test_a_crash_between_the_last_page_and_the_end_of_the_job_is_recovered(work, short_lease):
    job = work.submit()
    crashed = work.take("crashed")
    work.save_page(crashed, 1)
    assert work.unit_queue.end_unit(crashed, 1)[0] == LAST
    wait_until(work.unit_queue.expired_leases, 5, "the end of the lease")
    assert work.unit_queue.recover((job.id, 1))
    successor = work.take("successor")
    assert list(work.store.pages_done(job.id)) == [1]
    assert work.unit_queue.end_unit(successor, 1)[0] == LAST
    assert work.complete(successor)


def test_owners_take_turns(work):
    for _ in range(6):
        work.submit(owner="@many")
    for _ in range(2):
        work.submit(owner="@few")
    owners = [work.store.get(work.take(str(turn)).job_id).owner for turn in range(5)]
    assert owners.count("@few") == 2, owners


def test_a_late_owner_does_not_wait_behind_all_earlier_jobs_of_another(work):
    for _ in range(10):
        work.submit(owner="@many")
    for turn in range(4):
        work.take(str(turn))
    late = work.submit(owner="@late")
    assert late.id in [work.take("next").job_id, work.take("next but one").job_id]


def test_three_of_four_units_are_from_short_jobs(work):
    for _ in range(3):
        work.submit(pages=50)
    short = [work.submit(owner=f"@{number}").id for number in range(6)]
    taken = [work.take(str(turn)).job_id for turn in range(8)]
    assert [job_id in short for job_id in taken] == [True, True, True, False, True, True, True, False]


def test_a_full_queue_rejects_a_job_with_a_retry_time(work):
    for _ in range(20):
        work.unit_queue.record_pace("quick", 2.0)
    for _ in range(5):
        assert work.store.submit(record(), longest_wait=10).outcome == "lead"
    rejected = record()
    with pytest.raises(QueueFull) as full:
        work.store.submit(rejected, longest_wait=9)
    assert full.value.extra["retry_after"] == 1
    with pytest.raises(JobNotFound):
        work.store.get(rejected.id)
    work.take()
    assert work.store.submit(record(), longest_wait=9).outcome == "lead"


def test_a_full_queue_accepts_known_content(work):
    work.submit("cached")
    work.complete_next()
    work.submit("in progress")
    assert work.store.submit(record("cached"), longest_wait=0.001).outcome == "hit"
    assert work.store.submit(record("in progress"), longest_wait=0.001).outcome == "follow"


@pytest.mark.parametrize(
    ("silent_seconds", "workers"), [(SHARED.worker_timeout_seconds - 1, 2), (SHARED.worker_timeout_seconds + 1, 1)]
)
def test_dead_workers_do_not_shorten_the_wait(work, silent_seconds, workers):
    now = work.redis.now()
    work.redis.client.zadd(keys.WORKERS, {"alive": now, "silent": now - silent_seconds})
    jobs = [work.submit() for _ in range(4)]
    assert work.unit_queue.estimate_wait(jobs[-1]).seconds == 3 / workers + 1, "three units of 1 s each, then its own"
    with pytest.raises(QueueFull):
        work.store.submit(record(), longest_wait=4 / workers)
    assert work.store.submit(record(), longest_wait=4 / workers + 0.1).outcome == "lead"

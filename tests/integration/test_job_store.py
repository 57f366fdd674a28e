"""The life of a job in a real Redis: every change of state, and every one that must not happen."""

import json
import threading
import time
from dataclasses import replace

import pytest

from services import keys, work_queue
from services.errors import JobNotFound, QueueFull
from services.job_record import new_job_id
from services.job_store import DEAD_LETTER_TTL
from services.work_queue import LAST, LOST, MORE
from tests.support.jobs import ERROR, record


def test_a_job_goes_from_queued_to_completed_with_its_result(work):
    job = record()
    assert work.store.submit(job) == "lead"
    assert (work.store.get(job.id).status, work.store.get(job.id).stage) == ("processing", "queued")
    unit = work.take()
    assert (unit.job_id, unit.number, unit.tries) == (job.id, 1, 1)
    assert work.store.get(job.id).stage == "started"
    assert work.queue.end_unit(unit, 0.5) == (LAST, 0.0)
    assert work.complete(unit)
    ended = work.store.get(job.id)
    assert (ended.status, ended.pages_done, ended.attempts) == ("completed", 1, 1)
    assert ended.created_at <= ended.started_at <= ended.finished_at
    assert work.store.result(job.id) == {"text": "hello"}
    assert work.queue.counts() == {"waiting": 0, "running": 0}
    assert work.take() is None


def test_an_id_that_never_was_is_not_found(work):
    with pytest.raises(JobNotFound):
        work.store.get(new_job_id())


def test_a_job_that_is_submitted_twice_is_recorded_once(work):
    job = record()
    assert [work.store.submit(job), work.store.submit(job)] == ["lead", "known"]
    assert work.queue.counts()["waiting"] == 1
    work.do()
    assert work.store.submit(job) == "known"


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


def test_a_failed_job_tells_its_fault_has_no_result_and_leaves_no_unit_behind(work):
    job = work.submit(pages=11)
    assert work.queue.fail(work.take(), job, ERROR, False) == 1
    assert work.store.get(job.id).status == "failed"
    assert work.store.get(job.id).error == ERROR
    assert work.store.result(job.id) is None
    assert (work.take(), work.queue.counts()) == (None, {"waiting": 0, "running": 0})


def test_the_same_content_sent_again_is_answered_from_the_cache(work):
    work.submit("content")
    work.do()
    second = record("content")
    assert work.store.submit(second) == "hit"
    hit = work.store.get(second.id)
    assert (hit.status, hit.cached, hit.pages_done) == ("completed", True, 1)
    assert work.store.result(second.id) == {"text": "hello"}


def test_the_same_content_sent_twice_at_once_is_worked_on_once(work):
    first, second = record("content", pages=2), record("content", pages=2)
    assert [work.store.submit(first), work.store.submit(second)] == ["lead", "follow"]
    assert work.queue.counts()["waiting"] == 1
    unit = work.take()
    work.keep(unit, 1)
    follower = work.store.get(second.id)
    assert (follower.stage, follower.pages_done) == ("started", 1), "it tells the progress of the one that it follows"
    work.complete(unit, pages=2)
    assert work.store.get(second.id).status == "completed"
    assert work.store.get(second.id).cached
    assert work.store.result(second.id) == work.store.result(first.id)


def test_only_what_is_known_or_worked_on_is_taken_without_its_file(work):
    new, follower, hit = (record("content") for _ in range(3))
    assert work.store.submit_known(new) is None
    with pytest.raises(JobNotFound):
        work.store.get(new.id)
    work.submit("content")
    assert work.store.submit_known(follower) == "follow"
    work.do()
    assert work.store.submit_known(hit) == "hit"
    assert {work.store.get(job.id).status for job in (follower, hit)} == {"completed"}


def test_a_failure_is_told_to_every_job_of_the_same_content_and_not_cached(work):
    first, second = work.submit("content"), work.submit("content")
    work.queue.fail(work.take(), first, ERROR, False)
    assert work.store.get(second.id).error == ERROR
    assert work.store.submit(record("content")) == "lead"


def test_a_result_with_failed_pages_is_not_cached(work):
    work.submit("content")
    work.do(cacheable=False)
    assert work.store.submit(record("content")) == "lead"


def test_other_content_is_not_answered_from_the_cache(work):
    work.submit("a")
    work.do()
    assert work.store.submit(record("b")) == "lead"


def test_the_cache_forgets_what_was_used_longest_ago(work):
    for content in "ab":
        work.submit(content)
        work.do()
        time.sleep(0.01)
    assert work.store.submit(record("a")) == "hit"
    time.sleep(0.01)
    work.submit("c")
    work.do()
    assert work.store.submit(record("b")) == "lead"
    assert work.store.submit(record("a")) == "hit"


def test_records_outlive_results(work):
    job = work.submit()
    work.do()
    assert work.redis.client.ttl(keys.RESULT + job.id) <= 60
    assert work.redis.client.ttl(keys.JOB + job.id) > 60


def test_a_cancelled_job_is_worked_on_no_more(work):
    job = work.submit(pages=11)
    unit = work.take()
    assert work.store.cancel(job.id) == job.upload, "its upload is to be deleted"
    assert work.store.get(job.id).status == "cancelled"
    assert (work.queue.begin(unit, 1), work.keep(unit, 1), work.complete(unit)) == (0, False, 0)
    assert work.take() is None
    assert work.queue.counts() == {"waiting": 0, "running": 0}
    assert work.store.cancel(job.id) is None, "it has ended"
    assert work.store.submit(record(job.cache_key)) == "lead", "nobody follows it"


def test_a_job_that_ended_is_not_cancelled(work):
    job = work.submit()
    work.do()
    assert work.store.cancel(job.id) is None
    assert work.store.get(job.id).status == "completed"


def test_work_that_another_job_waits_for_goes_on_when_the_first_is_cancelled(work):
    first, second = work.submit("content"), work.submit("content")
    assert work.store.cancel(first.id) == ""
    assert work.store.get(first.id).status == "cancelled"
    assert work.store.delete(first.id) == ""
    with pytest.raises(JobNotFound):
        work.store.get(first.id)
    assert work.store.get(first.id, hidden=True), "its worker still finds it"
    work.do("for the second")
    assert work.store.result(second.id) == {"text": "for the second"}
    assert work.store.result(first.id) is None
    with pytest.raises(JobNotFound):
        work.store.get(first.id, hidden=True)


def test_a_cancelled_job_is_kept_as_long_as_others_need_its_work(work):
    first, _ = work.submit("content"), work.submit("content")
    work.store.cancel(first.id)
    assert work.redis.client.ttl(keys.JOB + first.id) == -1
    work.do()
    assert work.redis.client.ttl(keys.JOB + first.id) > 60
    third, fourth = work.submit("other"), work.submit("other")
    work.store.cancel(third.id)
    work.store.cancel(fourth.id)
    assert work.redis.client.ttl(keys.JOB + third.id) > 60


def test_who_follows_a_cancelled_job_is_told_how_far_its_work_is(work):
    first, second = work.submit("content", pages=2), work.submit("content", pages=2)
    unit = work.take()
    work.keep(unit, 1)
    work.store.cancel(first.id)
    assert (work.store.get(second.id).stage, work.store.get(second.id).pages_done) == ("started", 1)


def test_a_job_ends_however_many_follow_it(work):
    job = work.submit("content")
    work.redis.client.sadd(keys.FOLLOWERS + job.id, *range(10_000))
    follower = work.submit("content")
    assert work.do() == 1
    assert work.store.get(follower.id).status == "completed"


def test_an_upload_that_comes_after_its_job_was_forgotten_begins_none(work):
    job = record(upload_expires_at=time.time() + 60)
    work.store.announce(replace(job, status="awaiting_upload", stage="awaiting_upload"))
    work.store.cancel(job.id)
    assert work.store.submit(job) == "ended"
    work.store.delete(job.id)
    assert work.store.submit(job) == "ended"
    with pytest.raises(JobNotFound):
        work.store.get(job.id)


def test_work_that_all_have_cancelled_ends(work):
    first, second = work.submit("content"), work.submit("content")
    assert work.store.cancel(second.id) == ""
    assert work.store.cancel(first.id) == first.upload
    third, fourth = work.submit("content"), work.submit("content")
    assert work.store.cancel(third.id) == ""
    assert work.store.cancel(fourth.id) == third.upload, "the upload of the one that was worked on"
    assert work.take() is None


def test_an_ended_job_is_deleted_with_its_result_and_a_running_one_is_not(work):
    job = work.submit()
    assert work.store.delete(job.id) is None
    work.do()
    assert work.store.delete(job.id) == ""
    with pytest.raises(JobNotFound):
        work.store.get(job.id)
    assert work.store.result(job.id) is None
    assert work.store.owned(job.owner, "", 10) == []


def test_an_owners_jobs_are_listed_newest_first_and_nobody_elses(work):
    mine = []
    for _ in range(5):
        mine.insert(0, work.submit().id)
        work.submit(owner="@other")
        time.sleep(0.002)
    assert work.store.owned("@127.0.0.1", "", 3) == mine[:3]
    assert work.store.owned("@127.0.0.1", mine[2], 3) == mine[3:]
    assert [found.id for found in work.store.get_many([*mine, new_job_id()])] == mine


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


def test_a_dead_letter_keeps_its_upload_and_can_be_worked_on_once_more(work):
    job = work.submit(pages=7)
    for token in "ab":
        unit = work.take(token)
        work.queue.begin(unit, unit.number)
    assert work.queue.fail(unit, job, ERROR, True) == 2
    assert job.upload in work.queue.uploads_in_use()
    total, ((found, since),) = work.store.dead_letters(0, 10)
    assert (total, found) == (1, job.id) and since > 0
    assert work.redis.client.ttl(keys.JOB + job.id) > DEAD_LETTER_TTL - 10
    assert work.store.replay(job.id) == 2
    again = work.store.get(job.id)
    assert (again.status, again.stage, again.attempts, again.error) == ("processing", "queued", 0, {})
    assert work.store.dead_letters(0, 10) == (0, [])
    unit = work.take()
    assert (unit.tries, work.queue.begin(unit, 1)) == (1, 1), "what was counted before is forgotten"
    assert work.store.replay(job.id) == 0


def test_who_followed_a_job_that_was_cancelled_is_the_dead_letter(work):
    first, second = work.submit("content"), work.submit("content")
    work.store.cancel(first.id)
    assert work.queue.fail(work.take(), first, ERROR, True) == 2
    assert work.store.dead_letters(0, 10)[1][0][0] == second.id
    assert work.store.get(second.id).upload == first.upload
    assert work.store.replay(second.id) == 1


def test_a_replayed_job_does_not_pass_for_one_that_was_answered_without_work(work):
    first, second = work.submit("content"), work.submit("content")
    work.store.cancel(first.id)
    assert work.do(dead=True) == 2
    assert work.store.get(second.id).cached
    work.store.replay(second.id)
    assert not work.store.get(second.id).cached


def test_dead_letters_whose_time_is_over_are_dropped_when_the_next_one_comes(work):
    old = work.submit()
    work.queue.fail(work.take(), old, ERROR, True)
    work.redis.client.zincrby(keys.DEAD, -DEAD_LETTER_TTL - 1, old.id)
    new = work.submit()
    work.queue.fail(work.take(), new, ERROR, True)
    assert work.redis.client.zrange(keys.DEAD, 0, -1) == [new.id.encode()]


def test_a_deleted_dead_letter_gives_its_upload_free(work):
    job = work.submit()
    work.queue.fail(work.take(), job, ERROR, True)
    assert work.store.delete(job.id) == job.upload
    assert work.store.dead_letters(0, 10) == (0, [])


def test_an_upload_is_in_use_while_its_unit_goes_from_hand_to_hand(work):
    job, done = work.submit(), threading.Event()

    def pass_on():
        while not done.is_set():
            work.queue.requeue(work.take(), "queued", tries_back=1)

    worker = threading.Thread(target=pass_on)
    worker.start()
    try:
        assert all(work.queue.uploads_in_use() == {job.upload} for _ in range(300))
    finally:
        done.set()
        worker.join()


def test_who_asked_to_be_told_of_the_end_is_remembered(work):
    for url in ("", "https://example.com/hook"):
        work.submit(callback_url=url)
    told = work.submit("content", callback_url="https://example.com/hook")
    for _ in range(3):
        work.do()
    hit = work.submit("content", callback_url="https://example.com/hook")
    cancelled = work.submit(callback_url="https://example.com/hook")
    work.store.cancel(cancelled.id)
    waiting = {member.decode() for member in work.redis.client.zrange(keys.WEBHOOKS, 0, -1)}
    assert len(waiting) == 4 and {told.id, hit.id, cancelled.id} <= waiting


def test_changes_are_published(work):
    listener = work.redis.client.pubsub(ignore_subscribe_messages=True)
    listener.subscribe(keys.EVENTS)
    listener.get_message(timeout=1)
    job, follower = work.submit("content", pages=2), work.submit("content", pages=2)
    unit = work.take()
    work.keep(unit, 1)
    work.keep(unit, 2, success=False)
    work.complete(unit, pages=2)
    heard = []
    while message := listener.get_message(timeout=0.2):
        heard.append(json.loads(message["data"]))
    assert [(told["event"], told["job"]) for told in heard] == [
        ("started", job.id),
        ("page", job.id),
        ("page", job.id),
        ("completed", job.id),
        ("completed", follower.id),
    ]
    assert heard[2] == {
        "event": "page", "job": job.id, "page": 2, "pages_done": 2, "pages_total": 2, "success": False
    }  # fmt: skip

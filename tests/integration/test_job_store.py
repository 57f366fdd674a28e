"""The life of a job in a real Redis: every change of state, and every one that must not happen."""

import json
import threading
import time
from dataclasses import replace

import pytest

from services import keys
from services.errors import JobNotFound
from services.jobs.record import new_job_id
from services.jobs.unit_queue import LAST
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

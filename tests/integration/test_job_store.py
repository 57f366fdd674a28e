"""The life of a job in a real Redis: every change of state, and changes that must not happen."""

import json
import threading
import time
from dataclasses import replace

import pytest

from services import keys
from services.errors import JobNotFound
from services.jobs.record import new_job_id
from services.jobs.store import NEEDS_NO_FILE
from services.jobs.unit_queue import LAST
from tests.support.jobs import ERROR, record


def outcome(work, job) -> str:
    return work.store.submit(job).outcome


def test_a_job_goes_from_queued_to_completed(work):
    job = record()
    assert outcome(work, job) == "lead"
    assert (work.store.get(job.id).status, work.store.get(job.id).stage) == ("processing", "queued")
    unit = work.take()
    assert (unit.job_id, unit.number, unit.tries) == (job.id, 1, 1)
    assert work.store.get(job.id).stage == "started"
    assert work.unit_queue.end_unit(unit, 0.5) == (LAST, 0.0)
    assert work.complete(unit)
    ended = work.store.get(job.id)
    assert (ended.status, ended.pages_done, ended.attempts) == ("completed", 1, 1)
    assert ended.created_at <= ended.started_at <= ended.finished_at
    assert work.store.result(job.id) == {"text": "hello"}
    assert work.unit_queue.counts() == {"waiting": 0, "running": 0}
    assert work.take() is None


def test_an_unknown_id_is_not_found(work):
    with pytest.raises(JobNotFound):
        work.store.get(new_job_id())


def test_a_job_submitted_twice_is_stored_once(work):
    job = record()
    assert [outcome(work, job), outcome(work, job)] == ["lead", "known"]
    assert work.unit_queue.counts()["waiting"] == 1
    work.complete_next()
    assert outcome(work, job) == "known"


def test_a_failed_job_has_an_error_and_no_result_and_no_units(work):
    job = work.submit(pages=11)
    assert work.unit_queue.fail(work.take(), job, ERROR, False) == 1
    assert work.store.get(job.id).status == "failed"
    assert work.store.get(job.id).error == ERROR
    assert work.store.result(job.id) is None
    assert (work.take(), work.unit_queue.counts()) == (None, {"waiting": 0, "running": 0})


def stored(work, job, outcome):
    """The record that `submit` returns. It equals the stored one, so it does not have to be read back."""
    submitted = work.store.submit(job)
    assert submitted.outcome == outcome
    assert submitted.is_stored
    assert submitted.record == work.store.get(job.id)
    assert submitted.record.created_at > 0
    return submitted.record


def test_a_leader_is_returned_as_stored(work):
    stored(work, record("content", callback_url="https://example.com", trace="t"), "lead")


def test_a_cache_hit_is_returned_as_stored(work):
    work.submit("content", pages=3)
    work.complete_next(pages=3)
    hit = stored(work, record("content", pages=3), "hit")
    assert (hit.status, hit.cached, hit.pages_done, hit.pages_total) == ("completed", True, 3, 3)
    assert hit.finished_at == hit.started_at == hit.created_at


@pytest.mark.parametrize("started", [False, True])
@pytest.mark.parametrize("cancelled", [False, True])
def test_a_follower_is_returned_as_stored(work, started, cancelled):
    leader, _ = work.submit("content", pages=2), work.submit("content", pages=2)
    if started:
        work.save_page(work.take(), 1)
    if cancelled:
        work.store.cancel(leader.id)
    follower = stored(work, record("content", pages=2), "follow")
    assert follower.leader == leader.id
    assert (follower.stage, follower.pages_done) == (("started", 1) if started else ("queued", 0))


def test_an_announced_job_is_returned_as_stored_before_and_after_its_arrival(work):
    job = record(upload_expires_at=time.time() + 60)
    waiting = replace(job, status="awaiting_upload", stage="awaiting_upload", pages_total=0)
    announced = work.store.announce(waiting)
    assert announced == work.store.get(job.id) and announced.created_at > 0
    time.sleep(0.01)
    started = stored(work, replace(announced, status="processing", stage="queued", pages_total=1), "lead")
    assert started.created_at == announced.created_at


def test_a_job_that_was_not_stored_is_returned_unchanged(work):
    job = work.submit()
    again = work.store.submit(job)
    assert (again.outcome, again.record, again.is_stored) == ("known", job, False)


def test_known_content_is_answered_from_the_cache(work):
    work.submit("content")
    work.complete_next()
    second = record("content")
    assert outcome(work, second) == "hit"
    hit = work.store.get(second.id)
    assert (hit.status, hit.cached, hit.pages_done) == ("completed", True, 1)
    assert work.store.result(second.id) == {"text": "hello"}


def test_two_jobs_with_the_same_content_are_worked_on_once(work):
    first, second = record("content", pages=2), record("content", pages=2)
    assert [outcome(work, first), outcome(work, second)] == ["lead", "follow"]
    assert work.unit_queue.counts()["waiting"] == 1
    unit = work.take()
    work.save_page(unit, 1)
    follower = work.store.get(second.id)
    assert (follower.stage, follower.pages_done) == ("started", 1), "a follower has the progress of its leader"
    work.complete(unit, pages=2)
    assert work.store.get(second.id).status == "completed"
    assert work.store.get(second.id).cached
    assert work.store.result(second.id) == work.store.result(first.id)


def test_only_known_content_is_accepted_without_its_file(work):
    new, follower, hit = (record("content") for _ in range(3))
    assert work.store.submit(new, NEEDS_NO_FILE).outcome == "new"
    with pytest.raises(JobNotFound):
        work.store.get(new.id)
    work.submit("content")
    assert work.store.submit(follower, NEEDS_NO_FILE).outcome == "follow"
    work.complete_next()
    assert work.store.submit(hit, NEEDS_NO_FILE).outcome == "hit"
    assert {work.store.get(job.id).status for job in (follower, hit)} == {"completed"}


def test_a_failure_also_fails_followers_and_is_not_cached(work):
    first, second = work.submit("content"), work.submit("content")
    work.unit_queue.fail(work.take(), first, ERROR, False)
    assert work.store.get(second.id).error == ERROR
    assert outcome(work, record("content")) == "lead"


def test_a_result_with_failed_pages_is_not_cached(work):
    work.submit("content")
    work.complete_next(cacheable=False)
    assert outcome(work, record("content")) == "lead"


def test_other_content_is_not_answered_from_the_cache(work):
    work.submit("a")
    work.complete_next()
    assert outcome(work, record("b")) == "lead"


def test_the_cache_drops_the_least_recently_used_result(work):
    for content in "ab":
        work.submit(content)
        work.complete_next()
        time.sleep(0.01)
    assert outcome(work, record("a")) == "hit"
    time.sleep(0.01)
    work.submit("c")
    work.complete_next()
    assert outcome(work, record("b")) == "lead"
    assert outcome(work, record("a")) == "hit"


def test_records_outlive_results(work):
    job = work.submit()
    work.complete_next()
    assert work.redis.client.ttl(keys.RESULT + job.id) <= 60
    assert work.redis.client.ttl(keys.JOB + job.id) > 60


def test_cancelling_stops_all_work(work):
    job = work.submit(pages=11)
    unit = work.take()
    assert work.store.cancel(job.id) == job.upload, "its upload must be deleted"
    assert work.store.get(job.id).status == "cancelled"
    assert (work.unit_queue.start_step(unit, 1), work.save_page(unit, 1), work.complete(unit)) == (0, False, 0)
    assert work.take() is None
    assert work.unit_queue.counts() == {"waiting": 0, "running": 0}
    assert work.store.cancel(job.id) is None, "it has ended"
    assert outcome(work, record(job.cache_key)) == "lead", "nobody follows a cancelled job"


def test_an_ended_job_cannot_be_cancelled(work):
    job = work.submit()
    work.complete_next()
    assert work.store.cancel(job.id) is None
    assert work.store.get(job.id).status == "completed"


def test_work_continues_for_a_follower_when_the_leader_is_cancelled(work):
    first, second = work.submit("content"), work.submit("content")
    assert work.store.cancel(first.id) == ""
    assert work.store.get(first.id).status == "cancelled"
    assert work.store.delete(first.id).upload == ""
    with pytest.raises(JobNotFound):
        work.store.get(first.id)
    assert work.store.get(first.id, hidden=True), "its worker still finds it"
    work.complete_next("for the second")
    assert work.store.result(second.id) == {"text": "for the second"}
    assert work.store.result(first.id) is None
    with pytest.raises(JobNotFound):
        work.store.get(first.id, hidden=True)


def test_a_cancelled_job_does_not_expire_while_followers_need_its_work(work):
    first, _ = work.submit("content"), work.submit("content")
    work.store.cancel(first.id)
    assert work.redis.client.ttl(keys.JOB + first.id) == -1
    work.complete_next()
    assert work.redis.client.ttl(keys.JOB + first.id) > 60
    third, fourth = work.submit("other"), work.submit("other")
    work.store.cancel(third.id)
    work.store.cancel(fourth.id)
    assert work.redis.client.ttl(keys.JOB + third.id) > 60


def test_the_follower_of_a_cancelled_job_has_its_progress(work):
    first, second = work.submit("content", pages=2), work.submit("content", pages=2)
    unit = work.take()
    work.save_page(unit, 1)
    work.store.cancel(first.id)
    assert (work.store.get(second.id).stage, work.store.get(second.id).pages_done) == ("started", 1)


def test_a_job_ends_with_10000_followers(work):
    job = work.submit("content")
    work.redis.client.sadd(keys.FOLLOWERS + job.id, *range(10_000))
    follower = work.submit("content")
    assert work.complete_next() == 1
    assert work.store.get(follower.id).status == "completed"


def test_an_upload_that_arrives_after_its_job_ended_starts_nothing(work):
    job = record(upload_expires_at=time.time() + 60)
    work.store.announce(replace(job, status="awaiting_upload", stage="awaiting_upload"))
    work.store.cancel(job.id)
    assert outcome(work, job) == "ended"
    work.store.delete(job.id)
    assert outcome(work, job) == "ended"
    with pytest.raises(JobNotFound):
        work.store.get(job.id)


def test_work_ends_when_leader_and_followers_are_cancelled(work):
    first, second = work.submit("content"), work.submit("content")
    assert work.store.cancel(second.id) == ""
    assert work.store.cancel(first.id) == first.upload
    third, fourth = work.submit("content"), work.submit("content")
    assert work.store.cancel(third.id) == ""
    assert work.store.cancel(fourth.id) == third.upload, "the upload of the leader"
    assert work.take() is None


def test_only_an_ended_job_can_be_deleted(work):
    job = work.submit()
    assert work.store.delete(job.id) is None
    work.complete_next()
    assert work.store.delete(job.id).upload == ""
    with pytest.raises(JobNotFound):
        work.store.get(job.id)
    assert work.store.result(job.id) is None
    assert work.store.ids_of_owner(job.owner, "", 10) == []


def test_an_owners_jobs_are_listed_newest_first(work):
    mine = []
    for _ in range(5):
        mine.insert(0, work.submit().id)
        work.submit(owner="@other")
        time.sleep(0.002)
    assert work.store.ids_of_owner("@127.0.0.1", "", 3) == mine[:3]
    assert work.store.ids_of_owner("@127.0.0.1", mine[2], 3) == mine[3:]
    assert [found.id for found in work.store.get_many([*mine, new_job_id()])] == mine


def test_an_upload_stays_in_use_while_its_unit_moves_between_lists(work):
    job, done = work.submit(), threading.Event()

    def take_and_requeue():
        while not done.is_set():
            work.unit_queue.requeue(work.take(), "queued", tries_back=1)

    worker = threading.Thread(target=take_and_requeue)
    worker.start()
    try:
        assert all(work.unit_queue.uploads_in_use() == {job.upload} for _ in range(300))
    finally:
        done.set()
        worker.join()


def test_only_jobs_with_a_callback_url_have_a_webhook(work):
    for url in ("", "https://example.com/hook"):
        work.submit(callback_url=url)
    completed = work.submit("content", callback_url="https://example.com/hook")
    for _ in range(3):
        work.complete_next()
    hit = work.submit("content", callback_url="https://example.com/hook")
    cancelled = work.submit(callback_url="https://example.com/hook")
    work.store.cancel(cancelled.id)
    due = {member.decode() for member in work.redis.client.zrange(keys.WEBHOOKS, 0, -1)}
    assert len(due) == 4 and {completed.id, hit.id, cancelled.id} <= due


def test_changes_are_published(work):
    listener = work.redis.client.pubsub(ignore_subscribe_messages=True)
    listener.subscribe(keys.EVENTS)
    listener.get_message(timeout=1)
    job, follower = work.submit("content", pages=2), work.submit("content", pages=2)
    unit = work.take()
    work.save_page(unit, 1)
    work.save_page(unit, 2, success=False)
    work.complete(unit, pages=2)
    work.redis.client.publish(keys.EVENTS, json.dumps({"job": "", "event": "no more"}))
    received = [json.loads(listener.get_message(timeout=10)["data"])]
    while received[-1]["job"]:
        received.append(json.loads(listener.get_message(timeout=10)["data"]))
    assert [(message["event"], message["job"]) for message in received[:-1]] == [
        ("started", job.id),
        ("page", job.id),
        ("page", job.id),
        ("completed", job.id),
        ("completed", follower.id),
    ]
    assert received[2] == {
        "event": "page", "job": job.id, "page": 2, "pages_done": 2, "pages_total": 2, "success": False
    }  # fmt: skip

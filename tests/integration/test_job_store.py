"""The life of a job in a real Redis: every change of state, and every one that must not happen."""

import time

import pytest

from services import job_store
from services.errors import JobNotFound
from services.job_record import JobOptions, JobRecord, new_job_id

ERROR = {"code": "corrupt_file", "title": "Corrupt file", "detail": "broken"}


def record(content="content", **changes):
    values = {
        "id": new_job_id(),
        "owner": "public",
        "status": "processing",
        "stage": "queued",
        "kind": "image",
        "filename": "scan.jpg",
        "file_size": 3,
        "options": JobOptions(lang="en", dpi=300),
        "upload": "key",
        "cache_key": content,
        "request_id": "r",
        "pages_total": 1,
    }
    return JobRecord(**{**values, **changes})


def complete(store, job, text="hello", cacheable=True):
    assert store.claim(job.id, "t") == 1
    return store.complete(job, "t", {"text": text}, 1, cacheable)


def test_a_job_goes_from_queued_to_completed_with_its_result(store):
    job = record()
    assert store.submit(job) == "lead"
    assert (store.get(job.id).status, store.get(job.id).stage) == ("processing", "queued")
    assert store.claim(job.id, "t") == 1
    assert store.get(job.id).stage == "started"
    assert store.complete(job, "t", {"text": "hello"}, 1, True)
    ended = store.get(job.id)
    assert (ended.status, ended.pages_done, ended.attempts) == ("completed", 1, 1)
    assert ended.created_at <= ended.started_at <= ended.finished_at
    assert store.result(job.id) == {"text": "hello"}
    assert store.counts() == {"waiting": 0, "running": 0}


def test_an_id_that_never_was_is_not_found(store):
    with pytest.raises(JobNotFound):
        store.get(new_job_id())
    assert store.claim(new_job_id(), "t") == "gone"


def test_a_job_is_claimed_by_one_worker_at_a_time(store):
    job = record()
    store.submit(job)
    assert store.claim(job.id, "first") == 1
    assert store.claim(job.id, "second") == "held"


def test_an_ended_job_is_not_claimed_again(store):
    job = record()
    store.submit(job)
    complete(store, job)
    assert store.claim(job.id, "late") == "ended"


def test_a_worker_that_lost_its_lease_changes_nothing_any_more(store, monkeypatch):
    monkeypatch.setattr(job_store, "LEASE_SECONDS", 0.05)
    job = record()
    store.submit(job)
    store.claim(job.id, "slow")
    time.sleep(0.1)
    assert store.expired_leases() == [job.id]
    assert store.requeue(job.id, "", "queued")
    assert store.claim(job.id, "fast") == 2
    assert not store.renew(job.id, "slow")
    assert store.begin_page(job.id, "slow", 1) == 0
    assert not store.end_page(job.id, "slow", 1, {"text": "stale"})
    assert not store.complete(job, "slow", {"text": "stale"}, 1, True)
    assert not store.fail(job, "slow", ERROR)
    assert store.complete(job, "fast", {"text": "fresh"}, 1, True)
    assert store.result(job.id) == {"text": "fresh"}


def test_the_sweeper_takes_no_job_whose_lease_is_alive(store):
    job = record()
    store.submit(job)
    store.claim(job.id, "t")
    assert store.expired_leases() == []
    assert not store.requeue(job.id, "", "queued")


def test_a_job_handed_back_costs_no_attempt(store):
    job = record()
    store.submit(job)
    store.claim(job.id, "t")
    assert store.requeue(job.id, "t", "queued", attempts_back=1)
    assert store.get(job.id).attempts == 0
    assert store.claim(job.id, "other") == 1


def test_pages_done_before_a_crash_are_kept(store):
    job = record(kind="pdf", pages_total=2)
    store.submit(job)
    store.claim(job.id, "t")
    store.begin_page(job.id, "t", 1)
    assert store.end_page(job.id, "t", 1, {"page": 1}, 2)
    assert store.pages_done(job.id) == {1: {"page": 1}}
    assert (store.get(job.id).pages_done, store.get(job.id).pages_total) == (1, 2)


def test_a_page_that_is_cheap_to_read_again_is_counted_and_not_stored(store):
    job = record(pages_total=2)
    store.submit(job)
    store.claim(job.id, "t")
    for _ in range(2):
        assert store.begin_page(job.id, "t", 1) == 1
        assert store.end_page(job.id, "t", 1, {"page": 1, "text": "quick"}, 2, stored=False)
    assert store.get(job.id).pages_done == 1
    assert store.pages_done(job.id) == {}
    assert store.end_page(job.id, "t", 1, {"page": 1, "text": "kept"}, 2)
    assert store.pages_done(job.id) == {1: {"page": 1, "text": "kept"}}
    assert store.get(job.id).pages_done == 1


def test_a_page_begun_without_an_end_is_counted(store):
    job = record()
    store.submit(job)
    store.claim(job.id, "t")
    assert [store.begin_page(job.id, "t", 1) for _ in range(3)] == [1, 2, 3]
    store.end_page(job.id, "t", 1, None)
    assert store.begin_page(job.id, "t", 1) == 1


def test_a_failed_job_tells_its_fault_and_has_no_result(store):
    job = record()
    store.submit(job)
    store.claim(job.id, "t")
    assert store.fail(job, "t", ERROR)
    assert store.get(job.id).status == "failed"
    assert store.get(job.id).error == ERROR
    assert store.result(job.id) is None


def test_the_same_content_sent_again_is_answered_from_the_cache(store):
    first, second = record(), record()
    store.submit(first)
    complete(store, first)
    assert store.submit(second) == "hit"
    hit = store.get(second.id)
    assert (hit.status, hit.cached, hit.pages_done) == ("completed", True, 1)
    assert store.result(second.id) == {"text": "hello"}


def test_the_same_content_sent_twice_at_once_is_worked_on_once(store):
    first, second = record(), record()
    assert store.submit(first) == "lead"
    assert store.submit(second) == "follow"
    assert store.counts()["waiting"] == 1
    complete(store, first)
    assert store.get(second.id).status == "completed"
    assert store.get(second.id).cached
    assert store.result(second.id) == store.result(first.id)


def test_a_failure_is_told_to_every_job_of_the_same_content_and_not_cached(store):
    first, second, third = record(), record(), record()
    store.submit(first)
    store.submit(second)
    store.claim(first.id, "t")
    store.fail(first, "t", ERROR)
    assert store.get(second.id).error == ERROR
    assert store.submit(third) == "lead"


def test_a_result_with_failed_pages_is_not_cached(store):
    first, second = record(), record()
    store.submit(first)
    complete(store, first, cacheable=False)
    assert store.submit(second) == "lead"


def test_other_content_is_not_answered_from_the_cache(store):
    first, second = record("a"), record("b")
    store.submit(first)
    complete(store, first)
    assert store.submit(second) == "lead"


def test_the_cache_forgets_what_was_used_longest_ago(store):
    a, b, c = record("a"), record("b"), record("c")
    for job in (a, b):
        store.submit(job)
        complete(store, job)
        time.sleep(0.01)
    assert store.submit(record("a")) == "hit"
    time.sleep(0.01)
    store.submit(c)
    complete(store, c)
    assert store.submit(record("b")) == "lead"
    assert store.submit(record("a")) == "hit"


def test_records_outlive_results(store, redis):
    job = record()
    store.submit(job)
    complete(store, job)
    assert redis.client.ttl(job_store.RESULT + job.id) <= 60
    assert redis.client.ttl(job_store.JOB + job.id) > 60


def test_overdue_jobs_are_those_due_long_ago(store):
    job = record()
    store.submit(job)
    assert store.overdue(10) == []
    assert [found for found, _ in store.overdue(-5)] == [job.id]
    store.claim(job.id, "t")
    assert store.overdue(-5) == []

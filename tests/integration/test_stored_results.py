"""Stored results in a real Redis: stored once, and read while they are sent."""

import json
import random

import pytest

from services import keys
from services.errors import ResultExpired
from services.jobs.result_body import CHUNK
from tests.support.jobs import record


def outcome(work, job) -> str:
    return work.store.submit(job).outcome


def test_a_cached_result_is_stored_with_its_job_only(work):
    first = work.submit("content")
    work.complete_next()
    assert b"hello" not in b"".join(work.redis.client.hgetall(keys.CACHE + "content").values())
    second = record("content")
    assert outcome(work, second) == "hit"
    work.store.delete(first.id)
    third = record("content")
    assert outcome(work, third) == "hit", "another job has the result"
    work.store.delete(second.id)
    work.store.delete(third.id)
    assert outcome(work, record("content")) == "lead", "no job has the result any more"


def test_a_large_result_is_read_while_it_is_sent(work):
    text = "".join(random.Random(1).choices("abcdefghijklmnop ", k=4 * CHUNK))
    job = work.submit()
    work.complete_next(text)
    reads = []
    getrange = work.redis.client.getrange
    work.redis.client.getrange = lambda *arguments: reads.append(arguments) or getrange(*arguments)
    length, parts = work.store.stored_result(job.id).as_text({"cached": False})
    before = len(reads)
    body = b"".join(parts)
    assert json.loads(body) == {"text": text, "cached": False}
    assert (len(body), before) == (length, 0), "the first part is read together with the list of jobs"
    assert len(reads) > 1


def test_a_large_result_that_is_deleted_while_it_is_sent_ends_with_an_error(work):
    job = work.submit()
    work.complete_next("".join(random.Random(1).choices("abcdefghijklmnop ", k=4 * CHUNK)))
    _, parts = work.store.stored_result(job.id).as_gzip({"cached": False})
    work.store.delete(job.id)
    with pytest.raises(ResultExpired):
        list(parts)


def results(work):
    return list(work.redis.client.scan_iter(keys.RESULT + "*"))


def test_jobs_with_the_same_content_share_one_result(work):
    leader, follower = work.submit("content"), work.submit("content")
    work.complete_next()
    hits = [work.submit("content") for _ in range(10)]
    jobs = [leader, follower, *hits]
    assert results(work) == [(keys.RESULT + leader.id).encode()]
    assert [work.store.result(job.id) for job in jobs] == [{"text": "hello"}] * 12
    for job in jobs:
        assert results(work), "a job has it"
        assert work.store.delete(job.id) is not None
        assert work.store.result(job.id) is None
    assert results(work) == []
    assert not list(work.redis.client.scan_iter(keys.RESULT_JOBS + "*"))


def test_a_cancelled_leader_does_not_have_the_result_of_its_followers(work):
    leader, follower = work.submit("content"), work.submit("content")
    unit = work.take()
    work.store.cancel(leader.id)
    work.complete(unit)
    assert (work.store.result(leader.id), work.store.result(follower.id)) == (None, {"text": "hello"})
    work.store.delete(follower.id)
    assert results(work) == []


def test_a_result_expires_for_each_job_by_itself(work):
    first = work.submit("content")
    work.complete_next()
    client = work.redis.client
    client.expire(keys.RESULT + first.id, 20)
    client.zadd(keys.RESULT_JOBS + first.id, {first.id: work.redis.now() + 20})
    second = work.submit("content")
    assert client.ttl(keys.RESULT + first.id) > 50
    client.zadd(keys.RESULT_JOBS + first.id, {first.id: 1})
    assert work.store.result(first.id) is None
    assert work.store.result(second.id) == {"text": "hello"}


def test_a_result_of_an_earlier_version_is_shared_too(work):
    first = work.submit("content")
    work.complete_next()
    work.redis.client.delete(keys.RESULT_JOBS + first.id)
    work.redis.client.hdel(keys.JOB + first.id, "result")
    assert work.store.result(first.id) == {"text": "hello"}
    second = work.submit("content")
    work.store.delete(second.id)
    assert work.store.result(first.id) == {"text": "hello"}
    work.store.delete(first.id)
    assert results(work) == []

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
    assert outcome(work, third) == "hit", "the cache refers to the latest job"
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
    assert (len(body), before) == (length, 1)
    assert len(reads) > 2


def test_a_large_result_that_is_deleted_while_it_is_sent_ends_with_an_error(work):
    job = work.submit()
    work.complete_next("".join(random.Random(1).choices("abcdefghijklmnop ", k=4 * CHUNK)))
    _, parts = work.store.stored_result(job.id).as_gzip({"cached": False})
    work.store.delete(job.id)
    with pytest.raises(ResultExpired):
        list(parts)

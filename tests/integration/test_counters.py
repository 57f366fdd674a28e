"""What is counted, once each, and where it goes while Redis is away."""

import pytest

from services.jobs.record import PROBE_OWNER
from services.redis_service import RedisService
from services.telemetry.counters import CONFIDENCE, Counters, distribution
from stress.harness import RedisServer
from tests.support.jobs import ERROR


def test_what_was_observed_falls_into_classes(redis):
    tally = Counters(redis)
    for value in (0.2, 0.8, 0.80001, 1.0, 7):
        tally.observe("confidence", value, CONFIDENCE)
    assert tally.read() == {}, "nothing is written before it is flushed"
    tally.flush()
    tally.flush()
    buckets, total = distribution(tally.read(), "confidence", CONFIDENCE)
    assert [within for _, within in buckets] == [1, 1, 1, 2, 3, 3, 3, 3, 4, 5]
    assert buckets[-1][0] == "+Inf" and total == pytest.approx(9.80001)


def test_what_cannot_be_written_is_kept_until_redis_is_back(tmp_path):
    server = RedisServer(tmp_path)
    server.start()
    try:
        tally = Counters(RedisService(server.url))
        tally.count("pages:ocr:done", 2)
        server.stop()
        tally.flush()
        tally.count("pages:ocr:done")
        server.start()
        tally.flush()
        assert tally.read() == {"pages:ocr:done": 3}
    finally:
        server.stop()


def test_a_job_is_counted_once_when_it_ends_and_so_are_those_that_follow_it(redis, work):
    for _ in range(2):
        work.submit("content")
    unit = work.take()
    work.complete(unit)
    assert not work.complete(unit)
    work.submit("content")
    counted = {"lookups:miss": 1, "lookups:shared": 1, "lookups:hit": 1, "jobs:completed": 3}
    assert Counters(redis).read() == counted


def test_failures_and_returns_to_the_queue_are_counted_by_their_cause(redis, work):
    job = work.submit()
    work.unit_queue.requeue(work.take(), "retrying")
    work.unit_queue.requeue(work.take(), "queued", tries_back=1)
    work.unit_queue.fail(work.take(), job, ERROR, True)
    work.store.replay(job.id)
    counted = {"requeued:retry": 1, "requeued:handed_back": 1, "requeued:replay": 1, "dead_letters": 1}
    assert Counters(redis).read() == {**counted, "lookups:miss": 1, "jobs:failed": 1, "failures:corrupt_file": 1}


def test_the_services_own_trials_are_not_counted(redis, work):
    work.submit(owner=PROBE_OWNER)
    work.unit_queue.requeue(work.take(), "retrying")
    assert work.complete_next(cacheable=False)
    assert Counters(redis).read() == {}

"""Everything is counted exactly once, and nothing is lost while Redis is down."""

import pytest

from services.jobs.record import PROBE_OWNER
from services.redis_service import RedisService
from services.telemetry.counters import CONFIDENCE, Counters, histogram
from stress.harness import RedisServer
from tests.support.jobs import ERROR


def test_observed_values_fall_into_buckets(redis):
    counters = Counters(redis)
    for value in (0.2, 0.8, 0.80001, 1.0, 7):
        counters.observe("confidence", value, CONFIDENCE)
    assert counters.read() == {}, "nothing is written before flush()"
    counters.flush()
    counters.flush()
    buckets, total = histogram(counters.read(), "confidence", CONFIDENCE)
    assert [count for _, count in buckets] == [1, 1, 1, 2, 3, 3, 3, 3, 4, 5]
    assert buckets[-1][0] == "+Inf" and total == pytest.approx(9.80001)


def test_counts_are_written_when_redis_is_back(tmp_path):
    server = RedisServer(tmp_path)
    server.start()
    try:
        counters = Counters(RedisService(server.url))
        counters.count("pages:ocr:done", 2)
        server.stop()
        counters.flush()
        counters.count("pages:ocr:done")
        server.start()
        counters.flush()
        assert counters.read() == {"pages:ocr:done": 3}
    finally:
        server.stop()


def test_job_and_its_followers_are_counted_once(redis, work):
    for _ in range(2):
        work.submit("content")
    unit = work.take()
    work.complete(unit)
    assert not work.complete(unit)
    work.submit("content")
    expected = {"lookups:miss": 1, "lookups:shared": 1, "lookups:hit": 1, "jobs:completed": 3}
    assert Counters(redis).read() == expected


def test_failures_and_requeued_units_are_counted_by_reason(redis, work):
    job = work.submit()
    work.unit_queue.requeue(work.take(), "retrying")
    work.unit_queue.requeue(work.take(), "queued", tries_back=1)
    work.unit_queue.fail(work.take(), job, ERROR, True)
    work.store.replay(job.id)
    expected = {"requeued:retry": 1, "requeued:handed_back": 1, "requeued:replay": 1, "dead_letters": 1}
    assert Counters(redis).read() == {**expected, "lookups:miss": 1, "jobs:failed": 1, "failures:corrupt_file": 1}


def test_known_picture_checks_are_not_counted(redis, work):
    work.submit(owner=PROBE_OWNER)
    work.unit_queue.requeue(work.take(), "retrying")
    assert work.complete_next(cacheable=False)
    assert Counters(redis).read() == {}

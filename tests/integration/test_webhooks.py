"""Webhook dispatchers with a real Redis and real receivers: each end of a job is delivered, whatever crashes."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from email.utils import formatdate

import pytest

from services.keys import JOB, WEBHOOKS
from services.redis_service import RedisService
from services.telemetry.counters import Counters
from services.webhooks.dispatcher import ConcurrencyLimits
from services.webhooks.outbox import DELIVERED, RETRIED, Outbox
from stress.harness import REPOSITORY, RedisServer, free_port, wait_until
from tests.support.jobs import ERROR, record
from tests.support.receiver import Receiver
from tests.support.webhook_dispatcher import SECRET, fast_dispatcher
from utils.process import tie_to


def ended_job(redis, url, status="completed", owner="public", age=0.0):
    """A job that has ended and whose webhook is due, as the Lua scripts store it."""
    job = record(status=status, owner=owner, callback_url=url)
    now = redis.now() - age
    fields = {**job.to_hash(), "created_at": now - 1, "finished_at": f"{now:.6f}"}
    redis.client.hset(JOB + job.id, mapping=fields)
    redis.client.zadd(WEBHOOKS, {job.id: now})
    return job.id


@pytest.fixture
def start(redis):
    """`start(**options)` starts a dispatcher that runs until the test ends."""
    running = []

    def start_one(**options):
        dispatcher = fast_dispatcher(redis, **options)
        dispatcher.start()
        running.append(dispatcher)
        return dispatcher

    yield start_one
    for dispatcher in running:
        dispatcher.stop()


def status_of(redis, job_id):
    return (redis.client.hget(JOB + job_id, "webhook_status") or b"").decode()


def wait_until_settled(redis, seconds=10):
    wait_until(lambda: not redis.client.zcard(WEBHOOKS), seconds, "the last webhook")


def counts(redis):
    return {name.removeprefix("webhooks:"): int(count) for name, count in Counters(redis).read().items()}


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
def test_webhook_is_delivered_once(redis, start, status):
    with Receiver() as receiver:
        job_id = ended_job(redis, receiver.url, status)
        start(), start()
        wait_until_settled(redis)
        time.sleep(0.2)
    (call,) = receiver.calls
    message = call.verified(SECRET)
    assert (message["type"], message["data"]["job_id"]) == (f"job.{status}", job_id)
    assert status_of(redis, job_id) == "delivered" and counts(redis) == {"delivered": 1}


def test_every_kind_of_end_sends_a_webhook_to_those_who_asked(redis, work, start):
    with Receiver() as receiver:
        callback = {"callback_url": receiver.url}
        done, follower = work.submit("same", **callback), work.submit("same", **callback)
        work.submit("same")
        assert redis.client.zcard(WEBHOOKS) == 0, "they have not ended"
        work.complete_next()
        cached = work.submit("same", **callback)
        failed, cancelled = work.submit(**callback), work.submit(**callback)
        work.store.cancel(cancelled.id)
        work.unit_queue.fail(work.take(), failed, ERROR, False)
        start()
        wait_until_settled(redis)
    messages = [call.verified(SECRET) for call in receiver.calls]
    assert {message["data"]["job_id"]: message["type"] for message in messages} == {
        **{job.id: "job.completed" for job in (done, follower, cached)},
        failed.id: "job.failed",
        cancelled.id: "job.cancelled",
    }


def test_job_deleted_before_its_end_sends_no_webhook(redis, work, start):
    with Receiver() as receiver:
        job = work.submit("same", callback_url=receiver.url)
        work.submit("same")
        work.store.cancel(job.id)
        work.store.delete(job.id)
        start()
        wait_until_settled(redis)
        assert receiver.calls == [], "although another job still needs its result"


def test_failed_call_is_repeated_with_the_same_id(redis, start):
    with Receiver((500, {}, 0), (302, {"Location": "/"}, 0), (200, {}, 0)) as receiver:
        ended_job(redis, receiver.url)
        start()
        wait_until_settled(redis)
    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 1
    assert [call.verified(SECRET)["type"] for call in receiver.calls] == ["job.completed"] * 3
    first, second, third = (call.at for call in receiver.calls)
    assert second - first >= 0.075 and third - second >= 0.15, "the pause doubles, plus or minus a quarter"
    assert counts(redis) == {"retried": 2, "delivered": 1}


@pytest.mark.parametrize("as_date", [False, True])
def test_retry_after_is_respected(redis, start, as_date):
    date = int(time.time()) + 3  # the header has whole seconds
    retry_after = formatdate(date, usegmt=True) if as_date else "2"
    with Receiver((503, {"Retry-After": retry_after}, 0)) as receiver:
        ended_job(redis, receiver.url)
        start()
        wait_until_settled(redis)
    first, second = (call.at for call in receiver.calls)
    assert second >= (date if as_date else first + 2) - 0.01


def test_retry_after_beyond_the_limit_gives_one_last_call(redis, start):
    with Receiver(*[(503, {"Retry-After": "86400"}, 0)] * 5) as receiver:
        job_id = ended_job(redis, receiver.url)
        start(retry_for=3.0)
        wait_until_settled(redis)
    # The limit counts from the start of the first attempt, a moment before its call arrives.
    assert len(receiver.calls) == 2 and receiver.calls[1].at - receiver.calls[0].at >= 2
    assert status_of(redis, job_id) == "given_up"


def test_webhook_is_not_retried_after_the_limit(redis, start):
    with Receiver(*[(500, {}, 0)] * 50) as receiver:
        job_id = ended_job(redis, receiver.url)
        start(retry_for=3.0)
        wait_until_settled(redis)
        calls = len(receiver.calls)
        time.sleep(0.6)
        assert calls == len(receiver.calls) > 3
    assert status_of(redis, job_id) == "given_up"
    assert counts(redis) == {"retried": calls - 1, "given_up": 1}


def test_status_gone_ends_the_retries(redis, start):
    with Receiver((410, {}, 0)) as receiver:
        job_id = ended_job(redis, receiver.url)
        start()
        wait_until_settled(redis)
    assert len(receiver.calls) == 1 and status_of(redis, job_id) == "given_up"


def test_internal_address_in_a_job_is_never_called(redis, start):
    with Receiver() as receiver:
        job_id = ended_job(redis, receiver.url)
        start(allowed=(), retry_for=0.5)
        wait_until_settled(redis)
        assert receiver.calls == [] and status_of(redis, job_id) == "given_up"


@pytest.mark.serial
def test_hanging_receiver_does_not_delay_others(redis, start):
    with Receiver(*[(200, {}, 60)] * 20) as hanging, Receiver(address="127.0.0.2") as fast:
        for _ in range(20):
            ended_job(redis, hanging.url, age=1)
        jobs = [ended_job(redis, fast.url, owner="another") for _ in range(10)]
        start(call_seconds=30.0, lease=60.0)
        wait_until(lambda: all(status_of(redis, job_id) == "delivered" for job_id in jobs), 15, "the fast receiver")
        assert len(fast.calls) == 10 and hanging.max_concurrent <= ConcurrencyLimits().per_host


@pytest.mark.serial
def test_owner_with_hanging_receivers_does_not_delay_others(redis, start):
    hanging = [Receiver(*[(200, {}, 60)] * 4, address=f"127.0.0.{number}") for number in range(3, 8)]
    with hanging[0], hanging[1], hanging[2], hanging[3], hanging[4], Receiver() as fast:
        for receiver in hanging:
            for _ in range(4):
                ended_job(redis, receiver.url, owner="@203.0.113.1", age=1)
        job_id = ended_job(redis, fast.url)
        start(call_seconds=30.0, lease=60.0)
        wait_until(lambda: status_of(redis, job_id) == "delivered", 15, "the other owner")
        assert sum(receiver.max_concurrent for receiver in hanging) <= ConcurrencyLimits().per_owner


def test_several_dispatchers_deliver_each_webhook_once(redis, start):
    with Receiver() as receiver:
        jobs = {ended_job(redis, receiver.url) for _ in range(100)}
        for _ in range(3):
            start(call_seconds=10.0, lease=30.0)  # a call that times out would be repeated
        wait_until_settled(redis, 20)
    delivered = [call.verified(SECRET)["data"]["job_id"] for call in receiver.calls]
    assert len(delivered) == 100 and set(delivered) == jobs


def test_call_of_a_killed_dispatcher_is_repeated_with_the_same_id(redis, redis_server, start):
    with Receiver((200, {}, 3)) as receiver:
        ended_job(redis, receiver.url)
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.webhook_dispatcher", redis_server.url],
            cwd=REPOSITORY,
            preexec_fn=tie_to(os.getpid(), signal.SIGKILL),
        )
        wait_until(lambda: receiver.calls, 20, "the first call")
        process.kill()
        process.wait()
        start()
        wait_until_settled(redis)
    first, second = receiver.calls
    assert first.headers["webhook-id"] == second.headers["webhook-id"] and first.body == second.body
    assert counts(redis) == {"delivered": 1}


def test_no_webhook_is_lost_while_redis_is_down(tmp_path):
    server = RedisServer(tmp_path)
    server.start()
    redis = RedisService(server.url)
    dispatcher = fast_dispatcher(redis, lease=1.0)
    try:
        with Receiver((500, {}, 0)) as receiver:
            dispatcher.start()
            ended_job(redis, receiver.url)
            wait_until(lambda: receiver.calls, 5, "the first call")
            server.stop()
            time.sleep(0.5)
            server.start()
            wait_until_settled(redis)
            assert len(receiver.calls) >= 2
    finally:
        dispatcher.stop()
        server.stop()


def test_dispatcher_continues_after_an_error(redis, monkeypatch):
    dispatcher = fast_dispatcher(redis)
    take, rounds = dispatcher.outbox.take, []

    def fail_once(limit):
        rounds.append(limit)
        if len(rounds) == 1:
            raise RuntimeError("once")
        return take(limit)

    monkeypatch.setattr(dispatcher.outbox, "take", fail_once)
    with Receiver() as receiver:
        ended_job(redis, receiver.url)
        dispatcher.start()
        wait_until_settled(redis)
        dispatcher.stop()
    assert len(receiver.calls) == 1


def test_deleted_job_sends_no_webhook(redis, start):
    with Receiver() as receiver:
        redis.client.delete(JOB + ended_job(redis, receiver.url))
        start()
        wait_until_settled(redis)
        assert receiver.calls == [] and redis.client.keys(JOB + "*") == []


def test_job_deleted_during_its_call_leaves_nothing_in_redis(redis):
    outbox = Outbox(redis)
    for outcome, seconds in ((DELIVERED, None), (RETRIED, 1.0)):
        job_id = ended_job(redis, f"http://127.0.0.1:{free_port()}/", age=1)
        (due,) = outbox.take(1)
        redis.client.delete(JOB + job_id)
        outbox.settle(due, outcome, seconds)
        assert redis.client.keys(JOB + "*") == []


def test_replayed_dead_letter_sends_a_webhook_again(redis, work, start):
    """The outcome of the call about its first end does not settle the second."""
    outbox = Outbox(redis)
    with Receiver() as receiver:
        job = work.submit(callback_url=receiver.url)
        work.unit_queue.fail(work.take(), job, ERROR, True)
        due = wait_until(lambda: outbox.take(1), 5, "the first end")[0]
        work.store.replay(job.id)
        work.complete_next()
        outbox.settle(due, DELIVERED)
        assert redis.client.zcard(WEBHOOKS) == 1
        start()
        wait_until_settled(redis)
    assert [call.verified(SECRET)["type"] for call in receiver.calls] == ["job.completed"]


def test_dead_letter_in_replay_sends_no_webhook(redis, work, start):
    with Receiver() as receiver:
        job = work.submit(callback_url=receiver.url)
        work.unit_queue.fail(work.take(), job, ERROR, True)
        work.store.replay(job.id)
        start()
        wait_until_settled(redis)
        assert receiver.calls == []


def test_attempts_of_all_dispatchers_are_counts(redis):
    outbox, short_lease = Outbox(redis), Outbox(redis, lease_seconds=0.2)
    ended_job(redis, f"http://127.0.0.1:{free_port()}/", age=500)
    (first,) = outbox.take(5)
    assert (first.tries, first.age) == (0, 0.0) and outbox.take(5) == []
    outbox.settle(first, RETRIED, 0.0)
    time.sleep(0.3)
    (second,) = short_lease.take(5)
    assert second.tries == 1 and 0.2 < second.age < 100, "since the first attempt, not since the job's end"
    (again,) = wait_until(lambda: outbox.take(5), 5, "the end of the lease")
    assert again == replace(second, age=again.age), "an expired lease is not a failed attempt"

"""Couriers over a real Redis and real receivers: each end of a job is told until it was heard, whatever dies."""

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
from tests.support.courier import SECRET, quick_courier
from tests.support.jobs import ERROR, record
from tests.support.receiver import Receiver
from utils.process import tie_to


def ended_job(redis, url, status="completed", owner="public", age=0.0):
    """A job that has ended and is to be told of, as the scripts leave it."""
    job = record(status=status, owner=owner, callback_url=url)
    now = redis.now() - age
    fields = {**job.to_hash(), "created_at": now - 1, "finished_at": f"{now:.3f}"}
    redis.client.hset(JOB + job.id, mapping=fields)
    redis.client.zadd(WEBHOOKS, {job.id: now})
    return job.id


@pytest.fixture
def start(redis):
    """`start(**options)`: a courier at work until the test ends."""
    running = []

    def make(**options):
        courier = quick_courier(redis, **options)
        courier.start()
        running.append(courier)
        return courier

    yield make
    for courier in running:
        courier.stop()


def status_of(redis, job_id):
    return (redis.client.hget(JOB + job_id, "webhook_status") or b"").decode()


def until_settled(redis, seconds=10):
    wait_until(lambda: not redis.client.zcard(WEBHOOKS), seconds, "the last webhook")


def counted(redis):
    return {name.removeprefix("webhooks:"): int(number) for name, number in Counters(redis).read().items()}


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
def test_an_end_is_told_once(redis, start, status):
    with Receiver() as receiver:
        job_id = ended_job(redis, receiver.url, status)
        start(), start()
        until_settled(redis)
        time.sleep(0.2)
    (call,) = receiver.calls
    message = call.verified(SECRET)
    assert (message["type"], message["data"]["job_id"]) == (f"job.{status}", job_id)
    assert status_of(redis, job_id) == "delivered" and counted(redis) == {"delivered": 1}


def test_however_a_job_ends_whoever_asked_is_told(redis, work, start):
    with Receiver() as receiver:
        wanted = {"callback_url": receiver.url}
        done, follower = work.submit("same", **wanted), work.submit("same", **wanted)
        work.submit("same")
        assert redis.client.zcard(WEBHOOKS) == 0, "they have not ended"
        work.complete_next()
        known = work.submit("same", **wanted)
        failed, cancelled = work.submit(**wanted), work.submit(**wanted)
        work.store.cancel(cancelled.id)
        work.unit_queue.fail(work.take(), failed, ERROR, False)
        start()
        until_settled(redis)
    told = {message["data"]["job_id"]: message["type"] for message in (c.verified(SECRET) for c in receiver.calls)}
    assert told == {
        **{job.id: "job.completed" for job in (done, follower, known)},
        failed.id: "job.failed",
        cancelled.id: "job.cancelled",
    }


def test_a_job_that_is_deleted_before_it_was_told_of_is_not(redis, work, start):
    with Receiver() as receiver:
        job = work.submit("same", callback_url=receiver.url)
        work.submit("same")
        work.store.cancel(job.id)
        work.store.delete(job.id)
        start()
        until_settled(redis)
        assert receiver.calls == [], "though its work goes on for the other"


def test_what_was_not_heard_is_told_again_under_the_same_id(redis, start):
    with Receiver((500, {}, 0), (302, {"Location": "/"}, 0), (200, {}, 0)) as receiver:
        ended_job(redis, receiver.url)
        start()
        until_settled(redis)
    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 1
    assert [call.verified(SECRET)["type"] for call in receiver.calls] == ["job.completed"] * 3
    first, second, third = (call.at for call in receiver.calls)
    assert second - first >= 0.075 and third - second >= 0.15, "ever later, by a quarter more or less"
    assert counted(redis) == {"retried": 2, "delivered": 1}


@pytest.mark.parametrize("as_date", [False, True])
def test_a_receiver_is_left_alone_as_long_as_it_asks(redis, start, as_date):
    asked = formatdate(time.time() + 3, usegmt=True) if as_date else "2"
    with Receiver((503, {"Retry-After": asked}, 0)) as receiver:
        ended_job(redis, receiver.url)
        start()
        until_settled(redis)
    first, second = (call.at for call in receiver.calls)
    assert 1.9 <= second - first < 4


def test_a_receiver_that_asks_for_more_than_there_is_time_gets_one_last_call(redis, start):
    with Receiver(*[(503, {"Retry-After": "86400"}, 0)] * 5) as receiver:
        job_id = ended_job(redis, receiver.url)
        start(patience=1.0)
        until_settled(redis)
    assert len(receiver.calls) == 2 and receiver.calls[1].at - receiver.calls[0].at >= 0.9
    assert status_of(redis, job_id) == "given_up"


def test_after_its_time_it_is_given_up(redis, start):
    with Receiver(*[(500, {}, 0)] * 50) as receiver:
        job_id = ended_job(redis, receiver.url)
        start(patience=1.5)
        until_settled(redis)
        calls = len(receiver.calls)
        time.sleep(0.6)
        assert calls == len(receiver.calls) > 3
    assert status_of(redis, job_id) == "given_up"
    assert counted(redis) == {"retried": calls - 1, "given_up": 1}


def test_who_says_gone_is_called_no_more(redis, start):
    with Receiver((410, {}, 0)) as receiver:
        job_id = ended_job(redis, receiver.url)
        start()
        until_settled(redis)
    assert len(receiver.calls) == 1 and status_of(redis, job_id) == "given_up"


def test_an_inside_address_is_never_called_though_a_job_names_it(redis, start):
    with Receiver() as receiver:
        job_id = ended_job(redis, receiver.url)
        start(allowed=(), patience=0.5)
        until_settled(redis)
        assert receiver.calls == [] and status_of(redis, job_id) == "given_up"


def test_a_receiver_that_hangs_does_not_hold_up_others(redis, start):
    with Receiver(*[(200, {}, 3)] * 20) as hanging, Receiver(address="127.0.0.2") as quick:
        for _ in range(20):
            ended_job(redis, hanging.url, age=1)
        told = [ended_job(redis, quick.url, owner="another") for _ in range(10)]
        start(call_seconds=2.0)
        wait_until(lambda: all(status_of(redis, job_id) == "delivered" for job_id in told), 1.5, "the quick one")
        assert len(quick.calls) == 10 and hanging.most_at_once <= ConcurrencyLimits().per_host


def test_an_owner_with_many_receivers_that_hang_does_not_hold_up_others(redis, start):
    hanging = [Receiver(*[(200, {}, 3)] * 4, address=f"127.0.0.{number}") for number in range(3, 8)]
    with hanging[0], hanging[1], hanging[2], hanging[3], hanging[4], Receiver() as quick:
        for receiver in hanging:
            for _ in range(4):
                ended_job(redis, receiver.url, owner="@203.0.113.1", age=1)
        told = ended_job(redis, quick.url)
        start(call_seconds=2.0)
        wait_until(lambda: status_of(redis, told) == "delivered", 1.5, "the other owner")
        assert sum(receiver.most_at_once for receiver in hanging) <= ConcurrencyLimits().per_owner


def test_a_crowd_of_ends_is_told_whole_and_each_once(redis, start):
    with Receiver() as receiver:
        jobs = {ended_job(redis, receiver.url) for _ in range(100)}
        start(), start(), start()
        until_settled(redis, 20)
    told = [call.verified(SECRET)["data"]["job_id"] for call in receiver.calls]
    assert len(told) == 100 and set(told) == jobs


def test_what_a_courier_that_was_killed_had_begun_is_told_by_another_under_the_same_id(redis, redis_server, start):
    with Receiver((200, {}, 3)) as receiver:
        ended_job(redis, receiver.url)
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.courier", redis_server.url],
            cwd=REPOSITORY,
            preexec_fn=tie_to(os.getpid(), signal.SIGKILL),
        )
        wait_until(lambda: receiver.calls, 20, "the first call")
        process.kill()
        process.wait()
        start()
        until_settled(redis)
    first, second = receiver.calls
    assert first.headers["webhook-id"] == second.headers["webhook-id"] and first.body == second.body
    assert counted(redis) == {"delivered": 1}


def test_while_redis_is_away_nothing_is_lost(tmp_path):
    server = RedisServer(tmp_path)
    server.start()
    redis = RedisService(server.url)
    courier = quick_courier(redis, lease=1.0)
    try:
        with Receiver((500, {}, 0)) as receiver:
            courier.start()
            ended_job(redis, receiver.url)
            wait_until(lambda: receiver.calls, 5, "the first call")
            server.stop()
            time.sleep(0.5)
            server.start()
            until_settled(redis)
            assert len(receiver.calls) >= 2
    finally:
        courier.stop()
        server.stop()


def test_a_fault_of_one_round_does_not_end_the_courier(redis, monkeypatch):
    courier = quick_courier(redis)
    take, rounds = courier._outbox.take, []

    def stumble(most):
        rounds.append(most)
        if len(rounds) == 1:
            raise RuntimeError("once")
        return take(most)

    monkeypatch.setattr(courier._outbox, "take", stumble)
    with Receiver() as receiver:
        ended_job(redis, receiver.url)
        courier.start()
        until_settled(redis)
        courier.stop()
    assert len(receiver.calls) == 1


def test_a_job_that_was_deleted_is_told_of_no_more(redis, start):
    with Receiver() as receiver:
        redis.client.delete(JOB + ended_job(redis, receiver.url))
        start()
        until_settled(redis)
        assert receiver.calls == [] and redis.client.keys(JOB + "*") == []


def test_a_job_that_is_deleted_during_its_call_leaves_nothing_behind(redis):
    outbox = Outbox(redis)
    for outcome, seconds in ((DELIVERED, None), (RETRIED, 1.0)):
        job_id = ended_job(redis, f"http://127.0.0.1:{free_port()}/", age=1)
        (due,) = outbox.take(1)
        redis.client.delete(JOB + job_id)
        outbox.settle(due, outcome, seconds)
        assert redis.client.keys(JOB + "*") == []


def test_a_dead_letter_that_was_replayed_is_told_of_anew(redis, work, start):
    """And what comes of the call about its first end does not settle the second."""
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
        until_settled(redis)
    assert [call.verified(SECRET)["type"] for call in receiver.calls] == ["job.completed"]


def test_a_dead_letter_that_is_worked_on_again_is_not_told_of_meanwhile(redis, work, start):
    with Receiver() as receiver:
        job = work.submit(callback_url=receiver.url)
        work.unit_queue.fail(work.take(), job, ERROR, True)
        work.store.replay(job.id)
        start()
        until_settled(redis)
        assert receiver.calls == []


def test_tries_are_counted_from_the_first_one_on_whoever_makes_them(redis):
    outbox = Outbox(redis, lease_seconds=0.2)
    ended_job(redis, f"http://127.0.0.1:{free_port()}/", age=500)
    (first,) = outbox.take(5)
    assert (first.tries, first.age) == (0, 0.0) and outbox.take(5) == []
    outbox.settle(first, RETRIED, 0.0)
    time.sleep(0.3)
    (second,) = outbox.take(5)
    assert second.tries == 1 and 0.2 < second.age < 2
    time.sleep(0.3)
    (again,) = outbox.take(5)
    assert again == replace(second, age=again.age), "a lease that ran out is no failed try"

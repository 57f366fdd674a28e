"""Dead letters in a real Redis: kept with their uploads, replayed, deleted."""

from services import keys
from services.jobs.store import DEAD_LETTER_TTL
from tests.support.jobs import ERROR


def test_dead_letter_keeps_its_upload_and_can_be_replayed(work):
    job = work.submit(pages=7)
    for token in "ab":
        unit = work.take(token)
        work.unit_queue.start_step(unit, unit.number)
    assert work.unit_queue.fail(unit, job, ERROR, True) == 2
    assert job.upload in work.unit_queue.uploads_in_use()
    total, ((found, since),) = work.store.dead_letters(0, 10)
    assert (total, found) == (1, job.id) and since > 0
    assert work.redis.client.ttl(keys.JOB + job.id) > DEAD_LETTER_TTL - 10
    assert work.store.replay(job.id) == 2
    replayed = work.store.get(job.id)
    assert (replayed.status, replayed.stage, replayed.attempts, replayed.error) == ("processing", "queued", 0, {})
    assert work.store.dead_letters(0, 10) == (0, [])
    unit = work.take()
    assert (unit.tries, work.unit_queue.start_step(unit, 1)) == (1, 1), "the attempts before the replay do not count"
    assert work.store.replay(job.id) == 0


def test_follower_becomes_the_dead_letter_if_its_leader_was_cancelled(work):
    first, second = work.submit("content"), work.submit("content")
    work.store.cancel(first.id)
    assert work.unit_queue.fail(work.take(), first, ERROR, True) == 2
    assert work.store.dead_letters(0, 10)[1][0][0] == second.id
    assert work.store.get(second.id).upload == first.upload
    assert work.store.replay(second.id) == 1


def test_replayed_job_is_not_marked_as_cached(work):
    first, second = work.submit("content"), work.submit("content")
    work.store.cancel(first.id)
    assert work.complete_next(dead_letter=True) == 2
    assert work.store.get(second.id).cached
    work.store.replay(second.id)
    assert not work.store.get(second.id).cached


def test_next_dead_letter_removes_expired_ones(work):
    old = work.submit()
    work.unit_queue.fail(work.take(), old, ERROR, True)
    work.redis.client.zincrby(keys.DEAD, -DEAD_LETTER_TTL - 1, old.id)
    new = work.submit()
    work.unit_queue.fail(work.take(), new, ERROR, True)
    assert work.redis.client.zrange(keys.DEAD, 0, -1) == [new.id.encode()]


def test_an_owner_keeps_a_limited_number_of_dead_letters(work, monkeypatch):
    limit = keys.SHARED.dead_letters_per_owner
    jobs = []
    for _ in range(limit + 2):
        jobs.append(work.submit())
        work.unit_queue.fail(work.take(), jobs[-1], ERROR, True)
    total, letters = work.store.dead_letters(0, 2 * limit)
    assert total == limit
    assert {found for found, _ in letters} == {job.id for job in jobs[2:]}
    assert jobs[0].upload not in work.unit_queue.uploads_in_use()
    work.store.replay(jobs[-1].id)
    assert work.redis.client.zcard(keys.DEAD_OF + jobs[0].owner) <= limit


def test_an_owner_keeps_dead_letters_of_a_limited_size(work):
    jobs = [work.submit(file_size=keys.SHARED.dead_letter_bytes_per_owner // 2) for _ in range(3)]
    for job in jobs:
        work.unit_queue.fail(work.take(), job, ERROR, True)
    assert {found for found, _ in work.store.dead_letters(0, 10)[1]} == {job.id for job in jobs[1:]}


def test_deleting_a_dead_letter_releases_its_upload(work):
    job = work.submit()
    work.unit_queue.fail(work.take(), job, ERROR, True)
    assert work.store.delete(job.id).upload == job.upload
    assert work.store.dead_letters(0, 10) == (0, [])

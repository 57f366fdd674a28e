"""Units whose pages take long: they are put aside when short jobs of other owners wait, and one worker stays free."""

import time

import pytest

from services import keys
from services.errors import QueueFull
from services.jobs.record import PROCESSING
from services.keys import SHARED
from tests.integration.test_unit_runner import Pages, Scene
from tests.support.jobs import record

LONG = SHARED.max_patience


@pytest.fixture
def workers(work):
    """Two live worker processes."""
    work.redis.client.zadd(keys.WORKERS, {"a": work.redis.now() + 60, "b": work.redis.now() + 60})


@pytest.fixture
def put_aside(work, workers):
    """A job of @slow whose unit was put aside."""
    job = work.submit(owner="@slow")
    assert work.unit_queue.put_aside(work.take("first"), LONG)
    return job


def wait_long(work):
    """Let all waiting units have waited for long."""
    for member in work.redis.client.zrange(keys.WAITING, 0, -1):
        work.redis.client.zadd(keys.WAITING, {member: work.redis.now() - 60})


def test_a_page_is_put_aside_when_it_takes_long_and_another_owner_waits(work):
    work.submit(owner="@slow")
    unit = work.take()
    assert not work.unit_queue.make_way(unit, LONG), "nobody waits"
    work.submit(owner="@slow")
    wait_long(work)
    assert not work.unit_queue.make_way(unit, LONG), "only its own owner waits"
    work.submit(owner="@other")
    assert not work.unit_queue.make_way(unit, LONG), "the other one has just come"
    wait_long(work)
    assert not work.unit_queue.make_way(unit, SHARED.min_patience / 2), "the page has just started"
    assert work.unit_queue.make_way(unit, LONG)


def test_long_documents_of_others_do_not_put_a_page_aside(work):
    work.submit(owner="@slow")
    unit = work.take()
    work.submit(owner="@other", pages=50)
    wait_long(work)
    assert not work.unit_queue.make_way(unit, LONG)


@pytest.fixture
def waiting(work):
    """A unit of @slow that is held, and a short job of another owner that has waited for long."""
    work.submit(owner="@slow")
    unit = work.take()
    work.submit(owner="@other")
    wait_long(work)
    return unit


def test_a_page_that_takes_long_keeps_its_worker_if_there_is_a_place_for_it(work, workers, waiting):
    assert not work.unit_queue.make_way(waiting, LONG)
    assert waiting.heavy
    second = work.take("b")
    assert second.job_id != waiting.job_id
    work.submit(owner="@third")
    wait_long(work)
    assert work.unit_queue.make_way(second, LONG), "one worker is left for others"
    assert work.unit_queue.put_aside(second, LONG)
    third = work.take("b")
    assert not third.heavy
    assert work.complete(third) and work.take("b") is None
    assert work.complete(waiting)
    assert work.take("b").job_id == second.job_id


def test_later_units_of_an_owner_whose_page_keeps_its_worker_wait(work, workers, waiting):
    assert not work.unit_queue.make_way(waiting, LONG)
    work.complete(work.take("b"))
    work.submit(owner="@slow")
    assert work.take("b") is None


@pytest.mark.parametrize("seconds", [SHARED.min_patience, LONG])
def test_an_owner_is_heavy_for_many_times_as_long_as_the_page_has_taken(work, seconds):
    work.submit(owner="@slow")
    assert work.unit_queue.put_aside(work.take(), seconds)
    left = work.redis.client.zscore(keys.HEAVY, "@slow") - work.redis.now()
    assert left == pytest.approx(min(SHARED.heavy_factor * seconds, SHARED.heavy_seconds), abs=2)


def test_a_shorter_page_does_not_shorten_the_time_of_a_heavy_owner(work):
    for seconds in (LONG, SHARED.min_patience):
        work.submit(owner="@slow")
        assert work.unit_queue.put_aside(work.take(), seconds)
    assert work.redis.client.zscore(keys.HEAVY, "@slow") - work.redis.now() > SHARED.heavy_seconds - 5


def test_where_all_pages_take_long_none_makes_way_for_ever(work, waiting):
    seconds = 2 * SHARED.min_patience
    assert work.unit_queue.make_way(waiting, seconds)
    for _ in range(15):
        work.unit_queue.record_pace("quick", seconds, heavy=True)
    assert not work.unit_queue.make_way(waiting, seconds)


def test_a_bomb_that_uses_up_its_time_hardly_changes_the_usual_time_of_a_unit(work, waiting):
    work.unit_queue.record_pace("quick", 0.2)
    work.unit_queue.record_pace("quick", 30.0, heavy=True)
    assert work.unit_queue.make_way(waiting, 2 * SHARED.min_patience)


def test_patience_grows_with_the_usual_time_of_a_unit(work):
    work.unit_queue.record_pace("quick", 2 * SHARED.max_patience / SHARED.heavy_pages)
    work.submit(owner="@slow")
    unit = work.take()
    work.submit(owner="@other")
    wait_long(work)
    assert not work.unit_queue.make_way(unit, LONG - 0.1)
    assert work.unit_queue.make_way(unit, LONG)


def test_a_unit_put_aside_goes_on_and_is_not_put_aside_again(work, put_aside):
    again = work.take("second")
    assert (again.job_id, again.tries, again.heavy) == (put_aside.id, 2, True)
    work.submit(owner="@other")
    wait_long(work)
    assert not work.unit_queue.make_way(again, LONG)
    assert work.complete(again)
    assert work.store.get(put_aside.id).attempts == 2


def test_one_worker_is_left_for_other_owners(work, put_aside):
    later = work.submit(owner="@slow")
    held = work.take("a")
    assert held.heavy
    assert work.take("b") is None, "the second heavy unit waits"
    other = work.submit(owner="@other")
    assert work.take("b").job_id == other.id
    work.complete(held)
    assert {held.job_id, work.take("a").job_id} == {put_aside.id, later.id}


def test_units_that_waited_before_their_owner_became_heavy_wait_with_the_others(work, workers):
    first, second = work.submit(owner="@slow"), work.submit(owner="@slow")
    work.unit_queue.put_aside(work.take("a"), LONG)
    taken = work.take("a")
    assert taken.heavy and taken.job_id in (first.id, second.id)
    assert work.take("b") is None
    assert {work.store.get(job.id).status for job in (first, second)} == {PROCESSING}


def test_units_are_ready_only_if_they_have_a_place(work, put_aside):
    """So no ticket counts as lost, and no idle worker as stuck."""
    for _ in range(5):
        work.submit(owner="@slow")
    assert work.unit_queue.ready_count() == 1
    held = work.take("a")
    assert held.heavy and work.unit_queue.ready_count() == 0
    other = work.submit(owner="@other")
    assert work.unit_queue.ready_count() == 1 and work.take("b").job_id == other.id
    work.complete(held)
    assert work.unit_queue.ready_count() == 1


def test_a_single_worker_takes_heavy_units_last(work):
    work.redis.client.zadd(keys.WORKERS, {"a": work.redis.now() + 60})
    slow = work.submit(owner="@slow")
    work.unit_queue.put_aside(work.take(), LONG)
    others = [work.submit(owner="@other").id for _ in range(SHARED.heavy_round + 1)]
    taken = []
    while unit := work.take():
        taken.append(unit.job_id)
        work.complete(unit)
    assert taken == [*others, slow.id]


def test_after_a_time_the_owner_is_like_all_others(work, put_aside):
    work.redis.client.zadd(keys.HEAVY, {"@slow": work.redis.now() - 1})
    assert work.take("a").heavy, "a unit that was put aside stays so"
    work.submit(owner="@slow")
    assert not work.take("b").heavy


def test_units_of_heavy_owners_do_not_fill_the_queue_for_others(work, put_aside):
    for _ in range(20):
        work.submit(owner="@slow")
    work.store.submit(record(owner="@other"), longest_wait=5)
    with pytest.raises(QueueFull):
        work.store.submit(record(owner="@slow"), longest_wait=5)


def test_the_estimate_of_a_unit_in_the_heavy_lane_counts_the_units_there(work, put_aside):
    later = work.submit(owner="@slow")
    estimate = work.unit_queue.estimate_wait(work.store.get(later.id))
    assert estimate.ahead in (0, 1) and work.unit_queue.estimate_wait(put_aside).ahead in (0, 1)


def test_cancelled_jobs_leave_the_heavy_lane(work, put_aside):
    work.store.cancel(put_aside.id)
    assert work.unit_queue.ready_count() == 0


def test_the_runner_puts_a_long_page_aside_and_reads_it_the_second_time(redis, tmp_path, monkeypatch):
    monkeypatch.setattr("services.worker.page_timeout.ASK_AFTER", 0.1)
    monkeypatch.setattr("services.worker.page_timeout.ASK_EVERY", 0.1)
    scene = Scene(redis, tmp_path)
    scene.submit_file(pages=2)
    monkeypatch.setattr(scene.unit_queue, "make_way", lambda unit, seconds: not unit.heavy)
    document = Pages(lambda: "one", lambda: time.sleep(0.5) or "two")
    first = scene.run(document)
    assert (first.status, first.stage, scene.tickets) == ("processing", "queued", [(scene.id, 0.0)])
    assert scene.run(document).status == "completed"
    assert [page["text"] for page in scene.pages()] == ["one", "two"]
    assert (document.read, scene.store.get(scene.id).attempts) == ([1, 2, 2], 2)

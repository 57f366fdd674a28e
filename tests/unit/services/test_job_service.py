"""Waiting for a job's end, and how many may do so."""

import threading
import time
from types import SimpleNamespace

import pytest

from services import job_service
from services.job_record import JobOptions
from services.job_service import JobService

RUNNING = SimpleNamespace(id="a", ended=False)
ENDED = SimpleNamespace(id="a", ended=True)


@pytest.fixture
def make_service(monkeypatch):
    def make(get, most_waiting=2):
        monkeypatch.setattr(job_service, "MOST_WAITING", most_waiting)
        return JobService(SimpleNamespace(get=get), *[None] * 6)

    return make


def test_waiting_ends_with_the_job(make_service):
    looks = iter([RUNNING, RUNNING, ENDED])
    assert make_service(lambda _: next(looks)).wait(RUNNING, 10) is ENDED


def test_waiting_ends_with_its_time(make_service):
    started = time.monotonic()
    assert make_service(lambda _: RUNNING).wait(RUNNING, 0.2) is RUNNING
    assert 0.2 <= time.monotonic() - started < 2


def test_who_comes_when_enough_wait_already_is_answered_at_once(make_service):
    service = make_service(lambda _: RUNNING)
    waiting = [threading.Thread(target=service.wait, args=(RUNNING, 1.5)) for _ in range(2)]
    for thread in waiting:
        thread.start()
    time.sleep(0.2)
    started = time.monotonic()
    assert service.wait(RUNNING, 10) is RUNNING
    assert time.monotonic() - started < 1
    for thread in waiting:
        thread.join()
    looks = iter([ENDED])
    service._store.get = lambda _: next(looks)
    assert service.wait(RUNNING, 5) is ENDED, "a place that was left is free again"


def test_a_result_of_another_shape_is_not_taken_from_the_cache(monkeypatch):
    service = JobService(None, None, None, SimpleNamespace(identity=lambda lang: "model"), None, None, None)
    content = ("owner", JobOptions("en", 300), "digest")
    before = service._cache_key(*content)
    assert before == service._cache_key(*content)
    monkeypatch.setattr(job_service, "RESULT_SHAPE", "another")
    assert service._cache_key(*content) != before

"""What the sweeper finds again: jobs whose worker died, jobs whose message is gone, uploads nobody wants."""

import os
import time

import pytest

from services import job_store, sweeper
from services.job_record import JobOptions, JobRecord, new_job_id
from services.job_store import JobStore, Retention
from services.redis_service import RedisService
from services.storage import FileStorage, UploadSignature
from services.sweeper import Sweeper


class Scene:
    def __init__(self, url, folder):
        self.redis = RedisService(url)
        self.redis.client.flushdb()
        self.store = JobStore(self.redis, Retention(60, 60, 10))
        self.folder = folder
        self.uploads = FileStorage(folder, UploadSignature("secret"))
        self.head = None
        self.queued = []

    def sweeper(self):
        enqueue = lambda job_id, delay: self.queued.append(job_id)  # noqa: E731
        return Sweeper(self.redis, self.store, self.uploads, enqueue, lambda: self.head)

    def submit(self, age=0.0):
        incoming = self.uploads.receive()
        incoming.write(b"upload")
        record = JobRecord(
            new_job_id(), "public", "processing", "queued", "pdf", "a.pdf", 6, JobOptions("en", 300),
            self.uploads.keep(incoming), new_job_id(), "request",
        )  # fmt: skip
        self.store.submit(record)
        self.redis.client.zincrby(job_store.WAITING, -age, record.id)
        return record


@pytest.fixture
def scene(redis_server, tmp_path):
    return Scene(redis_server.url, tmp_path)


def test_a_job_whose_worker_died_is_queued_again_once(scene, monkeypatch):
    monkeypatch.setattr(job_store, "LEASE_SECONDS", 0.05)
    job = scene.submit()
    scene.store.claim(job.id, "dies")
    time.sleep(0.1)
    scene.sweeper().sweep()
    scene.sweeper().sweep()
    assert scene.queued == [job.id]
    assert scene.store.get(job.id).stage == "queued"


def test_a_job_at_work_is_left_alone(scene):
    scene.store.claim(scene.submit().id, "works")
    scene.sweeper().sweep()
    assert scene.queued == []


def test_a_job_that_waits_before_an_empty_queue_has_lost_its_message(scene):
    lost, fresh = scene.submit(age=60), scene.submit()
    scene.sweeper().sweep()
    assert scene.queued == [lost.id]
    assert fresh.id not in scene.queued
    scene.sweeper().sweep()
    assert scene.queued == [lost.id], "what was queued again a moment ago is not queued once more"


def test_jobs_behind_the_head_of_the_queue_are_on_it(scene):
    head, behind = scene.submit(age=100), scene.submit(age=60)
    scene.head = head.id
    scene.sweeper().sweep()
    assert scene.queued == []
    assert scene.store.waiting_since(behind.id)


def test_a_job_that_should_have_come_before_the_head_has_lost_its_message(scene):
    lost, head = scene.submit(age=100), scene.submit(age=60)
    scene.head = head.id
    scene.sweeper().sweep()
    assert scene.queued == [lost.id]


def test_only_one_worker_sweeps_at_a_time(scene):
    assert scene.sweeper()._mine("", 10)
    assert not scene.sweeper()._mine("", 10)


def test_old_uploads_without_a_job_are_deleted_and_those_of_jobs_are_kept(scene):
    wanted, young = (scene.folder / scene.submit().upload for _ in range(2))
    orphan, new = (scene.folder / scene.uploads.keep(scene.uploads.receive()) for _ in range(2))
    for path in (wanted, orphan):
        os.utime(path, (0, 0))
    scene.sweeper().sweep_uploads()
    assert [path.exists() for path in (wanted, young, orphan, new)] == [True, True, False, True]


def test_a_fault_of_one_round_does_not_end_the_sweeping(scene, monkeypatch):
    monkeypatch.setattr(sweeper, "SWEEP_SECONDS", 0.05)
    rounds = []

    def stumble(self):
        rounds.append(1)
        raise RuntimeError("once")

    monkeypatch.setattr(Sweeper, "sweep", stumble)
    running = scene.sweeper()
    running.start()
    time.sleep(1)
    running.stop()
    assert len(rounds) > 1

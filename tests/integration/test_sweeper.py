"""The sweeper recovers units of dead workers, replaces lost tickets and deletes orphaned uploads."""

import os
from types import SimpleNamespace

import pytest

from routes.paths import upload_path
from services.jobs import unit_queue
from services.storage import FileStorage, UploadSignature
from services.worker import sweeper
from services.worker.sweeper import Sweeper
from stress.harness import wait_until
from tests.support.jobs import ERROR, Work


class Scene(Work):
    def __init__(self, redis, folder):
        super().__init__(redis)
        self.folder = folder
        self.uploads = FileStorage(folder, UploadSignature("secret"), upload_path)
        self.tickets = 0
        self.queued = []

    def sweeper(self):
        return Sweeper(
            redis=self.redis,
            store=self.store,
            unit_queue=self.unit_queue,
            storage=self.uploads,
            arrivals=SimpleNamespace(sweep=lambda: None),
            send_ticket=lambda job_id, delay: self.queued.append(job_id),
            ticket_count=lambda: self.tickets + len(self.queued),
        )


@pytest.fixture
def scene(redis, tmp_path):
    return Scene(redis, tmp_path)


def test_unit_of_a_dead_worker_is_queued_again_once(scene, monkeypatch):
    monkeypatch.setattr(unit_queue, "LEASE_SECONDS", 0.05)
    job = scene.submit()
    scene.take("dies")
    wait_until(scene.unit_queue.expired_leases, 5, "the end of the lease")
    scene.sweeper().sweep()
    scene.sweeper().sweep()
    assert scene.queued == [job.id]
    assert scene.store.get(job.id).stage == "queued"


def test_unit_in_progress_is_not_queued_again(scene):
    scene.submit()
    scene.take("works")
    sweeper = scene.sweeper()
    for _ in range(3):
        sweeper.sweep()
    assert scene.queued == []


def test_tickets_missing_in_two_rounds_are_replaced_once(scene):
    scene.submit(pages=11)
    scene.tickets = 1
    sweeper = scene.sweeper()
    sweeper.sweep()
    assert scene.queued == [], "the tickets may be on their way"
    for _ in range(3):
        sweeper.sweep()
    assert len(scene.queued) == 2


def test_no_ticket_is_sent_if_each_unit_has_one(scene):
    scene.submit(pages=11)
    scene.tickets = 3
    sweeper = scene.sweeper()
    for _ in range(3):
        sweeper.sweep()
    assert scene.queued == []


def test_only_one_worker_sweeps_at_a_time(scene):
    assert scene.sweeper()._acquire_lock("", 10)
    assert not scene.sweeper()._acquire_lock("", 10)


def test_old_uploads_without_a_job_are_deleted(scene):
    keys = [scene.uploads.save(scene.uploads.receive()) for _ in range(3)]
    waiting, running, dead = [scene.submit(upload=key) for key in keys]
    scene.unit_queue.fail(
        next(unit for unit in (scene.take("a"), scene.take("b"), scene.take("c")) if unit.job_id == dead.id),
        dead,
        ERROR,
        True,
    )
    orphan, recent = (scene.folder / scene.uploads.save(scene.uploads.receive()) for _ in range(2))
    in_use = [scene.folder / job.upload for job in (waiting, running, dead)]
    for path in (*in_use, orphan):
        os.utime(path, (0, 0))
    scene.sweeper().sweep_uploads()
    assert [path.exists() for path in (*in_use, orphan, recent)] == [True, True, True, False, True]


def test_sweeper_continues_after_an_error(scene, monkeypatch):
    monkeypatch.setattr(sweeper, "SWEEP_SECONDS", 0.05)
    rounds = []

    def fail(self):
        rounds.append(1)
        raise RuntimeError("once")

    monkeypatch.setattr(Sweeper, "sweep", fail)
    running = scene.sweeper()
    running.start()
    wait_until(lambda: len(rounds) > 1, 5, "the second round")
    running.stop()

"""What the sweeper finds again: units whose worker died, tickets that are gone, uploads nobody wants."""

import os
import time
from types import SimpleNamespace

import pytest

from routes.paths import upload_path
from services.jobs import unit_queue as work_queue
from services.storage import FileStorage, UploadSignature
from services.worker import sweeper
from services.worker.sweeper import Sweeper
from tests.support.jobs import ERROR, Work


class Scene(Work):
    def __init__(self, redis, folder):
        super().__init__(redis)
        self.folder = folder
        self.uploads = FileStorage(folder, UploadSignature("secret"), upload_path)
        self.tickets = 0
        self.queued = []

    def sweeper(self):
        enqueue = lambda job_id, delay: self.queued.append(job_id)  # noqa: E731
        arrivals = SimpleNamespace(sweep=lambda: None)
        return Sweeper(
            self.redis, self.unit_queue, self.uploads, arrivals, enqueue, lambda: self.tickets + len(self.queued)
        )


@pytest.fixture
def scene(redis, tmp_path):
    return Scene(redis, tmp_path)


def test_a_unit_whose_worker_died_is_queued_again_once(scene, monkeypatch):
    monkeypatch.setattr(work_queue, "LEASE_SECONDS", 0.05)
    job = scene.submit()
    scene.take("dies")
    time.sleep(0.1)
    scene.sweeper().sweep()
    scene.sweeper().sweep()
    assert scene.queued == [job.id]
    assert scene.store.get(job.id).stage == "queued"


def test_a_unit_at_work_is_left_alone(scene):
    scene.submit()
    scene.take("works")
    sweeper = scene.sweeper()
    for _ in range(3):
        sweeper.sweep()
    assert scene.queued == []


def test_tickets_that_are_missing_in_two_rounds_are_replaced_once(scene):
    scene.submit(pages=11)
    scene.tickets = 1
    sweeper = scene.sweeper()
    sweeper.sweep()
    assert scene.queued == [], "they may be under way"
    for _ in range(3):
        sweeper.sweep()
    assert len(scene.queued) == 2


def test_as_many_tickets_as_there_are_units_are_enough(scene):
    scene.submit(pages=11)
    scene.tickets = 3
    sweeper = scene.sweeper()
    for _ in range(3):
        sweeper.sweep()
    assert scene.queued == []


def test_only_one_worker_sweeps_at_a_time(scene):
    assert scene.sweeper()._mine("", 10)
    assert not scene.sweeper()._mine("", 10)


def test_old_uploads_without_a_job_are_deleted_and_those_of_jobs_are_kept(scene):
    kept = [scene.uploads.keep(scene.uploads.receive()) for _ in range(3)]
    waits, held, dead = [scene.submit(upload=key) for key in kept]
    scene.unit_queue.fail(
        next(unit for unit in (scene.take("a"), scene.take("b"), scene.take("c")) if unit.job_id == dead.id),
        dead,
        ERROR,
        True,
    )
    orphan, young = (scene.folder / scene.uploads.keep(scene.uploads.receive()) for _ in range(2))
    wanted = [scene.folder / job.upload for job in (waits, held, dead)]
    for path in (*wanted, orphan):
        os.utime(path, (0, 0))
    scene.sweeper().sweep_uploads()
    assert [path.exists() for path in (*wanted, orphan, young)] == [True, True, True, False, True]


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

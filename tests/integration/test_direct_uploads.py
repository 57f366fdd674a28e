"""Announced uploads step by step, with both storages: real Redis, a real S3 server, real inspection, but no workers."""

import threading
from dataclasses import replace

import pytest
import requests

from services import keys
from services.errors import (
    InvalidSignature,
    JobFailed,
    JobNotFound,
    PayloadTooLarge,
    RateLimited,
    RedisUnavailable,
    UploadMismatch,
)
from services.jobs.record import JobRecord, new_job_id
from services.ocr_service.options import DocumentOptions
from services.uploads import arrivals
from services.uploads.service import Put
from services.worker.sweeper import Sweeper
from stress.harness import wait_until
from tests.support.drawing import picture, scanned_pdf
from tests.support.jobs import packed
from tests.support.upload_scene import IMAGE


def test_an_announced_job_waits_for_its_upload(scene):
    job = scene.announce()
    assert job == scene.job(job)
    assert (job.status, job.stage, job.ended, job.file_size) == ("awaiting_upload",) * 2 + (False, len(IMAGE))
    assert scene.store.ids_of_owner("alice", "", 10) == [job.id]
    assert scene.arrivals.start_job(job.id).status == "awaiting_upload", "nothing has arrived yet"
    assert scene.tickets == []


def test_the_arrival_starts_the_job(scene):
    job = scene.arrivals.start_job(scene.announce_and_put(content_type="image/png").id)
    assert job == scene.job(job)
    assert (job.status, job.stage, job.kind, job.pages_total) == ("processing", "queued", "image", 1)
    assert scene.tickets == [job.id]
    assert scene.files() == {job.upload}, "the announced file is gone"
    with scene.storage.local(job.upload) as path:
        assert path.read_bytes() == IMAGE


def test_a_long_document_is_divided_into_units(scene):
    pdf = scanned_pdf(*map(str, range(12)))
    job = scene.arrivals.start_job(scene.announce_and_put(pdf).id)
    assert (job.kind, job.pages_total, job.units, job.lane) == ("pdf", 12, 3, "bulk")
    assert scene.tickets == [job.id] * 3


def test_uploads_with_the_same_content_are_worked_on_once(scene):
    leader = scene.arrivals.start_job(scene.announce_and_put().id)
    follower = scene.arrivals.start_job(scene.announce_and_put().id)
    assert follower.leader == leader.id and scene.tickets == [leader.id]
    unit = scene.services.unit_queue.take("t")
    scene.services.unit_queue.complete(unit, packed("read"), 1, True, False)
    hit = scene.arrivals.start_job(scene.announce_and_put().id)
    assert (hit.status, hit.cached, scene.store.result(hit.id)) == ("completed", True, {"text": "read"})
    assert scene.files() == {leader.upload}
    other = scene.arrivals.start_job(scene.announce_and_put(owner="bob").id)
    assert other.status == "processing", "results are not shared between owners"


def test_a_file_of_another_size_is_rejected_and_deleted(scene):
    job = scene.announce()
    scene.put(job, IMAGE + b"more")
    with pytest.raises(UploadMismatch):
        scene.arrivals.start_job(job.id)
    job = scene.job(job)
    assert (job.status, job.error["code"]) == ("failed", "upload_mismatch")
    assert str(len(IMAGE)) in job.error["detail"]
    assert scene.files() == set() and scene.tickets == []


def test_a_file_of_another_type_is_rejected_and_deleted(scene):
    job = scene.announce_and_put(content_type="image/jpeg")
    with pytest.raises(UploadMismatch):
        scene.arrivals.start_job(job.id)
    assert scene.job(job).error["code"] == "upload_mismatch"
    assert scene.files() == set() and scene.tickets == []


def test_an_unreadable_file_fails_its_job(scene):
    job = scene.announce_and_put(b"not an image")
    scene.arrivals.start_job_and_log_errors(job.id)
    job = scene.job(job)
    assert (job.status, job.error["code"]) == ("failed", "unsupported_type")
    with pytest.raises(JobFailed):
        scene.jobs.result(job)
    assert scene.files() == set()


def test_a_file_that_is_too_large_is_rejected_when_announced(scene):
    with pytest.raises(PayloadTooLarge):
        scene.announce(file_size=52428801)


def test_an_arrival_is_sent_to_one_worker(scene):
    job = scene.announce_and_put()
    for _ in range(3):
        scene.arrivals.sweep()
    assert scene.sent_arrivals == [job.id]
    assert scene.arrivals.hand_to_workers([job.id]) == 0


def test_an_unhandled_arrival_is_sent_again(scene, monkeypatch):
    monkeypatch.setattr(arrivals, "CLAIM_SECONDS", 1)
    job = scene.announce_and_put()
    scene.arrivals.sweep()
    assert scene.sent_arrivals == [job.id]
    wait_until(lambda: scene.arrivals.sweep() or len(scene.sent_arrivals) > 1, 5, "the end of the claim")
    assert scene.sent_arrivals == [job.id] * 2


def test_an_upload_that_never_arrives_expires(scene, monkeypatch, expire):
    monkeypatch.setattr(arrivals, "LATE_SECONDS", 0)
    missing, arrived = scene.announce(), scene.announce()
    scene.arrivals.sweep()
    assert scene.job(missing).status == "awaiting_upload"
    expire()
    scene.put(arrived)
    scene.arrivals.sweep()
    assert (scene.job(missing).status, scene.job(missing).error["code"]) == ("failed", "upload_expired")
    assert scene.sent_arrivals == [arrived.id], "a file that has arrived is processed however late it is found"
    assert scene.arrivals.start_job(arrived.id).status == "processing"


def test_an_upload_that_no_worker_can_start_fails_in_the_end(scene, monkeypatch, expire):
    monkeypatch.setattr(arrivals, "LATE_SECONDS", 0)
    monkeypatch.setattr(arrivals, "LOST_SECONDS", 0)
    job = scene.announce_and_put()
    expire()
    scene.arrivals.sweep()
    assert (scene.job(job).status, scene.job(job).error["code"]) == ("failed", "retries_exhausted")
    assert scene.files() == set()


def test_an_upload_for_a_cancelled_job_is_deleted(scene):
    job = scene.announce()
    assert scene.jobs.discard(scene.job(job)).status == "cancelled"
    scene.put(job)
    assert scene.arrivals.start_job(job.id).status == "cancelled"
    assert scene.files() == set() and scene.tickets == []


def test_a_second_upload_changes_nothing(scene):
    job = scene.arrivals.start_job(scene.announce_and_put().id)
    scene.put(replace(job, upload=scene.storage.announced_key(job.id)), b"another content")
    assert scene.arrivals.start_job(job.id).status == "processing"
    assert scene.files() == {job.upload} and scene.tickets == [job.id]


def test_a_file_without_a_job_is_deleted(scene):
    key = scene.storage.announced_key(new_job_id())
    incoming = scene.storage.receive()
    scene.storage.save(incoming, key)
    with pytest.raises(JobNotFound):
        scene.arrivals.start_job(key.rpartition("/")[2])
    assert scene.files() == set()


def test_a_crash_between_two_steps_is_recovered(scene):
    job = scene.announce_and_put()
    scene.storage.claim(job.id)  # and then the process was killed
    started = scene.arrivals.start_job(job.id)
    assert started.status == "processing" and scene.tickets == [job.id]
    assert started.upload in scene.files() and scene.storage.announced_key(job.id) not in scene.files()


def test_nothing_is_lost_while_redis_is_unreachable(scene, monkeypatch):
    job = scene.announce_and_put()

    def unreachable(*_):
        raise RedisUnavailable()

    with monkeypatch.context() as broken:
        broken.setattr(scene.store, "submit", unreachable)
        scene.arrivals.start_job_and_log_errors(job.id)
    assert scene.job(job).status == "awaiting_upload"
    assert scene.arrivals.start_job(job.id).status == "processing"


def test_a_job_whose_stored_reply_was_lost_keeps_its_file(scene, monkeypatch):
    job = scene.announce_and_put()
    submit = scene.store.submit

    def lose_reply(*args):
        submit(*args)
        raise RedisUnavailable()

    with monkeypatch.context() as broken:
        broken.setattr(scene.store, "submit", lose_reply)
        scene.arrivals.start_job_and_log_errors(job.id)
    started = scene.arrivals.start_job(job.id)
    assert started.status == "processing" and started.upload in scene.files()


def test_several_workers_at_once_start_one_job(scene):
    job = scene.announce_and_put()
    threads = [threading.Thread(target=scene.arrivals.start_job_and_log_errors, args=(job.id,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    job = scene.job(job)
    assert job.status == "processing" and scene.tickets == [job.id]
    assert scene.files() == {job.upload}


def test_a_started_or_rejected_upload_is_no_longer_awaited(scene, redis):
    started, rejected = scene.announce_and_put(), scene.announce_and_put(b"not an image")
    for job in (started, rejected):
        scene.arrivals.start_job_and_log_errors(job.id)
    assert redis.client.zcard(keys.AWAITING) == 0
    assert redis.client.hgetall(keys.COUNTERS)[b"failures:unsupported_type"] == b"1"


def test_an_id_that_is_announced_twice_makes_one_job(scene):
    job = scene.announce()
    again = scene.uploads.announce(
        JobRecord(job.id, "alice", "b.png", DocumentOptions("en", 300), "r", file_size=1),
    )
    assert again == job


def test_the_sweeper_keeps_awaited_uploads(scene, monkeypatch):
    monkeypatch.setattr("services.worker.sweeper.UPLOAD_AGE_SECONDS", -60)
    awaited = scene.announce_and_put()
    started = scene.arrivals.start_job(scene.announce_and_put(picture("Another")).id)
    orphan = scene.storage.save(scene.storage.receive())
    sweeper = Sweeper(
        redis=scene.services.redis,
        store=scene.services.job_store,
        unit_queue=scene.services.unit_queue,
        storage=scene.storage,
        arrivals=scene.arrivals,
        send_ticket=scene.broker.send_ticket,
        ticket_count=scene.broker.ticket_count,
    )
    sweeper.sweep_uploads()
    assert scene.files() == {awaited.upload, started.upload} and orphan not in scene.files()


@pytest.mark.parametrize("scene", ["s3"], indirect=True)
class TestS3:
    def test_a_file_sent_to_the_signed_url_starts_its_job(self, scene):
        job = scene.announce(content_type="image/png")
        signed = scene.uploads.address(job)
        response = requests.request(signed.method, signed.url, data=IMAGE, headers=signed.headers, timeout=10)
        assert response.status_code == 200
        names = [f"ocr/announced/{job.id}", "ocr/kept/x", "elsewhere/announced/y"]
        assert scene.arrivals.hand_objects_to_workers(names) == 1
        assert scene.sent_arrivals == [job.id]
        scene.arrivals.start_job_and_log_errors(job.id)
        assert scene.job(job).status == "processing"

    def test_our_own_web_server_accepts_no_upload(self, scene):
        job = scene.announce()
        with pytest.raises(InvalidSignature):
            scene.uploads.receive(Put(job.id, str(int(job.upload_expires_at)), "0" * 64, len(IMAGE), "", None))


def test_a_file_beyond_the_budget_of_its_client_is_tried_again_later(scene, monkeypatch):
    job = scene.announce_and_put()

    def reject(*_):
        raise RateLimited("later")

    with monkeypatch.context() as patch:
        patch.setattr(scene.jobs.inspector, "inspect", reject)
        with pytest.raises(RateLimited):
            scene.arrivals.start_job(job.id)
    assert scene.job(job).status == "awaiting_upload"
    scene.arrivals.sweep()
    assert job.id in scene.sent_arrivals
    assert scene.arrivals.start_job(job.id).status == "processing"

"""Announced uploads over both back ends, step by step: a real Redis, a real S3 server, real inspection; no workers."""

import threading
import time
from dataclasses import replace
from io import BytesIO
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from config import Settings
from services import keys
from services.container import Queue, build_services
from services.errors import (
    InvalidSignature,
    JobCancelled,
    JobFailed,
    JobNotFound,
    LengthRequired,
    PayloadTooLarge,
    RedisUnavailable,
    UploadExpired,
    UploadFinished,
    UploadIncomplete,
    UploadMismatch,
)
from services.jobs.record import new_job_id
from services.ocr_service.options import DocumentOptions
from services.uploads import arrivals
from services.uploads.service import Announcement, Put
from tests.support.drawing import picture, scanned_pdf

PICTURE = picture("A picture that comes by itself")


class Scene:
    """The services of one process; what they put on the queue is only noted."""

    def __init__(self, settings):
        self.tickets, self.told = [], []
        queue = Queue(lambda job_id, delay: self.tickets.append(job_id), self.told.append, lambda: len(self.tickets))
        self.services = build_services(settings, lambda client: queue)
        self.direct, self.arrivals = self.services.direct, self.services.arrivals
        self.store, self.uploads = self.services.store, self.services.uploads
        self.jobs = self.services.jobs

    def announce(self, content=PICTURE, **changes):
        announcement = Announcement(
            filename="a.png",
            file_size=len(content),
            content_type="",
            owner="alice",
            request_id="r",
            options=DocumentOptions("en", 300),
        )
        return self.direct.announce(replace(announcement, **changes), new_job_id())

    def put(self, job, content=PICTURE):
        """The bytes, where the client would have sent them."""
        incoming = self.uploads.receive()
        incoming.write(content)
        self.uploads.keep(incoming, job.upload)

    def sent(self, content=PICTURE, **changes):
        job = self.announce(content, **changes)
        self.put(job, content)
        return job

    def job(self, job):
        return self.store.get(job.id)

    def files(self):
        return set(self.uploads.older_than(-60))


@pytest.fixture(params=["file", "s3"])
def scene(request, redis_server, redis, tmp_path, monkeypatch):
    environment = {"REDIS_URL": redis_server.url, "DATA_DIR": tmp_path, "OCR_RUNTIME": "null", "UPLOAD_TTL": "2"}
    if request.param == "s3":
        server = request.getfixturevalue("s3_server")
        server.clear()
        environment.update(server.settings)
    for name, value in environment.items():
        monkeypatch.setenv(name, str(value))
    return Scene(Settings.from_env(tmp_path / "no.env"))


def test_an_announced_job_waits_for_its_upload(scene):
    job = scene.job(scene.announce())
    assert (job.status, job.stage, job.ended, job.file_size) == ("awaiting_upload",) * 2 + (False, len(PICTURE))
    assert scene.store.owned("alice", "", 10) == [job.id]
    assert scene.arrivals.arrived(job.id).status == "awaiting_upload", "nothing has come yet"
    assert scene.tickets == []


def test_the_arrival_begins_the_job(scene):
    job = scene.arrivals.arrived(scene.sent(content_type="image/png").id)
    assert (job.status, job.stage, job.kind, job.pages_total) == ("processing", "queued", "image", 1)
    assert scene.tickets == [job.id]
    assert scene.files() == {job.upload}, "the announced file is another name for it no more"
    with scene.uploads.local(job.upload) as path:
        assert path.read_bytes() == PICTURE


def test_a_long_document_is_cut_into_units_like_any_other(scene):
    pdf = scanned_pdf(*map(str, range(12)))
    job = scene.arrivals.arrived(scene.sent(pdf).id)
    assert (job.kind, job.pages_total, job.units, job.lane) == ("pdf", 12, 3, "bulk")
    assert scene.tickets == [job.id] * 3


def test_the_same_content_sent_again_is_worked_on_once(scene):
    leader = scene.arrivals.arrived(scene.sent().id)
    follower = scene.arrivals.arrived(scene.sent().id)
    assert follower.leader == leader.id and scene.tickets == [leader.id]
    unit = scene.services.work.take("t")
    scene.services.work.complete(unit, {"text": "read"}, 1, True, False)
    known = scene.arrivals.arrived(scene.sent().id)
    assert (known.status, known.cached, scene.store.result(known.id)) == ("completed", True, {"text": "read"})
    assert scene.files() == {leader.upload}
    other = scene.arrivals.arrived(scene.sent(owner="bob").id)
    assert other.status == "processing", "another owner's result is nobody else's"


def test_a_file_of_another_size_is_refused_and_deleted(scene):
    job = scene.announce()
    scene.put(job, PICTURE + b"more")
    with pytest.raises(UploadMismatch):
        scene.arrivals.arrived(job.id)
    job = scene.job(job)
    assert (job.status, job.error["code"]) == ("failed", "upload_mismatch")
    assert str(len(PICTURE)) in job.error["detail"]
    assert scene.files() == set() and scene.tickets == []


def test_a_file_of_another_type_is_refused_and_deleted(scene):
    job = scene.sent(content_type="image/jpeg")
    with pytest.raises(UploadMismatch):
        scene.arrivals.arrived(job.id)
    assert scene.job(job).error["code"] == "upload_mismatch"
    assert scene.files() == set() and scene.tickets == []


def test_a_file_that_cannot_be_read_ends_its_job_with_the_reason(scene):
    job = scene.sent(b"no picture at all")
    scene.arrivals.work(job.id)
    job = scene.job(job)
    assert (job.status, job.error["code"]) == ("failed", "unsupported_type")
    with pytest.raises(JobFailed):
        scene.jobs.result(job)
    assert scene.files() == set()


def test_more_than_the_service_takes_is_refused_when_it_is_announced(scene):
    with pytest.raises(PayloadTooLarge):
        scene.announce(file_size=52428801)


def test_an_upload_that_was_noticed_is_told_to_one_worker(scene):
    job = scene.sent()
    for _ in range(3):
        scene.arrivals.sweep()
    assert scene.told == [job.id]
    assert scene.arrivals.notice([job.id]) == 0


def test_an_upload_whose_worker_was_told_in_vain_is_told_again(scene, monkeypatch):
    monkeypatch.setattr(arrivals, "NOTICED_SECONDS", 1)
    job = scene.sent()
    scene.arrivals.sweep()
    time.sleep(1.1)
    scene.arrivals.sweep()
    assert scene.told == [job.id] * 2


def test_an_upload_that_never_comes_expires(scene, monkeypatch):
    monkeypatch.setattr(arrivals, "LATE_SECONDS", 0)
    late, early = scene.announce(), scene.announce()
    scene.arrivals.sweep()
    assert scene.job(late).status == "awaiting_upload"
    time.sleep(3)
    scene.put(early)
    scene.arrivals.sweep()
    assert (scene.job(late).status, scene.job(late).error["code"]) == ("failed", "upload_expired")
    assert scene.told == [early.id], "one that has come is begun, however late it is found"
    assert scene.arrivals.arrived(early.id).status == "processing"


def test_an_upload_that_nobody_can_take_is_given_up_in_the_end(scene, monkeypatch):
    monkeypatch.setattr(arrivals, "LATE_SECONDS", 0)
    monkeypatch.setattr(arrivals, "LOST_SECONDS", 0)
    job = scene.sent()
    time.sleep(3)
    scene.arrivals.sweep()
    assert (scene.job(job).status, scene.job(job).error["code"]) == ("failed", "retries_exhausted")
    assert scene.files() == set()


def test_an_upload_of_a_job_that_was_cancelled_is_deleted_when_it_comes(scene):
    job = scene.announce()
    assert scene.jobs.discard(scene.job(job)).status == "cancelled"
    scene.put(job)
    assert scene.arrivals.arrived(job.id).status == "cancelled"
    assert scene.files() == set() and scene.tickets == []


def test_a_file_that_is_put_again_later_changes_nothing(scene):
    job = scene.arrivals.arrived(scene.sent().id)
    scene.put(replace(job, upload=scene.uploads.announced_key(job.id)), b"another content")
    assert scene.arrivals.arrived(job.id).status == "processing"
    assert scene.files() == {job.upload} and scene.tickets == [job.id]


def test_a_file_of_nobodys_job_is_deleted(scene):
    key = scene.uploads.announced_key(new_job_id())
    incoming = scene.uploads.receive()
    scene.uploads.keep(incoming, key)
    with pytest.raises(JobNotFound):
        scene.arrivals.arrived(key.rpartition("/")[2])
    assert scene.files() == set()


def test_what_died_between_the_steps_is_finished_by_the_next_look(scene):
    job = scene.sent()
    scene.uploads.take(job.id)  # and then the process was killed
    begun = scene.arrivals.arrived(job.id)
    assert begun.status == "processing" and scene.tickets == [job.id]
    assert begun.upload in scene.files() and scene.uploads.announced_key(job.id) not in scene.files()


def test_while_redis_is_away_nothing_is_lost(scene, monkeypatch):
    job = scene.sent()

    def away(*_):
        raise RedisUnavailable()

    with monkeypatch.context() as broken:
        broken.setattr(scene.store, "submit", away)
        scene.arrivals.work(job.id)
    assert scene.job(job).status == "awaiting_upload"
    assert scene.arrivals.arrived(job.id).status == "processing"


def test_a_job_that_was_stored_though_redis_seemed_away_keeps_its_file(scene, monkeypatch):
    job = scene.sent()
    submit = scene.store.submit

    def answer_lost(*args):
        submit(*args)
        raise RedisUnavailable()

    with monkeypatch.context() as broken:
        broken.setattr(scene.store, "submit", answer_lost)
        scene.arrivals.work(job.id)
    begun = scene.arrivals.arrived(job.id)
    assert begun.status == "processing" and begun.upload in scene.files()


def test_several_workers_that_are_told_at_once_begin_one_job(scene):
    job = scene.sent()
    at_once = [threading.Thread(target=scene.arrivals.work, args=(job.id,)) for _ in range(6)]
    for thread in at_once:
        thread.start()
    for thread in at_once:
        thread.join()
    job = scene.job(job)
    assert job.status == "processing" and scene.tickets == [job.id]
    assert scene.files() == {job.upload}


def test_an_expired_or_begun_upload_is_awaited_no_more(scene, redis):
    begun, refused = scene.sent(), scene.sent(b"nothing that can be read")
    for job in (begun, refused):
        scene.arrivals.work(job.id)
    assert redis.client.zcard(keys.AWAITING) == 0
    assert redis.client.hgetall(keys.TALLY)[b"failures:unsupported_type"] == b"1"


def test_announcing_the_same_id_twice_makes_one_job(scene):
    job = scene.announce()
    again = scene.direct.announce(Announcement("b.png", 1, "", "alice", "r", DocumentOptions("en", 300)), job.id)
    assert (again.filename, again.file_size) == ("a.png", len(PICTURE))


def test_the_orphan_sweep_spares_uploads_that_are_awaited(scene, monkeypatch):
    monkeypatch.setattr("services.worker.sweeper.UPLOAD_AGE_SECONDS", -60)
    awaited = scene.sent()
    begun = scene.arrivals.arrived(scene.sent(picture("Another")).id)
    orphan = scene.uploads.keep(scene.uploads.receive())
    scene.services.build_sweeper().sweep_uploads()
    assert scene.files() == {awaited.upload, begun.upload} and orphan not in scene.files()


@pytest.mark.parametrize("scene", ["s3"], indirect=True)
class TestS3:
    def test_a_client_that_follows_the_answer_has_its_job_begun(self, scene):
        job = scene.announce(content_type="image/png")
        signed = scene.direct.address(job)
        answer = requests.request(signed.method, signed.url, data=PICTURE, headers=signed.headers, timeout=10)
        assert answer.status_code == 200
        assert scene.arrivals.notice_objects([f"ocr/announced/{job.id}", "ocr/kept/x", "elsewhere/announced/y"]) == 1
        assert scene.told == [job.id]
        scene.arrivals.work(job.id)
        assert scene.job(job).status == "processing"

    def test_no_address_of_our_own_is_valid(self, scene):
        job = scene.announce()
        with pytest.raises(InvalidSignature):
            scene.direct.receive(Put(job.id, str(int(job.upload_expires_at)), "0" * 64, len(PICTURE), "", None))


class Unread:
    """A body that is not to be read."""

    def read(self, *_):
        raise AssertionError("the body was read")


def signed(scene, job, **changes):
    """What a client that follows the answer sends; or otherwise, where the test wants it."""
    address = dict(parse_qsl(urlsplit(scene.direct.address(job).url).query))
    put = Put(job.id, address["expires"], address["signature"], job.file_size, job.content_type, BytesIO(PICTURE))
    return replace(put, **changes)


@pytest.mark.parametrize("scene", ["file"], indirect=True)
class TestPut:
    def test_the_file_begins_its_job(self, scene):
        job = scene.direct.receive(signed(scene, scene.announce(content_type="image/png")))
        assert job.status == "processing" and scene.tickets == [job.id] and scene.files() == {job.upload}

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"signature": "0" * 64}, InvalidSignature),
            ({"signature": ""}, InvalidSignature),
            ({"expires": "9999999999"}, InvalidSignature),
            ({"expires": "soon"}, InvalidSignature),
            ({"expires": "9" * 400}, InvalidSignature),
            ({"content_type": "image/jpeg"}, InvalidSignature),
            ({"job_id": new_job_id()}, JobNotFound),
            ({"length": None}, LengthRequired),
        ],
    )
    def test_what_was_not_signed_is_refused_unread_and_may_still_be_sent_rightly(self, scene, change, error):
        job = scene.announce(content_type="image/png")
        with pytest.raises(error):
            scene.direct.receive(signed(scene, job, body=Unread(), **change))
        assert scene.direct.receive(signed(scene, job)).status == "processing"

    def test_an_address_is_good_for_its_own_job_alone(self, scene):
        job, other = scene.announce(), scene.announce()
        with pytest.raises(InvalidSignature):
            scene.direct.receive(signed(scene, job, job_id=other.id, body=Unread()))

    @pytest.mark.parametrize("length", [len(PICTURE) + 1, len(PICTURE) - 1, 0, 1 << 40])
    def test_a_file_of_another_size_is_refused_unread(self, scene, length):
        job = scene.announce()
        with pytest.raises(UploadMismatch):
            scene.direct.receive(signed(scene, job, length=length, body=Unread()))
        assert (scene.job(job).status, scene.job(job).error["code"]) == ("failed", "upload_mismatch")

    def test_a_file_that_breaks_off_is_deleted_and_may_be_sent_again(self, scene, tmp_path):
        job = scene.announce()
        with pytest.raises(UploadIncomplete):
            scene.direct.receive(signed(scene, job, body=BytesIO(PICTURE[:100])))
        assert [path for path in (tmp_path / "uploads").rglob("*") if path.is_file()] == []
        assert scene.direct.receive(signed(scene, job)).status == "processing"

    def test_a_file_that_came_is_not_taken_again(self, scene):
        job = scene.announce()
        scene.direct.receive(signed(scene, job))
        with pytest.raises(UploadFinished):
            scene.direct.receive(signed(scene, job, body=Unread()))

    @pytest.mark.parametrize("swept", [False, True])
    def test_a_file_that_comes_too_late_is_told_so(self, scene, monkeypatch, swept):
        monkeypatch.setattr(arrivals, "LATE_SECONDS", 0)
        job = scene.announce()
        time.sleep(3)
        if swept:
            scene.arrivals.sweep()
        with pytest.raises(UploadExpired):
            scene.direct.receive(signed(scene, job, body=Unread()))

    def test_a_file_for_a_cancelled_job_is_told_so(self, scene):
        job = scene.announce()
        scene.jobs.discard(job)
        with pytest.raises(JobCancelled):
            scene.direct.receive(signed(scene, job, body=Unread()))

"""A file that a client sends to the signed URL of this service."""

from dataclasses import replace
from io import BytesIO
from urllib.parse import parse_qsl, urlsplit

import pytest

from services.errors import (
    InvalidSignature,
    JobCancelled,
    JobNotFound,
    LengthRequired,
    UploadExpired,
    UploadFinished,
    UploadIncomplete,
    UploadMismatch,
)
from services.jobs.record import new_job_id
from services.uploads import arrivals
from services.uploads.service import Put
from tests.support.upload_scene import IMAGE

pytestmark = pytest.mark.parametrize("scene", ["file"], indirect=True)


class UnreadableBody:
    """A body that must not be read."""

    def read(self, *_):
        raise AssertionError("the body was read")


def signed(scene, job, **changes):
    """The request of a client that uses the signed URL, with changes."""
    query = dict(parse_qsl(urlsplit(scene.uploads.address(job).url).query))
    put = Put(job.id, query["expires"], query["signature"], job.file_size, job.content_type, BytesIO(IMAGE))
    return replace(put, **changes)


def test_the_file_starts_its_job(scene):
    job = scene.uploads.receive(signed(scene, scene.announce(content_type="image/png")))
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
def test_a_request_that_was_not_signed_is_rejected_unread_and_can_be_corrected(scene, change, error):
    job = scene.announce(content_type="image/png")
    with pytest.raises(error):
        scene.uploads.receive(signed(scene, job, body=UnreadableBody(), **change))
    assert scene.uploads.receive(signed(scene, job)).status == "processing"


def test_a_signed_url_is_valid_for_its_own_job_only(scene):
    job, other = scene.announce(), scene.announce()
    with pytest.raises(InvalidSignature):
        scene.uploads.receive(signed(scene, job, job_id=other.id, body=UnreadableBody()))


@pytest.mark.parametrize("length", [len(IMAGE) + 1, len(IMAGE) - 1, 0, 1 << 40])
def test_a_file_of_another_size_is_rejected_unread(scene, length):
    job = scene.announce()
    with pytest.raises(UploadMismatch):
        scene.uploads.receive(signed(scene, job, length=length, body=UnreadableBody()))
    assert (scene.job(job).status, scene.job(job).error["code"]) == ("failed", "upload_mismatch")


def test_an_interrupted_upload_is_deleted_and_can_be_repeated(scene, tmp_path):
    job = scene.announce()
    with pytest.raises(UploadIncomplete):
        scene.uploads.receive(signed(scene, job, body=BytesIO(IMAGE[:100])))
    assert [path for path in (tmp_path / "uploads").rglob("*") if path.is_file()] == []
    assert scene.uploads.receive(signed(scene, job)).status == "processing"


def test_a_finished_upload_cannot_be_repeated(scene):
    job = scene.announce()
    scene.uploads.receive(signed(scene, job))
    with pytest.raises(UploadFinished):
        scene.uploads.receive(signed(scene, job, body=UnreadableBody()))


@pytest.mark.parametrize("swept", [False, True])
def test_a_late_upload_is_rejected(scene, monkeypatch, expire, swept):
    monkeypatch.setattr(arrivals, "LATE_SECONDS", 0)
    job = scene.announce()
    expire()
    if swept:
        scene.arrivals.sweep()
    with pytest.raises(UploadExpired):
        scene.uploads.receive(signed(scene, job, body=UnreadableBody()))


def test_an_upload_for_a_cancelled_job_is_rejected(scene):
    job = scene.announce()
    scene.jobs.discard(job)
    with pytest.raises(JobCancelled):
        scene.uploads.receive(signed(scene, job, body=UnreadableBody()))

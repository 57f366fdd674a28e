"""The storage contract, tested with both back ends (a folder, a real S3 server) and with the in-memory storage."""

import os
import signal
import time
import zipfile
from pathlib import Path

import pytest
import requests

from routes.paths import upload_path
from services.errors import StorageUnavailable, UploadMissing
from services.storage import FileStorage, S3Storage, UploadSignature
from tests.support.memory_storage import MemoryStorage
from tests.support.s3 import CREDENTIALS

JOB = "0b2c8f0e-6f0e-4c62-9d8e-2f0d3f1c7a55"


@pytest.fixture
def s3(s3_server, tmp_path, monkeypatch):
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    s3_server.clear()
    return S3Storage(tmp_path, s3_server.bucket, prefix="ocr", endpoint_url=s3_server.url, region="us-east-1")


@pytest.fixture
def file(tmp_path):
    return FileStorage(tmp_path, UploadSignature("test secret"), upload_path)


@pytest.fixture
def memory(tmp_path):
    return MemoryStorage(tmp_path)


@pytest.fixture(params=["file", "s3", "memory"])
def storage(request):
    return request.getfixturevalue(request.param)


def receive(storage, content=b"content"):
    incoming = storage.receive()
    incoming.write(content)
    return incoming


def read(storage, key):
    with storage.local(key) as path:
        return path.read_bytes()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_saved_file_survives_its_request(storage):
    incoming = receive(storage)
    assert (incoming.size(), incoming.sha256()[:8]) == (7, "ed7002b4")
    key = storage.save(incoming)
    incoming.close()
    del incoming
    assert read(storage, key) == b"content"
    assert storage.size(key) == 7


def test_file_that_was_not_saved_is_deleted_with_its_request(storage, tmp_path):
    incoming = receive(storage)
    incoming.close()
    unreferenced = receive(storage)
    del unreferenced
    assert files(tmp_path) == []


def test_file_that_could_not_be_saved_leaves_nothing(storage, tmp_path, monkeypatch):
    incoming = receive(storage)
    monkeypatch.setattr(storage, "_bucket", "missing", raising=False)
    monkeypatch.setattr(storage, "available", False, raising=False)
    (tmp_path / "announced").write_text("a file in place of the folder for announced files")
    with pytest.raises(StorageUnavailable):
        storage.save(incoming, storage.announced_key(JOB))
    assert [path.name for path in files(tmp_path)] == ["announced"]


def test_parts_of_a_file_are_read(storage):
    content = bytes(range(256)) * 1000
    key = storage.save(receive(storage, content))
    with storage.open(key) as file:
        assert file.seek(-3, 2) == len(content) - 3 and file.read() == content[-3:]
        file.seek(1000)
        assert (file.read(5), file.tell()) == (content[1000:1005], 1005)
        assert file.seek(10, 1) == 1015 and file.read(1) == content[1015:1016]
    with pytest.raises(UploadMissing), storage.open("missing"):
        pass


def test_one_member_of_a_zip_in_s3_is_read_without_the_others(s3, tmp_path, monkeypatch):
    incoming = s3.receive()
    with zipfile.ZipFile(incoming, "w") as archive:
        for number in range(20):
            archive.writestr(f"{number}.png", os.urandom(200_000))
        archive.writestr("wanted.png", b"picture")
    key = s3.save(incoming)
    counts, read_range = [], s3._read_range
    monkeypatch.setattr(
        s3, "_read_range", lambda key, start, count: counts.append(count) or read_range(key, start, count)
    )
    with s3.open(key) as file, zipfile.ZipFile(file) as archive:
        assert archive.read("wanted.png") == b"picture"
    assert sum(counts) < 300_000
    assert files(tmp_path) == []


def test_local_copy_is_deleted_after_use(s3, tmp_path):
    key = s3.save(receive(s3))
    with s3.local(key) as path:
        assert path.parent == tmp_path / "incoming"
    assert files(tmp_path) == []


def test_missing_file(storage):
    key = storage.save(receive(storage))
    storage.delete(key)
    for missing in (key, storage.announced_key(JOB), ""):
        with pytest.raises(UploadMissing), storage.local(missing):
            pass
    assert storage.size(key) is None


def test_delete_can_be_repeated(storage):
    key = storage.save(receive(storage))
    for _ in range(2):
        storage.delete(key)
    storage.delete("")
    assert list(storage.older_than(-60)) == []


def test_older_than_finds_only_old_files(storage):
    saved = storage.save(receive(storage))
    announced = storage.save(receive(storage), storage.announced_key(JOB))
    assert list(storage.older_than(60)) == []
    assert set(storage.older_than(-60)) == {saved, announced}


def test_announced_file_stays_after_claim_until_it_is_deleted(storage):
    assert list(storage.arrived()) == []
    announced = storage.save(receive(storage), storage.announced_key(JOB))
    assert list(storage.arrived()) == [JOB]
    key = storage.claim(JOB)
    assert key != announced and read(storage, key) == read(storage, announced) == b"content"
    storage.delete(announced)
    assert list(storage.arrived()) == [] and read(storage, key) == b"content"


def test_claimed_file_does_not_change_with_another_upload(storage):
    announced = storage.save(receive(storage), storage.announced_key(JOB))
    key = storage.claim(JOB)
    storage.save(receive(storage, b"another"), announced)
    assert (read(storage, key), read(storage, announced)) == (b"content", b"another")


def test_claim_without_an_announced_file_fails(storage):
    with pytest.raises(UploadMissing):
        storage.claim(JOB)


def test_signed_url_has_size_type_and_expiry(storage):
    expires = time.time() + 60
    signed = storage.sign_put(JOB, 7, "image/png", expires)
    assert (signed.method, signed.headers) == ("PUT", {"Content-Type": "image/png", "Content-Length": "7"})
    assert abs(signed.expires_at - expires) < 1 and JOB in signed.url


def test_client_uploads_to_the_url_presigned_for_s3(s3):
    signed = s3.sign_put(JOB, 7, "image/png", time.time() + 60)
    for part in ("X-Amz-Expires=", "X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost", "X-Amz-Signature="):
        assert part in signed.url
    assert requests.put(signed.url, data=b"content", headers=signed.headers, timeout=10).status_code == 200
    assert s3.size(s3.announced_key(JOB)) == 7
    assert s3.job_of(f"ocr/announced/{JOB}") == JOB
    assert s3.job_of(f"other/announced/{JOB}") is None


def test_check_passes_for_a_working_storage(storage):
    storage.check()


def test_unwritable_folder_is_reported(tmp_path):
    (tmp_path / "file").write_text("in the way")
    blocked = FileStorage(tmp_path / "file", UploadSignature("test secret"), upload_path)
    with pytest.raises(StorageUnavailable):
        blocked.receive()
    with pytest.raises(StorageUnavailable):
        blocked.check()


#: Every method that sends a request to the S3 server.
REQUESTS = {
    "save": lambda s3: s3.save(receive(s3)),
    "local": lambda s3: read(s3, "kept/a"),
    "size": lambda s3: s3.size("kept/a"),
    "arrived": lambda s3: list(s3.arrived()),
    "older_than": lambda s3: list(s3.older_than(0)),
    "claim": lambda s3: s3.claim(JOB),
    "check": lambda s3: s3.check(),
}


@pytest.mark.parametrize("problem", ["no server", "no bucket", "no credentials"])
def test_unusable_s3_is_reported_within_seconds(s3, s3_server, tmp_path, monkeypatch, problem):
    bucket, url = s3_server.bucket, s3_server.url
    if problem == "no server":
        url = "http://127.0.0.1:1"
    elif problem == "no bucket":
        bucket = "missing"
    else:
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        for name in CREDENTIALS:
            monkeypatch.delenv(name)
    unusable = S3Storage(tmp_path, bucket, prefix="ocr", endpoint_url=url, region="us-east-1")
    for name, request in REQUESTS.items():
        if (problem, name) == ("no bucket", "size"):  # S3 answers as for a missing file
            continue
        started = time.monotonic()
        with pytest.raises(StorageUnavailable):
            request(unusable)
        assert time.monotonic() - started < 10
    unusable.delete("kept/a")  # only logged: a job that has ended does not fail because of it
    assert files(tmp_path) == []


def test_request_to_a_hanging_s3_times_out(s3, s3_server, monkeypatch):
    monkeypatch.setattr("services.storage.s3_storage.READ_SECONDS", 0.5)
    s3_server.process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(StorageUnavailable):
            s3.size("kept/a")
    finally:
        s3_server.process.send_signal(signal.SIGCONT)

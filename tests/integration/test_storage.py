"""The contract of a storage, checked for a folder, for a real S3 server and for the in-memory storage of unit tests."""

import signal
import time
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
    return FileStorage(tmp_path, UploadSignature("a secret of tests"), upload_path)


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


def test_a_kept_upload_outlives_its_request(storage):
    incoming = receive(storage)
    assert (incoming.size(), incoming.sha256()[:8]) == (7, "ed7002b4")
    key = storage.keep(incoming)
    incoming.close()
    del incoming
    assert read(storage, key) == b"content"
    assert storage.size(key) == 7


def test_an_upload_that_was_not_kept_is_gone_with_its_request(storage, tmp_path):
    incoming = receive(storage)
    incoming.close()
    forgotten = receive(storage)
    del forgotten
    assert files(tmp_path) == []


def test_an_upload_that_could_not_be_kept_leaves_nothing(storage, tmp_path, monkeypatch):
    incoming = receive(storage)
    monkeypatch.setattr(storage, "_bucket", "nowhere", raising=False)
    monkeypatch.setattr(storage, "available", False, raising=False)
    (tmp_path / "announced").write_text("a file where the folder of announced ones should be")
    with pytest.raises(StorageUnavailable):
        storage.keep(incoming, storage.announced_key(JOB))
    assert [path.name for path in files(tmp_path)] == ["announced"]


def test_no_copy_is_left_of_a_file_that_was_read(s3, tmp_path):
    key = s3.keep(receive(s3))
    with s3.local(key) as path:
        assert path.parent == tmp_path / "incoming"
    assert files(tmp_path) == []


def test_a_file_that_is_not_there_is_told(storage):
    key = storage.keep(receive(storage))
    storage.delete(key)
    for missing in (key, storage.announced_key(JOB), ""):
        with pytest.raises(UploadMissing), storage.local(missing):
            pass
    assert storage.size(key) is None


def test_a_deleted_upload_can_be_deleted_again(storage):
    key = storage.keep(receive(storage))
    for _ in range(2):
        storage.delete(key)
    storage.delete("")
    assert list(storage.older_than(-60)) == []


def test_only_old_files_are_told_as_old(storage):
    kept = storage.keep(receive(storage))
    announced = storage.keep(receive(storage), storage.announced_key(JOB))
    assert list(storage.older_than(60)) == []
    assert set(storage.older_than(-60)) == {kept, announced}


def test_an_announced_file_is_found_and_taken_and_stays_until_it_is_deleted(storage):
    assert list(storage.arrived()) == []
    announced = storage.keep(receive(storage), storage.announced_key(JOB))
    assert list(storage.arrived()) == [JOB]
    key = storage.take(JOB)
    assert key != announced and read(storage, key) == read(storage, announced) == b"content"
    storage.delete(announced)
    assert list(storage.arrived()) == [] and read(storage, key) == b"content"


def test_what_was_taken_changes_no_more_when_the_client_puts_another_file(storage):
    announced = storage.keep(receive(storage), storage.announced_key(JOB))
    key = storage.take(JOB)
    storage.keep(receive(storage, b"another"), announced)
    assert (read(storage, key), read(storage, announced)) == (b"content", b"another")


def test_nothing_is_taken_where_nothing_is(storage):
    with pytest.raises(UploadMissing):
        storage.take(JOB)


def test_a_signed_address_says_size_type_and_expiry(storage):
    expires = time.time() + 60
    signed = storage.sign_put(JOB, 7, "image/png", expires)
    assert (signed.method, signed.headers) == ("PUT", {"Content-Type": "image/png", "Content-Length": "7"})
    assert abs(signed.expires_at - expires) < 1 and JOB in signed.url


def test_a_client_puts_its_file_to_the_address_that_s3_signed(s3):
    signed = s3.sign_put(JOB, 7, "image/png", time.time() + 60)
    for part in ("X-Amz-Expires=", "X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost", "X-Amz-Signature="):
        assert part in signed.url
    assert requests.put(signed.url, data=b"content", headers=signed.headers, timeout=10).status_code == 200
    assert s3.size(s3.announced_key(JOB)) == 7
    assert s3.job_of(f"ocr/announced/{JOB}") == JOB
    assert s3.job_of(f"other/announced/{JOB}") is None


def test_a_storage_that_can_be_written_is_found_well(storage):
    storage.check()


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("in the way")
    blocked = FileStorage(tmp_path / "file", UploadSignature("a secret of tests"), upload_path)
    with pytest.raises(StorageUnavailable):
        blocked.receive()
    with pytest.raises(StorageUnavailable):
        blocked.check()


#: All that asks the S3 server for something.
USES = {
    "keep": lambda s3: s3.keep(receive(s3)),
    "local": lambda s3: read(s3, "kept/a"),
    "size": lambda s3: s3.size("kept/a"),
    "arrived": lambda s3: list(s3.arrived()),
    "older_than": lambda s3: list(s3.older_than(0)),
    "take": lambda s3: s3.take(JOB),
    "check": lambda s3: s3.check(),
}


@pytest.mark.parametrize("fault", ["nobody listens", "no such bucket", "no credentials"])
def test_an_s3_that_cannot_be_used_is_told_within_seconds(s3, s3_server, tmp_path, monkeypatch, fault):
    bucket, url = s3_server.bucket, s3_server.url
    if fault == "nobody listens":
        url = "http://127.0.0.1:1"
    elif fault == "no such bucket":
        bucket = "nowhere"
    else:
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        for name in CREDENTIALS:
            monkeypatch.delenv(name)
    unusable = S3Storage(tmp_path, bucket, prefix="ocr", endpoint_url=url, region="us-east-1")
    for name, use in USES.items():
        if (fault, name) == ("no such bucket", "size"):  # S3 says the same of a file that is not there
            continue
        started = time.monotonic()
        with pytest.raises(StorageUnavailable):
            use(unusable)
        assert time.monotonic() - started < 3
    unusable.delete("kept/a")  # told in the log alone: a job that has ended does not fail for it
    assert files(tmp_path) == []


def test_an_s3_that_hangs_is_given_up(s3, s3_server, monkeypatch):
    monkeypatch.setattr("services.storage.s3_storage.READ_SECONDS", 0.5)
    s3_server.process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(StorageUnavailable):
            s3.size("kept/a")
    finally:
        s3_server.process.send_signal(signal.SIGCONT)

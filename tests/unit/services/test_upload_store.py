"""Uploads on disk: kept when accepted, gone when not."""

import os

import pytest

from services.errors import StorageUnavailable
from services.upload_store import UploadStore


@pytest.fixture
def store(tmp_path):
    return UploadStore(tmp_path / "uploads")


def files(store):
    return [path for path in store.path("").rglob("*") if path.is_file()]


def receive(store, content=b"content"):
    incoming = store.receive()
    incoming.write(content)
    return incoming


def test_a_kept_upload_outlives_its_request(store):
    incoming = receive(store)
    assert (incoming.size(), incoming.sha256()[:8]) == (7, "ed7002b4")
    key = store.keep(incoming)
    incoming.close()
    del incoming
    assert store.path(key).read_bytes() == b"content"


def test_an_upload_that_was_not_kept_is_gone_with_its_request(store):
    incoming = receive(store)
    incoming.close()
    forgotten = receive(store)
    del forgotten
    assert files(store) == []


def test_a_deleted_upload_can_be_deleted_again(store):
    key = store.keep(receive(store))
    store.delete(key)
    store.delete(key)
    store.delete("")
    assert files(store) == []


def test_only_old_files_are_told_as_old(store):
    old, young = store.keep(receive(store)), store.keep(receive(store))
    os.utime(store.path(old), (0, 0))
    assert list(store.older_than(60)) == [store.path(old)]
    assert store.path(young).exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("in the way")
    blocked = UploadStore(tmp_path / "file")
    with pytest.raises(StorageUnavailable):
        blocked.receive()
    with pytest.raises(StorageUnavailable):
        blocked.check()

"""An accepted file outlives a loss of power: on the disk before its name is, its name before the job is."""

import os
from pathlib import Path

import pytest

from routes.paths import upload_path
from services.errors import StorageUnavailable
from services.storage import FileStorage, UploadSignature


@pytest.fixture
def storage(tmp_path):
    return FileStorage(tmp_path, UploadSignature("secret"), upload_path)


def kept(storage):
    incoming = storage.receive()
    incoming.write(b"content")
    return storage.keep(incoming)


def test_the_bytes_are_synced_before_the_name_and_the_name_before_the_answer(storage, tmp_path, monkeypatch):
    steps = []
    rename, sync = Path.rename, os.fsync

    def seen_sync(descriptor):
        target = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        steps.append("folder" if target == tmp_path else f"{target.stat().st_size} bytes")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", seen_sync)
    monkeypatch.setattr(Path, "rename", lambda *args: steps.append("rename") or rename(*args))
    kept(storage)
    assert steps == ["7 bytes", "rename", "folder"]


def test_a_disk_that_cannot_sync_accepts_nothing(storage, tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageUnavailable):
        kept(storage)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []

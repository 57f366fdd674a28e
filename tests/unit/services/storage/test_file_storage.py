"""An accepted file survives a power failure: its content is on the disk before its name, both before the job."""

import os
from pathlib import Path

import pytest

from routes.paths import upload_path
from services.errors import StorageUnavailable
from services.storage import FileStorage, UploadSignature


@pytest.fixture
def storage(tmp_path):
    return FileStorage(tmp_path, UploadSignature("secret"), upload_path)


def save(storage):
    incoming = storage.receive()
    incoming.write(b"content")
    return storage.save(incoming)


def test_content_is_synced_before_the_name_and_the_name_before_the_response(storage, tmp_path, monkeypatch):
    steps = []
    rename, sync = Path.rename, os.fsync

    def record_sync(descriptor):
        target = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        steps.append("folder" if target == tmp_path else f"{target.stat().st_size} bytes")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", record_sync)
    monkeypatch.setattr(Path, "rename", lambda *args: steps.append("rename") or rename(*args))
    save(storage)
    assert steps == ["7 bytes", "rename", "folder"]


def test_nothing_is_accepted_if_the_disk_cannot_sync(storage, tmp_path, monkeypatch):
    def fail(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StorageUnavailable):
        save(storage)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []

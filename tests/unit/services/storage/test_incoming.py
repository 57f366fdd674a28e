"""Files that were not received completely are deleted."""

import os

from services.storage.incoming import LEFTOVER_SECONDS, FileReceiver


def test_file_of_a_killed_process_is_deleted_by_the_next_one(tmp_path):
    killed = FileReceiver(tmp_path).receive()
    slow = FileReceiver(tmp_path).receive()
    os.utime(killed.path, (0, 0))
    FileReceiver(tmp_path).receive()
    assert (killed.path.exists(), slow.path.exists()) == (False, True)


def test_cleanup_is_repeated_in_a_long_lived_process(tmp_path, monkeypatch):
    receiver = FileReceiver(tmp_path)
    killed = receiver.receive()
    os.utime(killed.path, (0, 0))
    receiver.receive()
    assert killed.path.exists(), "the folder is not searched for each request"
    monkeypatch.setattr(receiver, "_next_cleanup", receiver._next_cleanup - LEFTOVER_SECONDS - 1)
    receiver.receive()
    assert not killed.path.exists()


def test_file_is_deleted_if_a_full_disk_rejects_its_last_bytes(tmp_path):
    incoming = FileReceiver(tmp_path).receive()
    incoming.write(b"content")
    os.close(incoming.fileno())  # so that its last buffer cannot be written
    incoming.close()
    assert list(tmp_path.iterdir()) == []

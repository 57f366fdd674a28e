"""What becomes of files that nobody received to their end."""

import os

from services.storage.incoming import LEFTOVER_SECONDS, IncomingFolder


def test_what_a_killed_process_left_is_cleared_away_by_the_next_one(tmp_path):
    killed = IncomingFolder(tmp_path).receive()
    slow = IncomingFolder(tmp_path).receive()
    os.utime(killed.path, (0, 0))
    IncomingFolder(tmp_path).receive()
    assert (killed.path.exists(), slow.path.exists()) == (False, True)


def test_a_process_that_lives_long_tidies_up_again(tmp_path, monkeypatch):
    folder = IncomingFolder(tmp_path)
    killed = folder.receive()
    os.utime(killed.path, (0, 0))
    folder.receive()
    assert killed.path.exists(), "a folder is not looked through at each request"
    monkeypatch.setattr(folder, "_tidy_at", folder._tidy_at - LEFTOVER_SECONDS - 1)
    folder.receive()
    assert not killed.path.exists()


def test_a_full_disk_that_refuses_the_last_bytes_leaves_no_file(tmp_path):
    incoming = IncomingFolder(tmp_path).receive()
    incoming.write(b"content")
    os.close(incoming.fileno())  # its last buffer cannot be written now
    incoming.close()
    assert list(tmp_path.iterdir()) == []

"""Files that were not received completely are deleted."""

import os
import signal
import subprocess
import sys
import time

from services.storage.incoming import LEFTOVER_SECONDS, UNLOCKED_SECONDS, FileReceiver


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
    monkeypatch.setattr(receiver, "_next_clean_up", receiver._next_clean_up - LEFTOVER_SECONDS - 1)
    receiver.receive()
    assert not killed.path.exists()


RECEIVE = """
import sys, time
from pathlib import Path
from services.storage.incoming import FileReceiver
file = FileReceiver(Path(sys.argv[1])).receive()
file.write(b"half")
file.flush()
print("received", flush=True)
time.sleep(60)
"""


def test_file_of_a_killed_process_is_deleted_within_a_minute_and_one_in_use_is_not(tmp_path):
    receiver = FileReceiver(tmp_path)
    slow = receiver.receive()
    with subprocess.Popen([sys.executable, "-c", RECEIVE, tmp_path], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        (other,) = set(tmp_path.iterdir()) - {slow.path}
        before = time.time() - UNLOCKED_SECONDS - 1
        for path in (slow.path, other):
            os.utime(path, (before, before))
        receiver.clean_up()
        assert slow.path.exists() and other.exists(), "their processes live"
        process.send_signal(signal.SIGKILL)
        process.wait()
        receiver.clean_up()
    assert (slow.path.exists(), other.exists()) == (True, False)


def test_file_is_deleted_if_a_full_disk_rejects_its_last_bytes(tmp_path):
    incoming = FileReceiver(tmp_path).receive()
    incoming.write(b"content")
    os.close(incoming.fileno())  # so that its last buffer cannot be written
    incoming.close()
    assert list(tmp_path.iterdir()) == []

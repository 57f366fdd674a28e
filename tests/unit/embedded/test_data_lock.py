"""One owner for a data folder at a time."""

import os
import subprocess
import time

import pytest

from embedded.data_lock import DataDirInUse, DataLock


def test_a_folder_that_is_held_is_refused_and_its_holder_named(tmp_path):
    held = DataLock(tmp_path)
    with pytest.raises(DataDirInUse, match=f"in use by another run of this service .process {os.getpid()}"):
        DataLock(tmp_path, wait=0)
    held.release()
    DataLock(tmp_path, wait=0).release()


def test_a_lock_passed_on_is_held_until_the_last_writer_has_ended(tmp_path):
    held = DataLock(tmp_path)
    writer = subprocess.Popen(["sleep", "0.5"], pass_fds=[held.fileno()])
    held.release()
    with pytest.raises(DataDirInUse):
        DataLock(tmp_path, wait=0)
    begun = time.monotonic()
    DataLock(tmp_path, wait=5).release()
    assert writer.wait() == 0 and time.monotonic() - begun < 3


def test_a_folder_that_is_not_there_is_made(tmp_path):
    DataLock(tmp_path / "new" / "data").release()
    assert (tmp_path / "new" / "data").is_dir()

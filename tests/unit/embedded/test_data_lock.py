"""Only one run may use a data folder."""

import os
import subprocess
import threading

import pytest

from embedded.data_lock import DataDirInUse, DataLock


def test_a_locked_folder_is_rejected_with_the_holder(tmp_path):
    lock = DataLock(tmp_path)
    with pytest.raises(DataDirInUse, match=f"in use by another run of this service .process {os.getpid()}"):
        DataLock(tmp_path, wait=0)
    lock.release()
    DataLock(tmp_path, wait=0).release()


def test_an_inherited_lock_lasts_until_the_last_process_ends(tmp_path):
    lock = DataLock(tmp_path)
    writer = subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=[lock.fileno()])
    lock.release()
    with pytest.raises(DataDirInUse):
        DataLock(tmp_path, wait=0)
    ending = threading.Timer(0.5, writer.stdin.close)
    ending.start()
    DataLock(tmp_path, wait=30).release()
    assert writer.stdin.closed
    ending.join()
    assert writer.wait() == 0


def test_a_missing_folder_is_created(tmp_path):
    DataLock(tmp_path / "new" / "data").release()
    assert (tmp_path / "new" / "data").is_dir()

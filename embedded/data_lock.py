"""A lock that lets only one run use a data folder."""

import fcntl
import os
import time
from pathlib import Path


class DataDirInUse(Exception):
    """Another process holds the lock; the message names it."""


class DataLock:
    """A lock on `folder`. It is held until this process and all processes that inherited `fileno()` have ended.

    Pass `fileno()` to programs that write to the folder: after a kill -9 the lock lasts until the last of them ends.
    """

    def __init__(self, folder: Path, *, wait: float = 3.0) -> None:
        """Wait up to `wait` seconds for a run that is about to end. Raises DataDirInUse, or OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        self._file = open(folder / ".lock", "a+")  # noqa: SIM115 - stays open
        deadline = time.monotonic() + wait
        while not self._acquire():
            if time.monotonic() >= deadline:
                raise DataDirInUse(f"{folder} is in use by another run of this service{self._holder()}.")
            time.sleep(0.1)
        self._file.truncate(0)
        self._file.write(f"{os.getpid()}\n")
        self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()

    def release(self) -> None:
        self._file.close()

    def _acquire(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            return False

    def _holder(self) -> str:
        self._file.seek(0)
        pid = self._file.read().strip()
        return f" (process {pid})" if pid else ""

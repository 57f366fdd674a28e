"""One owner for a data folder at a time."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path


class DataDirInUse(Exception):
    """Another process holds the folder; the message names it."""


class DataLock:
    """A lock on `folder`, held until this process and all to whom `fileno()` was passed on have ended.

    Pass it on to what writes there: after a kill -9 the folder is free again only when its last writer is gone.
    """

    def __init__(self, folder: Path, *, wait: float = 3.0) -> None:
        """Waits up to `wait` seconds for a holder that is just ending. Raises DataDirInUse, or OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        self._file = open(folder / ".lock", "a+")  # noqa: SIM115 - it is to stay open
        deadline = time.monotonic() + wait
        while not self._take():
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

    def _take(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            return False

    def _holder(self) -> str:
        self._file.seek(0)
        pid = self._file.read().strip()
        return f" (process {pid})" if pid else ""

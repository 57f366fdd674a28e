"""Liveness of a worker on its own machine: the process that does the OCR touches a file with every heartbeat.

`python -m services.health.liveness_file` is the probe: it exits with 0 if a worker of this machine (in a container: of
this container) is alive, with 1 if not. It does not use Redis, because a Redis outage must not get workers restarted.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

#: A file older than this many seconds belongs to a dead worker. Under full load a few heartbeats may be late.
SILENT_SECONDS = 30


def folder() -> Path:
    """The folder of this user's liveness files. It may not exist yet. Raises OSError if there is no temp folder."""
    return Path(tempfile.gettempdir(), f"ocr-workers-{os.getuid()}")


def touch() -> None:
    """Touch the file of this process. If the temp folder is not writable, does nothing."""
    with suppress(OSError):
        folder().mkdir(mode=0o700, exist_ok=True)
        if _is_ours(folder()):
            path = Path(folder(), str(os.getpid()))
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600))
            os.utime(path, follow_symlinks=False)


def remove() -> None:
    with suppress(OSError):
        if _is_ours(folder()):
            Path(folder(), str(os.getpid())).unlink()


def _is_ours(path: Path) -> bool:
    """Whether a folder belongs to this user alone. Everyone may write to the temp folder, so others could plant it."""
    status = path.lstat()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o022


def any_worker_alive() -> bool:
    """Whether a worker of this machine had a heartbeat recently. Deletes the files of workers that were killed."""
    alive, files = False, folder()
    for path in files.iterdir() if files.is_dir() and _is_ours(files) else ():
        with suppress(FileNotFoundError):  # its worker has just ended
            if time.time() - path.stat().st_mtime < SILENT_SECONDS:
                alive = True
            else:
                path.unlink()
    return alive


if __name__ == "__main__":
    sys.exit(0 if any_worker_alive() else 1)

"""Liveness of a worker on its own machine: the process that does the OCR touches a file with every heartbeat.

`python -m services.health.liveness_file` is the probe: it exits with 0 if a worker of this machine (in a container: of
this container) is alive, with 1 if not. It does not use Redis, because a Redis outage must not get workers restarted.
"""

from __future__ import annotations

import os
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
        Path(folder(), str(os.getpid())).touch()


def remove() -> None:
    with suppress(OSError):
        Path(folder(), str(os.getpid())).unlink()


def any_worker_alive() -> bool:
    """Whether a worker of this machine had a heartbeat recently. Deletes the files of workers that were killed."""
    alive, files = False, folder()
    for path in files.iterdir() if files.is_dir() else ():
        with suppress(FileNotFoundError):  # its worker has just ended
            if time.time() - path.stat().st_mtime < SILENT_SECONDS:
                alive = True
            else:
                path.unlink()
    return alive


if __name__ == "__main__":
    sys.exit(0 if any_worker_alive() else 1)

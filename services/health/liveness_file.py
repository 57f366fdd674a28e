"""A worker's sign of life on its own machine: a file that the process doing the OCR touches with every beat.

`python -m services.health.liveness_file` ends with 0 while a worker of this machine (in a container: of this container)
beats, and with 1 when none does. It asks nobody else: a probe that asked Redis would have every worker killed when
Redis is away.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

#: Some beats may be late on a machine under full load before a worker is taken for dead.
SILENT_SECONDS = 30


def pulse_folder() -> Path:
    """Where the workers of this user leave their files; it need not be there."""
    return Path(tempfile.gettempdir(), f"ocr-workers-{os.getuid()}")


class LivenessFile:
    """The file of this process. Where the temp folder cannot be written to there is none; nothing else happens."""

    def __init__(self, folder: Path | None = None) -> None:
        self._path = (folder or pulse_folder()) / str(os.getpid())

    def beat(self) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            self._path.touch()
        except OSError:
            pass

    def end(self) -> None:
        try:
            self._path.unlink(missing_ok=True)
        except OSError:
            pass


def beating(folder: Path | None = None) -> bool:
    """Whether any worker of this machine has beaten lately. Files of workers that were killed are cleared away."""
    folder = folder or pulse_folder()
    alive = False
    for path in folder.iterdir() if folder.is_dir() else ():
        try:
            silent = time.time() - path.stat().st_mtime
            if silent < SILENT_SECONDS:
                alive = True
            else:
                path.unlink()
        except FileNotFoundError:  # its worker ended just now
            pass
    return alive


if __name__ == "__main__":
    sys.exit(0 if beating() else 1)

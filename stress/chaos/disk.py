"""A small disk, and what fills it."""

from __future__ import annotations

import errno
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from stress.harness import ServiceProcesses


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount a file system of this size at `folder`. Raises PermissionError where mounting is not possible."""
    folder.mkdir(parents=True)
    options = ["-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    try:
        subprocess.run(["mount", *options], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise PermissionError("No file system can be mounted here.") from error
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill_disk(_: ServiceProcesses, folder: Path, seconds: float) -> None:
    """Leave no free byte on the disk of `folder` for this time."""
    filler, end = folder / "filler", time.monotonic() + seconds
    with open(filler, "wb", buffering=0) as file:
        while time.monotonic() < end:
            _write_until_full(file.write)  # again and again: deleted uploads make room
            time.sleep(0.02)
    filler.unlink()


def _write_until_full(write: Callable[[bytes], object]) -> None:
    for size in (1 << 20, 4096):
        try:
            while True:
                write(b"\0" * size)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise

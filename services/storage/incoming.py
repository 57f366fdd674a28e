"""Files while they are received: on the local disk for every back end, deleted with their request unless saved."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import time
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from services.errors import StorageUnavailable

#: A partial file that was not written to for this many seconds is deleted if its process is gone, which holds a lock.
UNLOCKED_SECONDS = 60
#: The same without a lock, because some file systems have none, and the process may be on another machine.
LEFTOVER_SECONDS = 3600


class IncomingFile:
    """A file being received. It behaves like a binary file, and is deleted when closed or garbage-collected."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = open(path, "x+b")  # noqa: SIM115 - lives as long as the request
        with suppress(OSError):  # a file system without locks
            fcntl.flock(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        self._finalizer = weakref.finalize(self, _discard, self._file, path)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._file)

    def close(self) -> None:
        self._finalizer()

    def size(self) -> int:
        self._file.flush()
        return os.fstat(self._file.fileno()).st_size

    def sha256(self) -> str:
        self._file.flush()
        self._file.seek(0)
        return hashlib.file_digest(self._file, "sha256").hexdigest()

    def sync(self) -> None:
        """Write the content to the disk, so that it survives a power failure. Raises OSError."""
        self._file.flush()
        os.fsync(self._file.fileno())


def _discard(file: BinaryIO, path: Path) -> None:
    with suppress(OSError):  # a full disk can reject the last buffer; the file is deleted anyway
        file.close()
    path.unlink(missing_ok=True)


@contextmanager
def storage_errors() -> Iterator[None]:
    """Raises StorageUnavailable for an OSError of the body."""
    try:
        yield
    except OSError as error:
        raise StorageUnavailable() from error


class FileReceiver:
    """Base of the back ends: receives files in a local folder, and deletes what killed processes left there."""

    def __init__(self, incoming_folder: Path) -> None:
        self._incoming_folder = incoming_folder
        self._next_clean_up = 0.0

    def receive(self) -> IncomingFile:
        """A new empty file. Raises StorageUnavailable."""
        with storage_errors():
            self._incoming_folder.mkdir(parents=True, exist_ok=True)
            if time.time() >= self._next_clean_up:
                self.clean_up()
            return IncomingFile(self._incoming_folder / secrets.token_hex(16))

    def check(self) -> None:
        """Raises StorageUnavailable unless a file can be written here now."""
        with storage_errors(), closing(self.receive()) as probe:
            probe.write(b"\0" * 4096)
            probe.flush()

    def clean_up(self) -> None:
        """Delete what killed processes left. Raises StorageUnavailable."""
        now = time.time()
        self._next_clean_up = now + UNLOCKED_SECONDS
        with storage_errors():
            for path in self._incoming_folder.iterdir() if self._incoming_folder.is_dir() else ():
                with suppress(FileNotFoundError):  # saved or deleted meanwhile
                    age = now - path.stat().st_mtime
                    if age > LEFTOVER_SECONDS or (age > UNLOCKED_SECONDS and _is_abandoned(path)):
                        path.unlink()


def _is_abandoned(path: Path) -> bool:
    """Whether no process has the file open. False where the file system has no locks."""
    with open(path, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

"""Files while they come in: on the local disk whatever the back end, gone with their request unless they are kept."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
import weakref
from pathlib import Path

from services.errors import StorageUnavailable

#: What a killed process left half received is cleared away when it has lain untouched for so long, by the next one.
LEFTOVER_SECONDS = 3600


class IncomingFile:
    """A file being received; gone when closed or forgotten, unless it was kept."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = open(path, "x+b")  # noqa: SIM115 - lives as long as the request
        self._finalizer = weakref.finalize(self, _discard, self._file, path)

    def __getattr__(self, name: str):
        return getattr(self._file, name)

    def __iter__(self):
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
        """The bytes are on the disk itself when this returns, and outlive a loss of power. Raises OSError."""
        self._file.flush()
        os.fsync(self._file.fileno())


def _discard(file, path: Path) -> None:
    try:
        file.close()
    except OSError:  # a full disk can refuse the last buffer; the file goes away all the same
        pass
    path.unlink(missing_ok=True)


class IncomingFolder:
    """Where a process receives files. Each process tidies up now and then what others left that were killed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tidy_at = 0.0

    def receive(self) -> IncomingFile:
        """A new empty file. Raises StorageUnavailable."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._tidy()
            return IncomingFile(self._folder / secrets.token_hex(16))
        except OSError as error:
            raise StorageUnavailable() from error

    def check(self) -> None:
        """Raises StorageUnavailable unless a file can be written here now."""
        probe = self.receive()
        try:
            probe.write(b"\0" * 4096)
            probe.flush()
        except OSError as error:
            raise StorageUnavailable() from error
        finally:
            probe.close()

    def _tidy(self) -> None:
        now = time.time()
        if now < self._tidy_at:
            return
        self._tidy_at = now + LEFTOVER_SECONDS
        for entry in os.scandir(self._folder):
            if entry.stat().st_mtime < now - LEFTOVER_SECONDS:
                Path(entry.path).unlink(missing_ok=True)

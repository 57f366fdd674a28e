"""Uploaded files on disk, from the first byte received to the end of their job.

Bytes stream into `incoming/`; an accepted upload is renamed into place in one step. Names are ours alone: nothing a
client sent ever becomes part of a path.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
import weakref
from collections.abc import Iterator
from pathlib import Path

from services.errors import StorageUnavailable


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


def _discard(file, path: Path) -> None:
    try:
        file.close()
    except OSError:  # a full disk can refuse the last buffer; the file goes away all the same
        pass
    path.unlink(missing_ok=True)


class UploadStore:
    """The upload folder, shared by web and workers. Raises StorageUnavailable when the disk does not do its part."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"

    def receive(self) -> IncomingFile:
        """A new empty file to stream an upload into."""
        try:
            self._incoming.mkdir(parents=True, exist_ok=True)
            return IncomingFile(self._incoming / secrets.token_hex(16))
        except OSError as error:
            raise StorageUnavailable() from error

    def keep(self, incoming: IncomingFile) -> str:
        """Accept a received file; returns its key."""
        key = secrets.token_hex(16)
        try:
            incoming.flush()
            incoming.path.rename(self.path(key))
        except OSError as error:
            raise StorageUnavailable() from error
        incoming.close()
        return key

    def path(self, key: str) -> Path:
        return self._folder / key

    def delete(self, key: str) -> None:
        if key:
            self.path(key).unlink(missing_ok=True)

    def older_than(self, seconds: float) -> Iterator[Path]:
        """Files of both folders that nobody has touched for so long."""
        for folder in (self._folder, self._incoming):
            for entry in os.scandir(folder) if folder.is_dir() else ():
                if entry.is_file() and entry.stat().st_mtime < time.time() - seconds:
                    yield Path(entry.path)

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

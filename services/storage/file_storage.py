"""Uploads in a folder that the web server and the workers share."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

import structlog

from services.errors import UploadMissing
from services.storage.base import SignedUpload
from services.storage.incoming import FileReceiver, IncomingFile, storage_errors
from services.storage.signature import UploadSignature

log = structlog.get_logger(__name__)

#: Subfolders for announced and for generated files.
ANNOUNCED, OUTPUTS = "announced", "outputs/"


class FileStorage(FileReceiver):
    """Files are received in `incoming/`, synced to the disk, and then renamed to their final path in one step."""

    def __init__(self, folder: Path, signature: UploadSignature, upload_path: Callable[[str], str]) -> None:
        """upload_path: (job id) -> the path of this service to which the client sends the announced file."""
        super().__init__(folder / "incoming")
        self._folder = folder
        self._signature = signature
        self._upload_path = upload_path

    def save(self, incoming: IncomingFile, key: str = "") -> str:
        key = key or secrets.token_hex(16)
        with closing(incoming), storage_errors():
            incoming.sync()
            self._path(key).parent.mkdir(exist_ok=True)
            incoming.path.rename(self._path(key))
            _sync_folder(self._path(key).parent)
        return key

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        path = self._path(key)
        if not key or not path.is_file():
            raise UploadMissing()
        yield path

    @contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        with self.local(key) as path, path.open("rb") as file:
            yield file

    def size(self, key: str) -> int | None:
        with storage_errors():
            try:
                return self._path(key).stat().st_size
            except FileNotFoundError:
                return None

    def delete(self, key: str) -> None:
        try:
            if key:
                self._path(key).unlink(missing_ok=True)
        except OSError:
            log.warning("an upload could not be deleted", exc_info=True)

    def older_than(self, seconds: float) -> Iterator[str]:
        latest = time.time() - seconds
        for prefix in ("", f"{ANNOUNCED}/", OUTPUTS):
            for entry in self._entries(prefix):
                if entry.is_file() and entry.stat().st_mtime < latest:
                    yield prefix + entry.name

    def announced_key(self, job_id: str) -> str:
        return f"{ANNOUNCED}/{job_id}"

    def output_key(self, result_id: str, name: str) -> str:
        return f"{OUTPUTS}{result_id}.{name}"

    def sign_put(self, job_id: str, size: int, content_type: str, expires_at: float) -> SignedUpload:
        expires = int(expires_at)
        signature = self._signature.sign(job_id, size, content_type, expires)
        return SignedUpload(
            url=f"{self._upload_path(job_id)}?expires={expires}&signature={signature}",
            headers={"Content-Type": content_type, "Content-Length": str(size)},
            expires_at=expires,
        )

    def arrived(self) -> Iterator[str]:
        return (entry.name for entry in self._entries(f"{ANNOUNCED}/"))

    def claim(self, job_id: str) -> str:
        """Makes a hard link. A later upload replaces the file under the announced name only."""
        announced, key = self._path(self.announced_key(job_id)), secrets.token_hex(16)
        with storage_errors():
            try:
                os.link(announced, self._path(key))
            except FileNotFoundError as error:
                raise UploadMissing() from error
            # The announced file may be old. A new time keeps the orphan sweep from deleting it under the new name.
            os.utime(self._path(key))
            _sync_folder(self._folder)
        return key

    def job_of(self, name: str) -> str | None:
        return None  # a file system sends no notifications with names

    def _path(self, key: str) -> Path:
        return self._folder / key

    def _entries(self, prefix: str) -> Iterator[os.DirEntry[str]]:
        folder = self._folder / prefix
        with storage_errors():
            yield from os.scandir(folder) if folder.is_dir() else ()


def _sync_folder(folder: Path) -> None:
    """Write the folder's entries to the disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

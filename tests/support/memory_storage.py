"""A storage for tests of services: uploads are kept in a dictionary."""

from __future__ import annotations

import io
import secrets
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from services.errors import StorageUnavailable, UploadMissing
from services.storage.base import SignedUpload
from services.storage.incoming import FileReceiver, IncomingFile

ANNOUNCED = "announced/"


@dataclass
class StoredFile:
    content: bytes
    changed: float = field(default_factory=time.time)


class MemoryStorage(FileReceiver):
    """Implements `services.storage.base.Storage`. `folder` holds files only while they are received or read.

    With `available = False` every method that may raise StorageUnavailable does so.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "incoming")
        self.files: dict[str, StoredFile] = {}
        self.available = True

    def receive(self) -> IncomingFile:
        self.check()
        return super().receive()

    def save(self, incoming: IncomingFile, key: str = "") -> str:
        key = key or secrets.token_hex(16)
        with closing(incoming):
            self.check()
            incoming.flush()
            self.files[key] = StoredFile(incoming.path.read_bytes())
        return key

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        self.check()
        with closing(super().receive()) as copy:
            copy.write(self._file(key).content)
            copy.flush()
            yield copy.path

    @contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        self.check()
        yield io.BytesIO(self._file(key).content)

    def size(self, key: str) -> int | None:
        self.check()
        return len(self.files[key].content) if key in self.files else None

    def delete(self, key: str) -> None:
        self.files.pop(key, None)

    def older_than(self, seconds: float) -> Iterator[str]:
        self.check()
        latest = time.time() - seconds
        yield from [key for key, file in self.files.items() if file.changed < latest]

    def check(self) -> None:
        if not self.available:
            raise StorageUnavailable()

    def announced_key(self, job_id: str) -> str:
        return ANNOUNCED + job_id

    def output_key(self, result_id: str, name: str) -> str:
        return f"outputs/{result_id}.{name}"

    def sign_put(self, job_id: str, size: int, content_type: str, expires_at: float) -> SignedUpload:
        headers = {"Content-Type": content_type, "Content-Length": str(size)}
        return SignedUpload(f"/ocr/uploads/{job_id}", headers, expires_at)

    def arrived(self) -> Iterator[str]:
        self.check()
        yield from [key.removeprefix(ANNOUNCED) for key in self.files if key.startswith(ANNOUNCED)]

    def claim(self, job_id: str) -> str:
        self.check()
        key = secrets.token_hex(16)
        self.files[key] = StoredFile(self._file(self.announced_key(job_id)).content)
        return key

    def job_of(self, name: str) -> str | None:
        return None

    def _file(self, key: str) -> StoredFile:
        try:
            return self.files[key]
        except KeyError as error:
            raise UploadMissing() from error

"""The storage contract."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from services.storage.incoming import IncomingFile


@dataclass(frozen=True, slots=True)
class SignedUpload:
    """A URL to which a client can PUT one file of `headers["Content-Length"]` bytes until `expires_at` (Unix seconds).

    `url` is absolute, or a path of this service if its web server receives the file.
    """

    url: str
    headers: dict[str, str]
    expires_at: float
    method: str = "PUT"


class Storage(Protocol):
    """Stores uploads under keys, which are plain strings. Methods raise StorageUnavailable if the back end fails.

    An announced file, which a client PUTs to a signed URL, has the key `announced_key(job id)`. The signed URL can be
    used again until it expires, so the file is never processed under that key: `claim` copies it to a secret key.
    """

    def receive(self) -> IncomingFile:
        """A new empty file on this machine, to stream a request body into."""

    def clean_up(self) -> None:
        """Delete what killed processes were receiving on this machine."""

    def save(self, incoming: IncomingFile, key: str = "") -> str:
        """Store a received file durably, under a new key if none is given. Returns the key.

        Closes `incoming` in any case: if it cannot be stored, nothing is left on this machine.
        """

    def local(self, key: str) -> AbstractContextManager[Path]:
        """A path of this machine to the file, valid inside the context. Raises UploadMissing."""

    def open(self, key: str) -> AbstractContextManager[BinaryIO]:
        """The file, to read some parts of it. Raises UploadMissing, and StorageUnavailable also while it is read."""

    def size(self, key: str) -> int | None:
        """Size in bytes, None if the file does not exist."""

    def delete(self, key: str) -> None:
        """Delete a file. Never raises: a failure is logged, and `older_than` finds the file later."""

    def older_than(self, seconds: float) -> Iterator[str]:
        """Keys of files not modified for this many seconds, including announced files."""

    def check(self) -> None:
        """Raises StorageUnavailable unless a file could be stored now."""

    def announced_key(self, job_id: str) -> str:
        """The key of the file that the client of this job uploads."""

    def output_key(self, result_id: str, name: str) -> str:
        """The key of a file that was generated for a result."""

    def sign_put(self, job_id: str, size: int, content_type: str, expires_at: float) -> SignedUpload:
        """A URL that accepts exactly this size (bytes) and type until `expires_at`. Needs no disk or network access."""

    def arrived(self) -> Iterator[str]:
        """Ids of the jobs whose announced file exists."""

    def claim(self, job_id: str) -> str:
        """Copy a job's announced file to a new key and return the key. The copy is durable and does not change.

        The announced file stays, so that nothing is lost if the process dies. Raises UploadMissing.
        """

    def job_of(self, name: str) -> str | None:
        """The id of the job whose announced file has this full name in the back end; None for other files."""

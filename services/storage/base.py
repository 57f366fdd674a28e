"""What a storage is to the rest of the service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from services.storage.incoming import IncomingFile


@dataclass(frozen=True, slots=True)
class SignedUpload:
    """An address to which a client may PUT one file of `headers["Content-Length"]` bytes until `expires_at` (Unix s).

    `url` is absolute, or a path of this service where the bytes come to its own web server.
    """

    url: str
    headers: dict[str, str]
    expires_at: float
    method: str = "PUT"


class Storage(Protocol):
    """Where uploads lie. Methods raise StorageUnavailable when the back end does not do its part.

    Keys are plain strings. A file that a client is to PUT by itself lies under `announced_key(job id)`. Its signed
    address can be used again until it expires, so nobody works on it there: `take` makes it ours under a secret key.
    """

    def receive(self) -> IncomingFile:
        """A new empty file on this machine to stream a body into."""

    def keep(self, incoming: IncomingFile, key: str = "") -> str:
        """Accept a received file, under a new key where none is given; returns the key. The bytes are then durable.

        `incoming` is closed either way: what was not accepted leaves nothing on this machine.
        """

    def local(self, key: str) -> AbstractContextManager[Path]:
        """The file as a path of this machine, for as long as the context is open. Raises UploadMissing."""

    def size(self, key: str) -> int | None:
        """Bytes of the file; None where there is none."""

    def delete(self, key: str) -> None:
        """Remove a file. Never raises: what cannot be removed is told in the log; `older_than` finds it later."""

    def older_than(self, seconds: float) -> Iterator[str]:
        """Keys of files that have lain untouched for so long, announced ones included."""

    def check(self) -> None:
        """Raises StorageUnavailable unless a file could be stored here now."""

    def announced_key(self, job_id: str) -> str:
        """Where the file will lie that the client of this job is to PUT."""

    def sign_put(self, job_id: str, size: int, content_type: str, expires_at: float) -> SignedUpload:
        """An address for exactly this: so many bytes, of this type, until then. Touches neither disk nor network."""

    def arrived(self) -> Iterator[str]:
        """The jobs (ids) whose announced file is there."""

    def take(self, job_id: str) -> str:
        """The bytes of a job's announced file under a new key, which is returned: durable, and changing no more.

        The announced file stays, for a process that dies now has done nothing yet. Raises UploadMissing.
        """

    def job_of(self, name: str) -> str | None:
        """The job whose announced file has this full name in the back end's own words; None where it is of no job."""

"""Direct uploads: a client announces a file and sends it to a signed URL with PUT. Its arrival starts the job.

With S3, the file goes straight to the bucket. With the file system, it goes to our own web server, which stores it in
the same place and then continues in the same way (`arrivals.py`).
"""

from __future__ import annotations

import shutil
import time
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from services.errors import (
    InvalidSignature,
    JobCancelled,
    LengthRequired,
    PayloadTooLarge,
    UploadExpired,
    UploadFinished,
    UploadIncomplete,
    UploadMismatch,
    UrlNotAllowed,
)
from services.jobs.admission import Admission
from services.jobs.passwords import seal_password
from services.jobs.record import AWAITING_UPLOAD, CANCELLED, FETCHING, JobRecord
from services.jobs.sealed_text import Sealer
from services.jobs.store import JobStore
from services.storage import IncomingFile, SignedUpload, Storage, UploadSignature
from services.uploads.arrivals import CLAIM_SECONDS, Arrivals
from services.uploads.base64_file import Allowance, NotBase64, decode
from services.uploads.json_body import MAX_SMALL_BYTES, SIZE_FACTOR, LongString, read_json_body
from services.webhooks.guard import Guard

#: Signed as the media type if the client announced none. The content decides anyway.
ANY_TYPE = "application/octet-stream"
#: Seconds within which a file must have been fetched, with the time that it waits for other files.
FETCH_TTL = 600
#: Bytes of a request body in memory at a time.
CHUNK_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Put:
    """A PUT of a file to our own web server. `length` is None if the request has no Content-Length."""

    job_id: str
    expires: str
    signature: str
    length: int | None
    content_type: str
    body: BinaryIO


@dataclass(eq=False)
class UploadService:
    """Methods raise the errors of `services.errors`."""

    store: JobStore
    storage: Storage
    arrivals: Arrivals
    admission: Admission
    signature: UploadSignature
    #: Maximum size of a file.
    max_bytes: int
    #: Seconds within which an announced file has to arrive.
    ttl: int
    #: Files of one request.
    max_files: int
    guard: Guard
    sealer: Sealer
    #: Whether workers fetch files from URLs.
    fetch_urls: bool

    @property
    def max_json_bytes(self) -> int:
        """Of a JSON body that contains files of `max_bytes`."""
        return int(SIZE_FACTOR * self.max_bytes) + MAX_SMALL_BYTES

    def read_json(self, body: BinaryIO, received: list[IncomingFile]) -> dict[str, Any]:
        """A JSON body that contains files in base64: a `LongString` for each. See `json_body.read_json_body`.

        The files are added to `received`. The caller closes them at the end of the request.
        """
        return read_json_body(body, lambda: self._receive(received), self.max_bytes, self.max_files)

    def decode(self, text: str | LongString, received: list[IncomingFile]) -> LongString:
        """A file in base64 from a JSON body. Raises PayloadTooLarge and StorageUnavailable."""
        if isinstance(text, LongString):
            return text
        content = self._receive(received)
        try:
            decode(text, content, Allowance(self.max_bytes))
        except NotBase64 as error:
            return LongString(content, str(error))
        return LongString(content)

    def _receive(self, received: list[IncomingFile]) -> IncomingFile:
        received.append(self.storage.receive())
        return received[-1]

    def announce(self, record: JobRecord) -> JobRecord:
        """Store a new job that starts when its file arrives. A job that exists already is returned unchanged.

        Pass its options to `JobService.check_options` first. Raises PayloadTooLarge, and the errors of
        `Admission.check`.
        """
        self.admission.check_memory()
        if record.file_size > self.max_bytes:
            raise PayloadTooLarge(f"The file is too large. The limit is {self.max_bytes} bytes.")
        announced = replace(
            seal_password(record, self.sealer),
            status=AWAITING_UPLOAD,
            stage=AWAITING_UPLOAD,
            upload=self.storage.announced_key(record.id),
            upload_expires_at=float(int(time.time()) + self.ttl),
        )
        return self.store.announce(announced, self.admission.longest_wait) or self.store.get(record.id)

    def announce_url(self, record: JobRecord, url: str) -> JobRecord:
        """Store a new job whose file a worker fetches. `record.kind`: the only accepted kind of file, or empty.

        Raises UrlNotAllowed, and the errors of `Admission.check`.
        """
        if not self.fetch_urls:
            raise UrlNotAllowed("This service does not fetch files (FETCH_URLS). Send the file itself.")
        if problem := self.guard.problem_of(url):
            raise UrlNotAllowed(f"The URL of the file {problem}.")
        self.admission.check_memory()
        announced = replace(
            seal_password(record, self.sealer),
            status=AWAITING_UPLOAD,
            stage=FETCHING,
            source=self.sealer.seal(url, record.id),
            upload=self.storage.announced_key(record.id),
            upload_expires_at=float(int(time.time()) + FETCH_TTL),
        )
        return self.store.announce(announced, self.admission.longest_wait) or self.store.get(record.id)

    def address(self, record: JobRecord) -> SignedUpload:
        """Where the client has to send the file of an announced job. Raises StorageUnavailable."""
        content_type = record.content_type or ANY_TYPE
        return self.storage.sign_put(record.id, record.file_size, content_type, record.upload_expires_at)

    def receive(self, put: Put) -> JobRecord:
        """Store a file sent to our own web server, and start its job. The body of a rejected request is not read."""
        record = self.store.get(put.job_id)
        self._check_address(record, put)
        if put.length is None:
            raise LengthRequired()
        if put.length != record.file_size:
            error = UploadMismatch(f"{record.file_size} bytes were announced, but Content-Length is {put.length}.")
            self.arrivals.reject(record, error)
            raise error
        with closing(self.storage.receive()) as incoming:
            shutil.copyfileobj(put.body, incoming, CHUNK_BYTES)
            if incoming.size() != record.file_size:
                raise UploadIncomplete()
            self.store.claim_arrival(record.id, CLAIM_SECONDS)
            self.storage.save(incoming, self.storage.announced_key(record.id))
        return self.arrivals.start_job(record.id)

    def _check_address(self, record: JobRecord, put: Put) -> None:
        announced = (record.file_size, record.content_type or ANY_TYPE)
        expires = int(put.expires) if put.expires.isdecimal() and len(put.expires) < 12 else 0
        if not self.signature.verify(put.signature, record.id, *announced, expires):
            raise InvalidSignature("The signature of this URL is invalid. Use `upload_url` unchanged.")
        if record.content_type and put.content_type != record.content_type:
            raise InvalidSignature(f"The header Content-Type must be `{record.content_type}`, as announced.")
        if record.status == CANCELLED:
            raise JobCancelled()
        if record.status != AWAITING_UPLOAD and record.error.get("code") != UploadExpired.code:
            raise UploadFinished()
        if time.time() > expires or record.status != AWAITING_UPLOAD:
            raise UploadExpired()

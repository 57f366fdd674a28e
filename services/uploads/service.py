"""Direct uploads: a client announces a file and sends it to a signed URL with PUT. Its arrival starts the job.

With S3, the file goes straight to the bucket. With the file system, it goes to our own web server, which stores it in
the same place and then continues in the same way (`arrivals.py`).
"""

from __future__ import annotations

import shutil
import time
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO

from services.errors import (
    InvalidSignature,
    JobCancelled,
    LengthRequired,
    PayloadTooLarge,
    UploadExpired,
    UploadFinished,
    UploadIncomplete,
    UploadMismatch,
)
from services.jobs.admission import Admission
from services.jobs.record import AWAITING_UPLOAD, CANCELLED, JobRecord
from services.jobs.store import JobStore
from services.ocr_service.options import DocumentOptions
from services.storage import SignedUpload, Storage, UploadSignature
from services.uploads.arrivals import Arrivals

#: Signed as the media type if the client announced none. The content decides anyway.
ANY_TYPE = "application/octet-stream"
#: Bytes of a request body in memory at a time.
CHUNK_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a client announces about a file. `content_type` may be empty.

    Pass the options to `JobService.check_options` first.
    """

    filename: str
    file_size: int
    content_type: str
    owner: str
    request_id: str
    options: DocumentOptions
    trace: str = ""
    callback_url: str = ""


@dataclass(frozen=True, slots=True)
class Put:
    """A PUT of a file to our own web server. `length` is None if the request has no Content-Length."""

    job_id: str
    expires: str
    signature: str
    length: int | None
    content_type: str
    body: BinaryIO


class UploadService:
    """Methods raise the errors of `services.errors`."""

    def __init__(
        self,
        store: JobStore,
        storage: Storage,
        arrivals: Arrivals,
        admission: Admission,
        signature: UploadSignature,
        *,
        max_bytes: int,
        ttl: int,
    ) -> None:
        """ttl: seconds within which an announced file has to arrive."""
        self._store = store
        self._storage = storage
        self._arrivals = arrivals
        self._admission = admission
        self._signature = signature
        self._max_bytes = max_bytes
        self._ttl = ttl

    def announce(self, announcement: Announcement, job_id: str) -> JobRecord:
        """Store a job that starts when its file arrives. A job that exists already is returned unchanged.

        Raises PayloadTooLarge, and the errors of `Admission.check`.
        """
        self._admission.check_memory()
        if announcement.file_size > self._max_bytes:
            raise PayloadTooLarge(f"The file is too large. The limit is {self._max_bytes} bytes.")
        record = JobRecord(
            id=job_id,
            owner=announcement.owner,
            status=AWAITING_UPLOAD,
            stage=AWAITING_UPLOAD,
            kind="",
            filename=announcement.filename,
            file_size=announcement.file_size,
            options=announcement.options,
            upload=self._storage.announced_key(job_id),
            cache_key="",
            request_id=announcement.request_id,
            trace=announcement.trace,
            callback_url=announcement.callback_url,
            content_type=announcement.content_type,
            upload_expires_at=float(int(time.time()) + self._ttl),
        )
        return self._store.announce(record, self._admission.longest_wait) or self._store.get(job_id)

    def address(self, record: JobRecord) -> SignedUpload:
        """Where the client has to send the file of an announced job. Raises StorageUnavailable."""
        content_type = record.content_type or ANY_TYPE
        return self._storage.sign_put(record.id, record.file_size, content_type, record.upload_expires_at)

    def receive(self, put: Put) -> JobRecord:
        """Store a file sent to our own web server, and start its job. The body of a rejected request is not read."""
        record = self._store.get(put.job_id)
        self._check_address(record, put)
        if put.length is None:
            raise LengthRequired()
        if put.length != record.file_size:
            error = UploadMismatch(f"{record.file_size} bytes were announced, but Content-Length is {put.length}.")
            self._arrivals.reject(record, error)
            raise error
        with closing(self._storage.receive()) as incoming:
            shutil.copyfileobj(put.body, incoming, CHUNK_BYTES)
            if incoming.size() != record.file_size:
                raise UploadIncomplete()
            self._arrivals.claim(record.id)
            self._storage.save(incoming, self._storage.announced_key(record.id))
        return self._arrivals.start_job(record.id)

    def _check_address(self, record: JobRecord, put: Put) -> None:
        announced = (record.file_size, record.content_type or ANY_TYPE)
        expires = int(put.expires) if put.expires.isdecimal() and len(put.expires) < 12 else 0
        if not self._signature.verify(put.signature, record.id, *announced, expires):
            raise InvalidSignature("The signature of this URL is invalid. Use `upload_url` unchanged.")
        if record.content_type and put.content_type != record.content_type:
            raise InvalidSignature(f"The header Content-Type must be `{record.content_type}`, as announced.")
        if record.status == CANCELLED:
            raise JobCancelled()
        if record.status != AWAITING_UPLOAD and record.error.get("code") != UploadExpired.code:
            raise UploadFinished()
        if time.time() > expires or record.status != AWAITING_UPLOAD:
            raise UploadExpired()

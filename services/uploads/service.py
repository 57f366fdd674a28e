"""Direct uploads: a file is announced, the client PUTs it to an address that was signed, its arrival starts the job.

With S3 the bytes never come here. With the file system they come to our own web server, which puts them where S3 would
have, and then goes the same way (`arrivals.py`).
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

#: What stands in an address where the client did not say of which type its file is; the content is judged anyway.
ANY_TYPE = "application/octet-stream"
#: Bytes of a body in memory at a time.
CHUNK_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a client says of a file that it is going to PUT. `content_type` may be empty."""

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
    """A file as it comes to our own web server. `length` is None when the client does not tell it."""

    job_id: str
    expires: str
    signature: str
    length: int | None
    content_type: str
    body: BinaryIO


class UploadService:
    """Announces files and takes them in. Methods raise the errors of `services.errors`."""

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
        """ttl: seconds within which an announced file has to come."""
        self._store = store
        self._storage = storage
        self._arrivals = arrivals
        self._admission = admission
        self._signature = signature
        self._max_bytes = max_bytes
        self._ttl = ttl

    def announce(self, announcement: Announcement, job_id: str) -> JobRecord:
        """Record a job that begins when its file has come. One that is known already is left as it is.

        Raises PayloadTooLarge, and what `Admission.check_memory` and `JobStore.announce` raise.
        """
        self._admission.check_memory()
        if announcement.file_size > self._max_bytes:
            raise PayloadTooLarge(f"The file is too large. The most that is taken is {self._max_bytes} bytes.")
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
        new = self._store.announce(record, self._admission.longest_wait)
        return record if new else self._store.get(job_id)

    def address(self, record: JobRecord) -> SignedUpload:
        """Where the file of an announced job is to be sent. Raises StorageUnavailable."""
        content_type = record.content_type or ANY_TYPE
        return self._storage.sign_put(record.id, record.file_size, content_type, record.upload_expires_at)

    def receive(self, put: Put) -> JobRecord:
        """Take in a file that was PUT to an address of our own, and begin its job. Reads no body that it refuses."""
        record = self._store.get(put.job_id)
        self._check_address(record, put)
        if put.length is None:
            raise LengthRequired()
        if put.length != record.file_size:
            error = UploadMismatch(f"{record.file_size} bytes were announced, but {put.length} are being sent.")
            self._arrivals.refuse(record, error)
            raise error
        with closing(self._storage.receive()) as incoming:
            shutil.copyfileobj(put.body, incoming, CHUNK_BYTES)
            if incoming.size() != record.file_size:
                raise UploadIncomplete()
            self._arrivals.expect(record.id)
            self._storage.keep(incoming, self._storage.announced_key(record.id))
        return self._arrivals.arrived(record.id)

    def _check_address(self, record: JobRecord, put: Put) -> None:
        announced = (record.file_size, record.content_type or ANY_TYPE)
        expires = int(put.expires) if put.expires.isdecimal() and len(put.expires) < 12 else 0
        if not self._signature.verify(put.signature, record.id, *announced, expires):
            raise InvalidSignature("The signature of this address is not valid. Use `upload_url` as it was given.")
        if record.content_type and put.content_type != record.content_type:
            raise InvalidSignature(f"The header Content-Type has to be `{record.content_type}`, as announced.")
        if record.status == CANCELLED:
            raise JobCancelled()
        if record.status != AWAITING_UPLOAD and record.error.get("code") != UploadExpired.code:
            raise UploadFinished()
        if time.time() > expires or record.status != AWAITING_UPLOAD:
            raise UploadExpired()

"""Direct uploads: a file is announced, the client PUTs it to an address that was signed, its arrival starts the job.

With S3 the bytes never come here; a message or a look into the bucket tells that they are there. With the file system
they come to our own web server, which then goes the same way. Every step is safe to repeat: what dies in between leaves
the announced file where it is, and the next look finds it.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import BinaryIO

import structlog

from services.admission import Admission
from services.errors import (
    InvalidSignature,
    JobCancelled,
    JobNotFound,
    LengthRequired,
    OCRServiceError,
    PayloadTooLarge,
    RetriesExhausted,
    ServiceUnavailable,
    UploadExpired,
    UploadFinished,
    UploadIncomplete,
    UploadMismatch,
    UploadMissing,
)
from services.job_record import AWAITING_UPLOAD, CANCELLED, JobOptions, JobRecord
from services.job_service import JobService
from services.job_store import JobStore
from services.storage import SignedUpload, Storage, UploadSignature

log = structlog.get_logger(__name__)

#: What stands in an address where the client did not say of which type its file is; the content is judged anyway.
ANY_TYPE = "application/octet-stream"
#: Bytes of a body in memory at a time.
CHUNK_BYTES = 1 << 18
#: A file that was noticed is left to the worker that was told, for so many seconds.
NOTICED_SECONDS = 30
#: Seconds for which an upload that was begun in time may go on, and for which one that came may find nobody to take it.
LATE_SECONDS, LOST_SECONDS = 60, 3600


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a client says of a file that it is going to PUT. `content_type` may be empty."""

    filename: str
    file_size: int
    content_type: str
    owner: str
    request_id: str
    options: JobOptions
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
    """Methods raise the errors of `services.errors`."""

    def __init__(
        self,
        store: JobStore,
        uploads: Storage,
        jobs: JobService,
        admission: Admission,
        signature: UploadSignature,
        tell_worker: Callable[[str], None],
        *,
        most_bytes: int,
        ttl: int,
    ) -> None:
        """ttl: seconds within which an announced file has to come."""
        self._store = store
        self._uploads = uploads
        self._jobs = jobs
        self._admission = admission
        self._signature = signature
        self._tell_worker = tell_worker
        self._most_bytes = most_bytes
        self._ttl = ttl

    def announce(self, announcement: Announcement, job_id: str) -> JobRecord:
        """Record a job that begins when its file has come. One that is known already is left as it is.

        Raises PayloadTooLarge, InvalidOption, ModelUnavailable, and what `Admission.check` raises.
        """
        self._admission.check_memory()
        if announcement.file_size > self._most_bytes:
            raise PayloadTooLarge(f"The file is too large. The most that is taken is {self._most_bytes} bytes.")
        self._jobs.check_options(announcement.options)
        record = JobRecord(
            id=job_id,
            owner=announcement.owner,
            status=AWAITING_UPLOAD,
            stage=AWAITING_UPLOAD,
            kind="",
            filename=announcement.filename,
            file_size=announcement.file_size,
            options=announcement.options,
            upload=self._uploads.announced_key(job_id),
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
        return self._uploads.sign_put(record.id, record.file_size, content_type, record.upload_expires_at)

    def receive(self, put: Put) -> JobRecord:
        """Take in a file that was PUT to an address of our own, and begin its job. Reads no body that it refuses."""
        record = self._store.get(put.job_id)
        self._check_address(record, put)
        if put.length is None:
            raise LengthRequired()
        if put.length != record.file_size:
            error = UploadMismatch(f"{record.file_size} bytes were announced, but {put.length} are being sent.")
            self._refuse(record, error)
            raise error
        incoming = self._uploads.receive()
        try:
            shutil.copyfileobj(put.body, incoming, CHUNK_BYTES)
            if incoming.size() != record.file_size:
                raise UploadIncomplete()
            self._store.notice(record.id, NOTICED_SECONDS)
            self._uploads.keep(incoming, self._uploads.announced_key(record.id))
        finally:
            incoming.close()
        return self.arrived(record.id)

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

    def arrived(self, job_id: str) -> JobRecord:
        """Begin the job of a file that has come, or refuse the file; the job as it then stands.

        Nothing happens where no file is there. Raises what is wrong with the file, after the job has ended with it.
        """
        announced = self._uploads.announced_key(job_id)
        try:
            record = self._store.get(job_id)
        except JobNotFound:
            self._uploads.delete(announced)
            raise
        if record.status != AWAITING_UPLOAD:
            self._uploads.delete(announced)
            return record
        size = self._uploads.size(announced)
        if size is None:
            return record
        if size != record.file_size:
            error = UploadMismatch(f"{record.file_size} bytes were announced, but {size} came.")
            self._refuse(record, error)
            raise error
        return self._begin(record)

    def _begin(self, record: JobRecord) -> JobRecord:
        try:
            key = self._uploads.take(record.id)
        except UploadMissing:  # somebody else was quicker
            return self._store.get(record.id)
        try:
            with self._uploads.local(key) as path:
                begun = self._jobs.begin(replace(record, upload=key), path)
        except ServiceUnavailable:  # nothing is known against the file: it stays, and is looked at again
            raise
        except OCRServiceError as error:
            self._uploads.delete(key)
            self._refuse(record, error)
            raise
        self._uploads.delete(record.upload)
        return begun

    def _refuse(self, record: JobRecord, error: OCRServiceError) -> None:
        fault = {"code": error.code, "title": error.title, "detail": error.message}
        if self._store.refuse(record.id, fault):
            log.info("upload refused", job_id=record.id, code=error.code, announced_size=record.file_size)
        self._uploads.delete(record.upload)

    def work(self, job_id: str) -> None:
        """`arrived`, for a worker, whom nobody asks what came of it."""
        try:
            self.arrived(job_id)
        except ServiceUnavailable:
            log.warning("an upload could not be looked at now; it will be", job_id=job_id, exc_info=True)
        except OCRServiceError as error:
            log.info("upload without a job", job_id=job_id, code=error.code)

    def notice(self, job_ids: Iterable[str]) -> int:
        """Uploads seem to have come: have a worker look at those that are awaited. Returns how many these are."""
        noticed = [job_id for job_id in job_ids if self._store.notice(job_id, NOTICED_SECONDS)]
        for job_id in noticed:
            self._tell_worker(job_id)
        return len(noticed)

    def notice_objects(self, names: Iterable[str]) -> int:
        """The same for full names of objects in the bucket; those that are no announced uploads are passed over."""
        return self.notice(job_id for name in names if (job_id := self._uploads.job_of(name)))

    def sweep(self) -> None:
        """Find uploads that no event told of, and end the jobs of those that did not come in time."""
        if not self._store.awaiting(float("inf"), limit=1):
            return
        self.notice(self._uploads.arrived())
        now = time.time()
        for record in self._store.get_many(self._store.awaiting(now - LATE_SECONDS)):
            if self._uploads.size(record.upload) is None:
                self._refuse(record, UploadExpired())
            elif record.upload_expires_at < now - LOST_SECONDS:
                self._refuse(record, RetriesExhausted())

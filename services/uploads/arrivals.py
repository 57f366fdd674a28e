"""Files that were announced and have come: looked at, taken, and their jobs begun; or refused, and their jobs ended.

Every step is safe to repeat. What dies in between leaves the announced file where it is, and the next look finds it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace

import structlog

from services.errors import (
    JobNotFound,
    OCRServiceError,
    RetriesExhausted,
    ServiceUnavailable,
    UploadExpired,
    UploadMismatch,
    UploadMissing,
)
from services.jobs.record import AWAITING_UPLOAD, JobRecord
from services.jobs.service import JobService
from services.jobs.store import JobStore
from services.storage import Storage

log = structlog.get_logger(__name__)

#: A file that was noticed is left to the worker that was told, for so many seconds.
NOTICED_SECONDS = 30
#: Seconds for which an upload that was begun in time may go on, and for which one that came may find nobody to take it.
LATE_SECONDS, LOST_SECONDS = 60, 3600
#: Jobs that one look ends at most because their upload did not come.
MOST_EXPIRED = 5000


class Arrivals:
    """Methods raise RedisUnavailable and StorageUnavailable; `arrived` also what is wrong with a file."""

    def __init__(
        self, store: JobStore, storage: Storage, jobs: JobService, send_arrival: Callable[[str], None]
    ) -> None:
        self._store = store
        self._storage = storage
        self._jobs = jobs
        self._send_arrival = send_arrival

    def arrived(self, job_id: str) -> JobRecord:
        """Begin the job of a file that has come, or refuse the file; the job as it then stands.

        Nothing happens where no file is there. Raises what is wrong with the file, after the job has ended with it.
        """
        announced = self._storage.announced_key(job_id)
        try:
            record = self._store.get(job_id)
        except JobNotFound:
            self._storage.delete(announced)
            raise
        if record.status != AWAITING_UPLOAD:
            self._storage.delete(announced)
            return record
        size = self._storage.size(announced)
        if size is None:
            return record
        if size != record.file_size:
            error = UploadMismatch(f"{record.file_size} bytes were announced, but {size} came.")
            self.refuse(record, error)
            raise error
        return self._begin(record)

    def _begin(self, record: JobRecord) -> JobRecord:
        try:
            key = self._storage.take(record.id)
        except UploadMissing:  # somebody else was quicker
            return self._store.get(record.id)
        try:
            with self._storage.local(key) as path:
                begun = self._jobs.begin(replace(record, upload=key), path)
        except (ServiceUnavailable, JobNotFound):
            raise  # nothing is known against the file: it stays where it is, and is looked at again
        except OCRServiceError as error:
            self._storage.delete(key)
            self.refuse(record, error)
            raise
        self._storage.delete(record.upload)
        return begun

    def refuse(self, record: JobRecord, error: OCRServiceError) -> None:
        """End an announced job with what is wrong with its file, and delete the file."""
        self._end(record, error)
        self._storage.delete(record.upload)

    def _end(self, record: JobRecord, error: OCRServiceError) -> None:
        if self._store.refuse(record.id, error.as_dict()):
            log.info("upload refused", job_id=record.id, code=error.code, announced_size=record.file_size)

    def expect(self, job_id: str) -> None:
        """The caller is about to bring a file and to see to it itself."""
        self._store.notice(job_id, NOTICED_SECONDS)

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
            self._send_arrival(job_id)
        return len(noticed)

    def notice_objects(self, names: Iterable[str]) -> int:
        """The same for full names of objects in the bucket; those that are no announced uploads are passed over."""
        return self.notice(job_id for name in names if (job_id := self._storage.job_of(name)))

    def sweep(self) -> None:
        """Find uploads that no event told of, and end the jobs of those that did not come in time."""
        if not self._store.awaiting(float("inf"), limit=1):
            return
        arrived = set(self._storage.arrived())
        self.notice(arrived)
        now = time.time()
        for record in self._store.get_many(self._store.awaiting(now - LATE_SECONDS, MOST_EXPIRED)):
            if record.id not in arrived:
                self._end(record, UploadExpired())
            elif record.upload_expires_at < now - LOST_SECONDS:
                self.refuse(record, RetriesExhausted())

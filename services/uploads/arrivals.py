"""Announced files that have arrived: start their jobs, or reject the files and fail their jobs.

Every step can be repeated. If a process dies in between, the announced file is still there for the next round.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import structlog

from services.errors import (
    FetchFailed,
    JobNotFound,
    OCRServiceError,
    RateLimited,
    RetriesExhausted,
    ServiceUnavailable,
    TooManyJobs,
    UploadExpired,
    UploadMismatch,
    UploadMissing,
)
from services.jobs.record import AWAITING_UPLOAD, JobRecord
from services.jobs.service import JobService
from services.jobs.store import JobStore
from services.storage import Storage

log = structlog.get_logger(__name__)

#: Seconds for which an arrival is left to the worker or web process that claimed it.
CLAIM_SECONDS = 30
#: Seconds for which an upload that started in time may continue after `upload_expires_at`.
LATE_SECONDS = 60
#: Seconds after `upload_expires_at` at which a job fails if its file has arrived but no worker could start the job.
LOST_SECONDS = 3600
#: Jobs that one round fails at most because their upload did not arrive.
MAX_EXPIRED = 5000


@dataclass(eq=False)
class Arrivals:
    """Methods raise RedisUnavailable and StorageUnavailable."""

    store: JobStore
    storage: Storage
    jobs: JobService
    send_arrival: Callable[[str], None]

    def start_job(self, job_id: str) -> JobRecord:
        """Start the job of an announced file. Returns the job, unchanged if the file has not arrived.

        Raises JobNotFound, or the error of the file, after the job has failed with it.
        """
        announced_key = self.storage.announced_key(job_id)
        try:
            record = self.store.get(job_id)
        except JobNotFound:
            self.storage.delete(announced_key)
            raise
        if record.status != AWAITING_UPLOAD:
            self.storage.delete(announced_key)
            return record
        size = self.storage.size(announced_key)
        if size is None:
            return record
        if size != record.file_size:
            error = UploadMismatch(f"{record.file_size} bytes were announced, but {size} arrived.")
            self.reject(record, error)
            raise error
        return self._start(record)

    def _start(self, record: JobRecord) -> JobRecord:
        try:
            key = self.storage.claim(record.id)
        except UploadMissing:  # another process was faster
            return self.store.get(record.id)
        try:
            with self.storage.local(key) as path:
                started = self.jobs.submit_announced(replace(record, upload=key), path)
        except (ServiceUnavailable, JobNotFound, RateLimited, TooManyJobs):
            raise  # The file may be good. It stays where it is, and a later round tries again.
        except OCRServiceError as error:
            self.storage.delete(key)
            self.reject(record, error)
            raise
        self.storage.delete(record.upload)
        return started

    def start_job_and_log_errors(self, job_id: str) -> None:
        """`start_job` for a worker: no client waits for the outcome, so errors are only logged."""
        try:
            self.start_job(job_id)
        except (ServiceUnavailable, RateLimited, TooManyJobs):
            log.warning("upload not processed, it will be tried again", job_id=job_id, exc_info=True)
        except OCRServiceError as error:
            log.info("upload without a job", job_id=job_id, code=error.code)

    def reject(self, record: JobRecord, error: OCRServiceError) -> None:
        """Fail an announced job with the error of its file, and delete the file."""
        self._fail(record, error)
        self.storage.delete(record.upload)

    def _fail(self, record: JobRecord, error: OCRServiceError) -> None:
        if self.store.reject_upload(record.id, error.as_dict()):
            log.info("upload rejected", job_id=record.id, code=error.code, announced_size=record.file_size)

    def hand_to_workers(self, job_ids: Iterable[str]) -> int:
        """The files of these jobs may have arrived: let workers start the jobs that await one. Returns their number."""
        claimed = [job_id for job_id in job_ids if self.store.claim_arrival(job_id, CLAIM_SECONDS)]
        for job_id in claimed:
            self.send_arrival(job_id)
        return len(claimed)

    def hand_objects_to_workers(self, names: Iterable[str]) -> int:
        """The same for full names of objects in the bucket. Other objects than announced uploads are ignored."""
        return self.hand_to_workers(job_id for name in names if (job_id := self.storage.job_of(name)))

    def sweep(self) -> None:
        """Find files whose arrival nobody reported, and fail jobs whose file did not arrive in time."""
        if not self.store.awaiting_upload(float("inf"), limit=1):
            return
        arrived = set(self.storage.arrived())
        self.hand_to_workers(arrived)
        now = time.time()
        for record in self.store.get_many(self.store.awaiting_upload(now - LATE_SECONDS, MAX_EXPIRED)):
            if record.id not in arrived:
                self._fail(record, FetchFailed() if record.source else UploadExpired())
            elif record.upload_expires_at < now - LOST_SECONDS:
                self.reject(record, RetriesExhausted())

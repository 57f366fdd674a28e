"""The life of a job as a client sees it: submit a file, read the status, read the result."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from paddleocr_service import Catalogue, EngineError, ModelNotAvailable, UnsupportedLanguage
from services.errors import (
    JobCancelled,
    JobFailed,
    JobNotFound,
    ModelUnavailable,
    OCRServiceError,
    RedisUnavailable,
    ResultExpired,
    UnknownLanguage,
    UploadMismatch,
)
from services.inspection import Inspector
from services.jobs.admission import UNCHECKED, Admission, Slot
from services.jobs.documents import Document
from services.jobs.planner import KINDS, JobPlanner
from services.jobs.record import BY_ADDRESS, CANCELLED, FAILED, PROCESSING, QUEUED, JobRecord, new_job_id
from services.jobs.store import JobStore, Submitted
from services.jobs.unit_queue import UnitQueue, WaitEstimate
from services.ocr_service.options import DocumentOptions
from services.ocr_service.page_ranges import check_pages
from services.storage import IncomingFile, Storage

log = structlog.get_logger(__name__)

#: Jobs that one call of `list_owned` reads at most, and jobs per round trip.
LIST_LIMIT, LIST_CHUNK = 2000, 200
#: Seconds for which an installed model is not searched for again.
LANGUAGE_CHECK_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Submission:
    """A received file with the client's options. Pass the options to `JobService.check_options` first."""

    file: IncomingFile
    filename: str
    owner: str
    request_id: str
    options: DocumentOptions
    kinds: tuple[str, ...] = KINDS
    #: The traceparent header of the request, if traces are recorded.
    trace: str = ""
    #: Id of the new job. Empty: a random one.
    job_id: str = ""
    #: Where to send a webhook when the job ends. It does not change the result, so it is not one of the options.
    callback_url: str = ""
    #: Room in the queue, as known when the request arrived.
    slot: Slot = UNCHECKED


class JobService:
    """Accepts jobs and reports on them. Methods raise the errors of `services.errors`."""

    def __init__(
        self,
        store: JobStore,
        storage: Storage,
        inspector: Inspector,
        catalogue: Catalogue,
        send_ticket: Callable[[str, float], None],
        admission: Admission,
        unit_queue: UnitQueue,
    ) -> None:
        self._store = store
        self._storage = storage
        self._planner = JobPlanner(inspector, catalogue)
        self._catalogue = catalogue
        self._send_ticket = send_ticket
        self._language_valid_until: dict[str, float] = {}
        self._admission = admission
        self._unit_queue = unit_queue

    def ensure_accepting(self, slot: Slot = UNCHECKED) -> None:
        """Called before the request body is read. Raises what `Admission.check` raises."""
        self._admission.check(slot)

    def check_options(self, options: DocumentOptions) -> None:
        """Check what does not depend on the file. Raises InvalidOption, UnknownLanguage or ModelUnavailable."""
        if options.pages:
            check_pages(options.pages)
        self.check_language(options.lang)

    def check_language(self, lang: str) -> None:
        """Raises UnknownLanguage, or ModelUnavailable, which names the model and how to install it."""
        if self._language_valid_until.get(lang, 0.0) > time.monotonic():
            return
        try:
            self._catalogue.resolve(lang)
        except UnsupportedLanguage as error:
            raise UnknownLanguage(error.message) from error
        except (ModelNotAvailable, EngineError) as error:
            raise ModelUnavailable(error.message) from error
        self._language_valid_until[lang] = time.monotonic() + LANGUAGE_CHECK_SECONDS

    def submit(self, submission: Submission) -> JobRecord:
        """Inspect, store and queue a file. Once this returns, the job cannot be lost."""
        size, sha256 = submission.file.size(), submission.file.sha256()
        facts = self._planner.inspect(submission.file.path, size, sha256, submission.options, submission.kinds)
        record = JobRecord(
            id=submission.job_id or new_job_id(),
            owner=submission.owner,
            status=PROCESSING,
            stage=QUEUED,
            kind=facts.kind,
            filename=submission.filename,
            file_size=size,
            options=submission.options,
            upload="",
            cache_key="",
            request_id=submission.request_id,
            trace=submission.trace,
            callback_url=submission.callback_url,
        )
        record = self._planner.plan(record, facts, sha256)
        if submitted := self._store.submit_known(record):
            return self._accepted(submitted)  # The file is not needed, so it is never moved to the storage.
        record = replace(record, upload=self._storage.save(submission.file))
        return self._store_and_queue(record, 0 if submission.slot.state == "reserved" else self._admission.longest_wait)

    def submit_announced(self, record: JobRecord, path: Path) -> JobRecord:
        """Queue an announced job whose file has arrived: at `path`, and in the storage as `record.upload`.

        Raises UploadMismatch and the errors of the file. Then the caller has to delete the file.
        """
        size = path.stat().st_size
        if size != record.file_size:
            raise UploadMismatch(f"{record.file_size} bytes were announced, but {size} arrived.")
        with open(path, "rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        facts = self._planner.inspect(path, size, sha256, record.options)
        if record.content_type and facts.media_type != record.content_type:
            raise UploadMismatch(f"{record.content_type} was announced, but {facts.media_type} arrived.")
        # The job was admitted when it was announced, so a full queue no longer matters.
        return self._store_and_queue(self._planner.plan(record, facts, sha256), longest_wait=0)

    def _store_and_queue(self, record: JobRecord, longest_wait: float) -> JobRecord:
        try:
            submitted = self._store.submit(record, longest_wait)
        except RedisUnavailable:
            raise  # The job may be stored nevertheless and need its file. If not, the sweeper deletes the file.
        except OCRServiceError:
            self._storage.delete(record.upload)
            raise
        if submitted.outcome == "lead" or self._was_stored_with(record.upload, submitted):
            for _ in range(record.units):
                self._send_ticket(record.id, 0.0)
        else:
            self._storage.delete(record.upload)
        return self._accepted(submitted)

    def _was_stored_with(self, upload: str, submitted: Submitted) -> bool:
        """Redis stored the job, but its reply was lost, so that redis-py sent the command again."""
        return submitted.outcome == "known" and self._store.get(submitted.record.id).upload == upload

    def _accepted(self, submitted: Submitted) -> JobRecord:
        record = submitted.record
        log.info(
            "job accepted",
            job_id=record.id,
            kind=record.kind,
            file_size=record.file_size,
            outcome=submitted.outcome,
        )
        return record if submitted.is_stored else self._store.get(record.id)

    def get(self, job_id: str, owner: str) -> JobRecord:
        """Raises JobNotFound, also for another owner's job.

        An address alone does not identify an owner. So anybody who knows the id can read a job of such an owner.
        """
        record = self._store.get(job_id)
        if record.owner != owner and not record.owner.startswith(BY_ADDRESS):
            raise JobNotFound()
        return record

    def estimate_wait(self, record: JobRecord) -> WaitEstimate | None:
        """How long a running job may still take. None for a job that is not running."""
        return self._unit_queue.estimate_wait(record) if record.status == PROCESSING else None

    def finished_pages(self, record: JobRecord) -> list[Document]:
        """The finished pages of a running job, in page order."""
        return list(self._store.pages_done(record.leader or record.id).values())

    def discard(self, record: JobRecord) -> JobRecord | None:
        """Cancel a running job and return it, or delete an ended job with its result and file and return None."""
        upload = self._store.cancel(record.id)
        cancelled = upload is not None
        if not cancelled:
            upload = self._store.delete(record.id)
        if upload:
            self._storage.delete(upload)
        log.info("job cancelled" if cancelled else "job deleted", job_id=record.id)
        return self._store.get(record.id) if cancelled else None

    def list_owned(self, owner: str, status: str, cursor: str, limit: int) -> tuple[list[JobRecord], str]:
        """The owner's jobs, newest first, with this status (empty: any), and a cursor for the next call ("": no more).

        A cursor holds the time and the id of a job. The time is used if that job has been deleted before the next call.
        One call reads at most `LIST_LIMIT` jobs, so it may return fewer than `limit` although there are more.
        """
        found: list[JobRecord] = []
        at, _, before = cursor.partition("_")
        for _ in range(LIST_LIMIT // LIST_CHUNK):
            ids = self._store.ids_of_owner(owner, before, LIST_CHUNK, float(at or "inf"))
            for record in self._store.get_many(ids):
                at, before = f"{record.created_at:.3f}", record.id
                if status in ("", record.status):
                    found.append(record)
                    if len(found) == limit:
                        return found, f"{at}_{before}"
            if len(ids) < LIST_CHUNK:
                return found, ""
            before = ids[-1]
        return found, f"{at}_{before}"

    def result(self, record: JobRecord) -> Document:
        """The result of an ended job. Raises JobFailed, JobCancelled or ResultExpired."""
        if record.status == CANCELLED:
            raise JobCancelled()
        if record.status == FAILED:
            raise JobFailed(record.error)
        document = self._store.result(record.id)
        if document is None:
            raise ResultExpired()
        return document

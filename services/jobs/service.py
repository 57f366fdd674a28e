"""The life of a job as a client sees it: submit a file, read the status, read the result."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
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
from services.jobs.large_reads import LargeReads
from services.jobs.outputs import delete_outputs
from services.jobs.passwords import open_password, seal_password
from services.jobs.planner import KINDS, plan_job
from services.jobs.record import BY_ADDRESS, CANCELLED, FAILED, PROCESSING, JobRecord
from services.jobs.result_body import StoredResult, unpack_json
from services.jobs.sealed_text import Sealer
from services.jobs.store import NEEDS_NO_FILE, Deleted, JobStore, Submitted
from services.jobs.unit_queue import UnitQueue, WaitEstimate
from services.ocr_service.options import DocumentOptions
from services.ocr_service.page_ranges import check_pages
from services.storage import IncomingFile, Storage

log = structlog.get_logger(__name__)

#: Jobs that one call of `list_owned` reads at most, and jobs per round trip.
LIST_LIMIT, LIST_CHUNK = 2000, 200
#: Seconds for which an installed model is not searched for again.
LANGUAGE_CHECK_SECONDS = 10


@dataclass(eq=False)
class JobService:
    """Accepts jobs and reports on them. Methods raise the errors of `services.errors`."""

    store: JobStore
    storage: Storage
    inspector: Inspector
    catalogue: Catalogue
    send_ticket: Callable[[str, float], None]
    admission: Admission
    unit_queue: UnitQueue
    sealer: Sealer
    large_reads: LargeReads = field(default_factory=LargeReads)
    _language_valid_until: dict[str, float] = field(init=False, default_factory=dict)

    def ensure_accepting(self, slot: Slot = UNCHECKED) -> None:
        """Called before the request body is read. Raises what `Admission.check` raises."""
        self.admission.check(slot)

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
            self.catalogue.resolve(lang)
        except UnsupportedLanguage as error:
            raise UnknownLanguage(error.message) from error
        except (ModelNotAvailable, EngineError) as error:
            raise ModelUnavailable(error.message) from error
        self._language_valid_until[lang] = time.monotonic() + LANGUAGE_CHECK_SECONDS

    def submit(
        self, record: JobRecord, file: IncomingFile, kinds: tuple[str, ...] = KINDS, slot: Slot = UNCHECKED
    ) -> JobRecord:
        """Inspect, store and queue the file of a new job. Once this returns, the job cannot be lost.

        Pass its options to `check_options` first. `kinds`: the accepted kinds of files. `slot`: room in the queue, as
        known when the request arrived.
        """
        record = seal_password(replace(record, file_size=file.size()), self.sealer)
        record = plan_job(record, file.path, file.sha256(), kinds, self.inspector, self.catalogue)
        submitted = self.store.submit(record, NEEDS_NO_FILE)
        if submitted.outcome != "new":
            return self._accepted(submitted)  # The file is not needed, so it is never moved to the storage.
        record = replace(record, upload=self.storage.save(file))
        return self._store_and_queue(record, 0 if slot.state == "reserved" else self.admission.longest_wait)

    def submit_announced(self, record: JobRecord, path: Path) -> JobRecord:
        """Queue an announced job whose file has arrived: at `path`, and in the storage as `record.upload`.

        Raises UploadMismatch and the errors of the file. Then the caller has to delete the file.
        """
        size = path.stat().st_size
        if size != record.file_size:
            raise UploadMismatch(f"{record.file_size} bytes were announced, but {size} arrived.")
        with open(path, "rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        # The job was admitted when it was announced, so a full queue no longer matters.
        record = open_password(record, self.sealer)
        kinds = (record.kind,) if record.kind else KINDS
        planned = plan_job(record, path, sha256, kinds, self.inspector, self.catalogue)
        return self._store_and_queue(replace(planned, source=""), longest_wait=0)

    def _store_and_queue(self, record: JobRecord, longest_wait: float) -> JobRecord:
        try:
            submitted = self.store.submit(record, longest_wait)
        except RedisUnavailable:
            raise  # The job may be stored nevertheless and need its file. If not, the sweeper deletes the file.
        except OCRServiceError:
            self.storage.delete(record.upload)
            raise
        # "known": Redis may have stored the job although its reply was lost, so that redis-py sent the command again.
        known = submitted.outcome == "known" and self.store.get(record.id).upload == record.upload
        if submitted.outcome == "lead" or known:
            for _ in range(record.units):
                self.send_ticket(record.id, 0.0)
        else:
            self.storage.delete(record.upload)
        return self._accepted(submitted)

    def _accepted(self, submitted: Submitted) -> JobRecord:
        record, outcome = submitted.record, submitted.outcome
        log.info("job accepted", job_id=record.id, kind=record.kind, file_size=record.file_size, outcome=outcome)
        return record if submitted.is_stored else self.store.get(record.id)

    def get(self, job_id: str, owner: str) -> JobRecord:
        """Raises JobNotFound, also for another owner's job.

        An address alone does not identify an owner. So anybody who knows the id can read a job of such an owner.
        """
        record = self.store.get(job_id)
        if record.owner != owner and not record.owner.startswith(BY_ADDRESS):
            raise JobNotFound()
        return record

    def estimate_wait(self, record: JobRecord) -> WaitEstimate | None:
        """How long a running job may still take. None for a job that is not running."""
        return self.unit_queue.estimate_wait(record) if record.status == PROCESSING else None

    def finished_pages(self, record: JobRecord) -> Iterator[bytes]:
        """The finished pages of a running job as JSON, in page order. They are read one after the other."""
        job_id = record.leader or record.id
        numbers = self.store.page_numbers_done(job_id)
        return (unpack_json(packed) for _, packed in self.store.packed_pages(job_id, numbers))

    def discard(self, record: JobRecord) -> JobRecord | None:
        """Cancel a running job and return it, or delete an ended job with its result and file and return None."""
        upload = self.store.cancel(record.id)
        cancelled = upload is not None
        if not cancelled:
            deleted = self.store.delete(record.id) or Deleted()
            upload = deleted.upload
            delete_outputs(self.storage, self.store, deleted.outputs)
        if upload:
            self.storage.delete(upload)
        log.info("job cancelled" if cancelled else "job deleted", job_id=record.id)
        return self.store.get(record.id) if cancelled else None

    def list_owned(self, owner: str, status: str, cursor: str, limit: int) -> tuple[list[JobRecord], str]:
        """The owner's jobs, newest first, with this status (empty: any), and a cursor for the next call ("": no more).

        A cursor holds the time and the id of a job. The time is used if that job has been deleted before the next call.
        One call reads at most `LIST_LIMIT` jobs, so it may return fewer than `limit` although there are more.
        """
        found: list[JobRecord] = []
        at, _, before = cursor.partition("_")
        for _ in range(LIST_LIMIT // LIST_CHUNK):
            ids = self.store.ids_of_owner(owner, before, LIST_CHUNK, float(at or "inf"))
            for record in self.store.get_many(ids):
                at, before = f"{record.created_at:.6f}", record.id
                if status in ("", record.shown_status):
                    found.append(record)
                    if len(found) == limit:
                        return found, f"{at}_{before}"
            if len(ids) < LIST_CHUNK:
                return found, ""
            before = ids[-1]
        return found, f"{at}_{before}"

    def result(self, record: JobRecord) -> StoredResult:
        """The result of an ended job. Raises JobFailed, JobCancelled or ResultExpired."""
        if record.status == CANCELLED:
            raise JobCancelled()
        if record.status == FAILED:
            raise JobFailed(record.error)
        stored = self.store.stored_result(record.id, record.result)
        if stored is None:
            raise ResultExpired()
        return stored

"""The life of a job as a client sees it: submit, ask, read the result."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from paddleocr_service import Catalogue, EngineError, ModelNotAvailable, UnsupportedLanguage
from services.errors import (
    EmptyFile,
    InvalidOption,
    JobCancelled,
    JobFailed,
    JobNotFound,
    ModelUnavailable,
    OCRServiceError,
    RedisUnavailable,
    ResultExpired,
    UnknownLanguage,
    UnsupportedType,
    UploadMismatch,
)
from services.inspection import FileFacts, Inspector
from services.jobs.admission import UNCHECKED, Admission, Slot
from services.jobs.record import BY_ADDRESS, CANCELLED, FAILED, PROCESSING, JobRecord, new_job_id
from services.jobs.store import JobStore
from services.jobs.unit_queue import UnitQueue, WaitEstimate
from services.jobs.units import lane_for, units_for
from services.ocr_service.options import DocumentOptions
from services.ocr_service.page_ranges import check_pages, parse_pages
from services.storage import IncomingFile, Storage

log = structlog.get_logger(__name__)

#: Jobs that are looked at in one call for a list of some status, and at a time.
LOOKED_AT, CHUNK = 2000, 200
#: Raise it when a result gains or changes a field, so that no cached one is answered that lacks it.
RESULT_SHAPE = "2"
#: A model that was found on the disk is not looked for again for so many seconds.
FOUND_SECONDS = 10
KINDS = ("image", "pdf")


@dataclass(frozen=True, slots=True)
class Submission:
    """A file as received, with what the client said of it."""

    file: IncomingFile
    filename: str
    owner: str
    request_id: str
    options: DocumentOptions
    kinds: tuple[str, ...] = KINDS
    #: The traceparent of the request, where traces are kept.
    trace: str = ""
    #: The id that the job is to have; a new one where none is given.
    job_id: str = ""
    #: Who is to be told of the job's end. It changes no result, so it is no part of the options.
    callback_url: str = ""
    #: Room in the queue, as known when the request arrived.
    slot: Slot = UNCHECKED


class JobService:
    """Takes jobs in and tells of them. Methods raise the errors of `services.errors`."""

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
        self._inspector = inspector
        self._catalogue = catalogue
        self._send_ticket = send_ticket
        self._found_until: dict[str, float] = {}
        self._admission = admission
        self._unit_queue = unit_queue

    def check_options(self, options: DocumentOptions) -> None:
        """What can be said of the options before a file is seen. Raises InvalidOption, ModelUnavailable."""
        if options.pages:
            check_pages(options.pages)
        self.check_language(options.lang)

    def check_language(self, lang: str) -> None:
        """Raises UnknownLanguage, or ModelUnavailable naming the model and how to install it."""
        if self._found_until.get(lang, 0.0) > time.monotonic():
            return
        try:
            self._catalogue.resolve(lang)
        except UnsupportedLanguage as error:
            raise UnknownLanguage(error.message) from error
        except (ModelNotAvailable, EngineError) as error:
            raise ModelUnavailable(error.message) from error
        self._found_until[lang] = time.monotonic() + FOUND_SECONDS

    def submit(self, submission: Submission) -> JobRecord:
        """Check, keep and queue a file. The returned job is stored and on the queue: from here on it is not lost."""
        sha256 = submission.file.sha256()
        size = submission.file.size()
        facts = self._inspect(submission.file.path, size, sha256, submission.options, submission.kinds)
        record = JobRecord(
            id=submission.job_id or new_job_id(),
            owner=submission.owner,
            status=PROCESSING,
            stage="queued",
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
        record = self._planned(record, facts, sha256)
        if outcome := self._store.submit_known(record):
            return self._accepted(record, outcome)  # before the file costs anything: it is not needed
        record = replace(record, upload=self._storage.keep(submission.file))
        return self._record(record, 0 if submission.slot.state == "reserved" else self._admission.longest_wait)

    def begin(self, record: JobRecord, path: Path) -> JobRecord:
        """Queue a job whose announced file has come: it lies at `path`, and under `record.upload` in the storage.

        Raises UploadMismatch and what is wrong with the file itself; then it is still the caller's to delete.
        """
        size = path.stat().st_size
        if size != record.file_size:
            raise UploadMismatch(f"{record.file_size} bytes were announced, but {size} came.")
        with open(path, "rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        facts = self._inspect(path, size, sha256, record.options)
        if record.content_type and facts.media_type != record.content_type:
            raise UploadMismatch(f"{record.content_type} was announced, but {facts.media_type} came.")
        # It was let in when it was announced; what was let in is not refused later.
        return self._record(self._planned(record, facts, sha256), longest_wait=0)

    def _inspect(
        self, path: Path, size: int, sha256: str, options: DocumentOptions, kinds: tuple[str, ...] = KINDS
    ) -> FileFacts:
        if size == 0:
            raise EmptyFile()
        facts = self._inspector.inspect(path, sha256)
        if facts.kind not in kinds:
            here, there = ("a PDF", "/ocr/pdf") if facts.kind == "pdf" else ("a picture", "/ocr/image")
            raise UnsupportedType(f"The file is {here}, which this address does not take. Send it to {there}.")
        if facts.kind == "image" and options.mode == "text":
            raise InvalidOption("The option `mode` cannot be `text` for a picture: it has no text layer. Leave it out.")
        return facts

    def _planned(self, record: JobRecord, facts: FileFacts, sha256: str) -> JobRecord:
        """The record with all that is known once its file was seen. Raises PageOutOfRange."""
        pages = len(parse_pages(record.options.pages, facts.pages)) if record.options.pages else facts.pages
        return replace(
            record,
            status=PROCESSING,
            stage="queued",
            kind=facts.kind,
            cache_key=self._cache_key(record.owner, record.options, sha256),
            frames=facts.pages,
            pages_total=pages,
            lane=lane_for(pages),
            units=units_for(pages),
        )

    def _record(self, record: JobRecord, longest_wait: float) -> JobRecord:
        try:
            outcome = self._store.submit(record, longest_wait)
        except RedisUnavailable:
            raise  # it may be stored all the same: then its file is needed, and else the sweeper finds it
        except OCRServiceError:
            self._storage.delete(record.upload)
            raise
        # Known with this very upload: it was recorded, and the answer lost, so that the client of Redis asked again.
        if outcome == "lead" or (outcome == "known" and self._store.get(record.id).upload == record.upload):
            for _ in range(record.units):
                self._send_ticket(record.id, 0.0)
        else:
            self._storage.delete(record.upload)
        return self._accepted(record, outcome)

    def _accepted(self, record: JobRecord, outcome: str) -> JobRecord:
        log.info("job accepted", job_id=record.id, kind=record.kind, file_size=record.file_size, outcome=outcome)
        return self._store.get(record.id)

    def _cache_key(self, owner: str, options: DocumentOptions, sha256: str) -> str:
        parts = [RESULT_SHAPE, owner, sha256, options.dumps(), self._catalogue.identity(options.lang)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def get(self, job_id: str, owner: str) -> JobRecord:
        """Raises JobNotFound, for another owner's job too. Who is known by an address alone owns no job for certain:
        such jobs are reached by whoever knows their ids."""
        record = self._store.get(job_id)
        if record.owner != owner and not record.owner.startswith(BY_ADDRESS):
            raise JobNotFound()
        return record

    def estimate_wait(self, record: JobRecord) -> WaitEstimate | None:
        """How long a job that runs may still take; None for one that does not."""
        return self._unit_queue.estimate_wait(record) if record.status == PROCESSING else None

    def partial(self, record: JobRecord) -> list[dict]:
        """The pages that are done of a job that runs, in their order."""
        return list(self._store.pages_done(record.leader or record.id).values())

    def discard(self, record: JobRecord) -> JobRecord | None:
        """Cancel a job that runs; then it is returned. Forget one that has ended, with its result and its file."""
        upload = self._store.cancel(record.id)
        cancelled = upload is not None
        if not cancelled:
            upload = self._store.delete(record.id)
        if upload:
            self._storage.delete(upload)
        log.info("job cancelled" if cancelled else "job deleted", job_id=record.id)
        return self._store.get(record.id) if cancelled else None

    def owned(self, owner: str, status: str, cursor: str, limit: int) -> tuple[list[JobRecord], str]:
        """The owner's jobs, newest first, of one status or (empty) of any; and the cursor from which to go on, or "".

        A cursor is the time and the id of a job: the time, for the job may be deleted before it is gone on from.

        At most `LOOKED_AT` jobs are looked at in one call: there may be fewer in the answer than are asked for, and
        more to come.
        """
        found: list[JobRecord] = []
        at, _, before = cursor.partition("_")
        for _ in range(LOOKED_AT // CHUNK):
            ids = self._store.owned(owner, before, CHUNK, float(at or "inf"))
            for record in self._store.get_many(ids):
                at, before = f"{record.created_at:.3f}", record.id
                if status in ("", record.status):
                    found.append(record)
                    if len(found) == limit:
                        return found, f"{at}_{before}"
            if len(ids) < CHUNK:
                return found, ""
            before = ids[-1]
        return found, f"{at}_{before}"

    def result(self, record: JobRecord) -> dict:
        """The result document of an ended job. Raises JobFailed, JobCancelled or ResultExpired."""
        if record.status == CANCELLED:
            raise JobCancelled()
        if record.status == FAILED:
            raise JobFailed(record.error)
        document = self._store.result(record.id)
        if document is None:
            raise ResultExpired()
        return document

    def ensure_accepting(self, slot: Slot = UNCHECKED) -> None:
        """Raises before the body of a request is read that could not be accepted anyway. See `Admission.check`."""
        self._admission.check(slot)

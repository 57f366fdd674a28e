"""The life of a job as a client sees it: submit, ask, read the result."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

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
    ResultExpired,
    UnknownLanguage,
    UnsupportedType,
)
from services.inspection import FileFacts, Inspector
from services.job_record import CANCELLED, FAILED, PROCESSING, JobOptions, JobRecord, new_job_id
from services.job_store import JobStore
from services.ocr_service.page_ranges import check_pages, parse_pages
from services.upload_store import IncomingFile, UploadStore

log = structlog.get_logger(__name__)

#: Raise it when a result gains or changes a field, so that no cached one is answered that lacks it.
RESULT_SHAPE = "2"


@dataclass(frozen=True, slots=True)
class Submission:
    """A file as received, with what the client said of it."""

    file: IncomingFile
    filename: str
    owner: str
    request_id: str
    options: JobOptions
    kinds: tuple[str, ...] = ("image", "pdf")
    #: The traceparent of the request, where traces are kept.
    trace: str = ""


class JobService:
    """Takes jobs in and tells of them. Methods raise the errors of `services.errors`."""

    def __init__(
        self,
        store: JobStore,
        uploads: UploadStore,
        inspector: Inspector,
        catalogue: Catalogue,
        enqueue: Callable[[str, float], None],
    ) -> None:
        self._store = store
        self._uploads = uploads
        self._inspector = inspector
        self._catalogue = catalogue
        self._enqueue = enqueue

    def check_options(self, options: JobOptions) -> None:
        """What can be said of the options before a file is seen. Raises InvalidOption, ModelUnavailable."""
        if options.pages:
            check_pages(options.pages)
        self.check_language(options.lang)

    def check_language(self, lang: str) -> None:
        """Raises UnknownLanguage, or ModelUnavailable naming the model and how to install it."""
        try:
            self._catalogue.resolve(lang)
        except UnsupportedLanguage as error:
            raise UnknownLanguage(error.message) from error
        except (ModelNotAvailable, EngineError) as error:
            raise ModelUnavailable(error.message) from error

    def submit(self, submission: Submission) -> JobRecord:
        """Check, keep and queue a file. The returned job is stored and on the queue: from here on it is not lost."""
        self.check_options(submission.options)
        sha256 = submission.file.sha256()
        facts = self._inspect(submission, sha256)
        pages = len(parse_pages(submission.options.pages, facts.pages)) if submission.options.pages else facts.pages
        size = submission.file.size()
        key = self._uploads.keep(submission.file)
        record = JobRecord(
            id=new_job_id(),
            owner=submission.owner,
            status=PROCESSING,
            stage="queued",
            kind=facts.kind,
            filename=submission.filename,
            file_size=size,
            options=submission.options,
            upload=key,
            cache_key=self._cache_key(submission, sha256),
            request_id=submission.request_id,
            trace=submission.trace,
            frames=facts.pages,
            pages_total=pages,
        )
        try:
            return self._record(record)
        except OCRServiceError:
            self._uploads.delete(key)
            raise

    def _inspect(self, submission: Submission, sha256: str) -> FileFacts:
        if submission.file.size() == 0:
            raise EmptyFile("The file is empty. Send a picture or a PDF.")
        facts = self._inspector.inspect(submission.file.path, sha256)
        if facts.kind not in submission.kinds:
            here, there = ("a PDF", "/ocr/pdf") if facts.kind == "pdf" else ("a picture", "/ocr/image")
            raise UnsupportedType(f"The file is {here}, which this address does not take. Send it to {there}.")
        if facts.kind == "image" and submission.options.mode == "text":
            raise InvalidOption("The option `mode` cannot be `text` for a picture: it has no text layer. Leave it out.")
        return facts

    def _record(self, record: JobRecord) -> JobRecord:
        outcome = self._store.submit(record)
        if outcome == "lead":
            self._enqueue(record.id, 0.0)
        else:
            self._uploads.delete(record.upload)
        log.info("job accepted", job_id=record.id, kind=record.kind, file_size=record.file_size, outcome=outcome)
        return self._store.get(record.id)

    def _cache_key(self, submission: Submission, sha256: str) -> str:
        options = submission.options
        parts = [RESULT_SHAPE, submission.owner, sha256, options.dumps(), self._catalogue.identity(options.lang)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def get(self, job_id: str, owner: str) -> JobRecord:
        """Raises JobNotFound, for another owner's job too."""
        record = self._store.get(job_id)
        if record.owner != owner:
            raise JobNotFound()
        return record

    def result(self, record: JobRecord) -> dict:
        """The result document of an ended job. Raises JobFailed, JobCancelled or ResultExpired."""
        if record.status == CANCELLED:
            raise JobCancelled()
        if record.status == FAILED:
            raise JobFailed(record.error["code"], record.error["title"], record.error["detail"])
        document = self._store.result(record.id)
        if document is None:
            raise ResultExpired()
        return document

    def ensure_reachable(self) -> None:
        """Raises RedisUnavailable before a body is read that could not be accepted anyway."""
        self._store.ping()

"""What a worker does with one job: claim it, read its pages one by one, end it.

Every step is safe to repeat. Pages that are done are stored as they come and not done again; all writes carry the
lease's token, so a worker that lost its job changes nothing any more.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import TypeVar

import structlog
from structlog.contextvars import bound_contextvars

from services.errors import (
    OCRServiceError,
    PageCrashed,
    PageFailed,
    RedisUnavailable,
    RetriesExhausted,
)
from services.job_record import JobRecord
from services.job_store import JobStore
from services.lease import Lease, LeaseLost
from services.ocr_service.document import Document, OCRService, failed_page, summarize
from services.page_guard import page_time_limit
from services.storage import Storage
from services.watch import NoWatch, Watch

log = structlog.get_logger(__name__)

#: Seconds before each further try of a job whose fault may pass.
BACK_OFF = (1, 2, 4)
#: A page that was begun this often without an end stopped its worker each time.
CRASHES_ALLOWED = 2
#: A page of a text layer that took less is read again in another try, which costs less than to store it.
QUICK_SECONDS = 0.05
#: How long a finished page or job waits for Redis to come back before it is left to another worker.
PATIENCE_SECONDS = 120


T = TypeVar("T")


class HandedBack(Exception):
    """The worker is stopping: the job goes back to the queue as it is."""


class JobRunner:
    """Works on jobs in one worker process, one at a time."""

    def __init__(
        self,
        store: JobStore,
        uploads: Storage,
        ocr: OCRService,
        enqueue: Callable[[str, float], None],
        page_timeout: int,
        stopping: Callable[[], bool] = lambda: False,
        watch: Watch | NoWatch | None = None,
    ) -> None:
        self._store = store
        self._uploads = uploads
        self._ocr = ocr
        self._enqueue = enqueue
        self._page_timeout = page_timeout
        self._stopping = stopping
        self._watch = watch or NoWatch()

    def run(self, job_id: str) -> None:
        """Take the job and bring it as far as it goes. Does nothing for a job that is not to be had."""
        token = uuid.uuid4().hex
        attempt = patiently(lambda: self._store.claim(job_id, token))
        if isinstance(attempt, str):
            log.info("job not taken", job_id=job_id, reason=attempt)
            return
        record = patiently(lambda: self._store.get(job_id))
        with bound_contextvars(job_id=job_id, request_id=record.request_id), Lease(self._store, job_id, token) as lease:
            log.info("job started", attempt=attempt, kind=record.kind, file_size=record.file_size)
            try:
                with self._watch.job(record, attempt):
                    self._work(record, lease, attempt)
            except LeaseLost:
                log.warning("job lost to another worker")
            except HandedBack:
                self._hand_back(record, token)

    def _work(self, record: JobRecord, lease: Lease, attempt: int) -> None:
        started = time.monotonic()
        last_try = attempt > len(BACK_OFF)
        try:
            pages = self._read(record, lease, last_try)
        except (LeaseLost, HandedBack):
            raise
        except OCRServiceError as error:
            log.warning("job failed", code=error.code, retryable=error.retryable, exc_info=error.retryable)
            self._retry_or_fail(record, lease, attempt, error, error.retryable)
        except Exception:
            log.exception("job failed unexpectedly", attempt=attempt)
            self._retry_or_fail(record, lease, attempt, RetriesExhausted(), True)
        else:
            self._complete(record, lease, pages, time.monotonic() - started)

    def _read(self, record: JobRecord, lease: Lease, last_try: bool) -> list[dict]:
        """Read all pages that are not done yet; returns all pages in order."""
        done = patiently(lambda: self._store.pages_done(record.id))
        with self._uploads.local(record.upload) as path:
            with self._guarded(record, lease, 0), page_time_limit(self._page_timeout):
                document = self._ocr.open(path, record.kind, record.options, record.frames)
            with document:
                for number in document.page_numbers:
                    if number not in done:
                        with self._watch.page(record, number) as seen:
                            done[number] = self._read_page(record, lease, document, number, last_try)
                            seen.update(done[number])
                return [done[number] for number in document.page_numbers]

    def _read_page(self, record: JobRecord, lease: Lease, document: Document, number: int, last_try: bool) -> dict:
        if self._stopping():
            raise HandedBack()
        lease.check()
        total = len(document.page_numbers)
        try:
            with self._guarded(record, lease, number) as attempt, page_time_limit(self._page_timeout):
                started = time.monotonic()
                page = document.recognize(number)
                quick = page["source"] == "text_layer" and time.monotonic() - started < QUICK_SECONDS
                attempt.done(page, total, stored=not quick)
        except OCRServiceError as error:
            if error.retryable and not last_try:
                raise
            page = failed_page(number, error)
        except Exception:
            if not last_try:
                raise
            log.exception("page failed on the last try", page=number)
            page = failed_page(number, PageFailed("The page could not be read."))
        else:
            tell = log.debug if quick else log.info
            tell("page done", page=number, pages_total=total, success=True, lines=len(page["lines"]))
            return page
        if not patiently(lambda: self._store.end_page(record.id, lease.token, number, page, total)):
            raise LeaseLost()
        log.info("page done", page=number, pages_total=total, success=False, code=page["error"]["code"])
        return page

    def _guarded(self, record: JobRecord, lease: Lease, number: int) -> _PageTry:
        return _PageTry(self._store, record.id, lease.token, number)

    def _complete(self, record: JobRecord, lease: Lease, pages: list[dict], seconds: float) -> None:
        if record.kind == "image" and len(pages) == 1 and not pages[0]["success"]:
            error = pages[0]["error"]
            self._fail(record, lease, error)
            return
        result = summarize(pages, record.kind, self._ocr.engine_of(record.options), record.options, seconds)
        cacheable = all(page["success"] for page in pages) and not record.is_probe
        if not patiently(lambda: self._store.complete(record, lease.token, result, len(pages), cacheable)):
            raise LeaseLost()
        self._uploads.delete(record.upload)
        log.info("job completed", pages=len(pages), seconds=round(seconds, 3))

    def _retry_or_fail(
        self, record: JobRecord, lease: Lease, attempt: int, error: OCRServiceError, retryable: bool
    ) -> None:
        if not retryable or attempt > len(BACK_OFF):
            self._fail(record, lease, {"code": error.code, "title": error.title, "detail": error.message})
            return
        delay = BACK_OFF[attempt - 1]
        if not patiently(lambda: self._store.requeue(record.id, lease.token, "retrying", delay)):
            raise LeaseLost()
        self._enqueue(record.id, delay)
        log.info("job will be tried again", attempt=attempt, delay=delay)

    def _fail(self, record: JobRecord, lease: Lease, error: dict) -> None:
        if not patiently(lambda: self._store.fail(record, lease.token, error)):
            raise LeaseLost()
        self._uploads.delete(record.upload)
        log.warning("job ended in failure", code=error["code"])

    def _hand_back(self, record: JobRecord, token: str) -> None:
        if patiently(lambda: self._store.requeue(record.id, token, "queued", attempts_back=1)):
            self._enqueue(record.id, 0.0)
        log.info("job handed back: the worker is stopping")


class _PageTry:
    """Counts a page's beginning, and takes the count back when the try ends in good order, whatever its outcome."""

    def __init__(self, store: JobStore, job_id: str, token: str, number: int) -> None:
        self._args = (job_id, token, number)
        self._store = store
        self._outcome: tuple = (None,)

    def done(self, page: dict, total: int, stored: bool) -> None:
        """The page was read; its result is kept for another try of the job where it is to be `stored`."""
        self._outcome = (page, total, stored)

    def __enter__(self) -> _PageTry:
        begun = patiently(lambda: self._store.begin_page(*self._args))
        if begun == 0:
            raise LeaseLost()
        if begun > CRASHES_ALLOWED:
            raise PageCrashed()
        return self

    def __exit__(self, kind, error, traceback) -> None:
        if not patiently(lambda: self._store.end_page(*self._args, *self._outcome)):
            raise LeaseLost() from error


def patiently(step: Callable[[], T], seconds: float = PATIENCE_SECONDS) -> T:
    """Do one step against Redis, waiting for it to come back. Raises RedisUnavailable after `seconds`."""
    deadline = time.monotonic() + seconds
    pause = 0.1
    while True:
        try:
            return step()
        except RedisUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(pause)
            pause = min(2.0, 2 * pause)

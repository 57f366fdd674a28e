"""What a worker does with a unit of a job: take it, read its pages one by one, and, if it is the last, end the job.

Every step is safe to repeat. Pages that are done are stored as they come and not done again; all writes carry the
lease's token, so a worker that lost its unit changes nothing any more.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

import structlog
from structlog.contextvars import bound_contextvars

from services.desk import Desk
from services.errors import DEAD_LETTER_CODES, JobNotFound, OCRServiceError, PageFailed, RetriesExhausted
from services.job_plan import pages_of
from services.job_record import JobRecord
from services.job_store import JobStore
from services.lease import Lease, LeaseLost
from services.ocr_service.document import Document, OCRService, failed_page, summarize
from services.page_guard import page_time_limit
from services.page_keeper import PageKeeper
from services.patience import patiently
from services.storage import Storage
from services.watch import NoWatch, Watch
from services.work_queue import LAST, LOST, Unit, WorkQueue

log = structlog.get_logger(__name__)

#: Seconds before each further try of a unit whose fault may pass.
BACK_OFF = (1, 2, 4)
#: How long past a page's time limit a unit may make no progress: by then the page's guard has ended the process.
STALLED_SECONDS = 60
#: What is begun when all pages are read and the result is made of them.
GATHERING = "result"


class HandedBack(Exception):
    """The worker is stopping: the unit goes back to the queue as it is."""


class JobRunner:
    """Works in one worker process, on one unit at a time."""

    def __init__(
        self,
        store: JobStore,
        queue: WorkQueue,
        uploads: Storage,
        ocr: OCRService,
        enqueue: Callable[[str, float], None],
        page_timeout: int,
        stopping: Callable[[], bool] = lambda: False,
        watch: Watch | NoWatch | None = None,
    ) -> None:
        self._store = store
        self._queue = queue
        self._uploads = uploads
        self._ocr = ocr
        self._desk = Desk(uploads, ocr)
        self._enqueue = enqueue
        self._page_timeout = page_timeout
        self._stopping = stopping
        self._watch = watch or NoWatch()

    def run(self) -> bool:
        """Take the unit whose turn it is and bring it as far as it goes. False when there was none."""
        token = uuid.uuid4().hex
        unit = patiently(lambda: self._queue.take(token))
        if unit is None:
            return False
        try:
            record = patiently(lambda: self._store.get(unit.job_id, hidden=True))
        except JobNotFound:  # deleted in this very moment
            return True
        context = bound_contextvars(job_id=record.id, request_id=record.request_id)
        with context, Lease(self._queue, unit, self._page_timeout + STALLED_SECONDS) as lease:
            log.info("unit started", unit=unit.number, units=record.units, attempt=unit.tries, kind=record.kind)
            try:
                with self._watch.unit(record, unit):
                    self._work(record, unit, lease)
            except LeaseLost:
                log.warning("unit lost: to another worker, or its job was cancelled")
            except HandedBack:
                self._hand_back(record, unit)
        return True

    def _work(self, record: JobRecord, unit: Unit, lease: Lease) -> None:
        started = time.monotonic()
        last_try = unit.tries > len(BACK_OFF)
        try:
            self._read(record, unit, lease, last_try)
            self._end(record, unit, time.monotonic() - started)
        except (LeaseLost, HandedBack):
            raise
        except OCRServiceError as error:
            log.warning("unit failed", code=error.code, retryable=error.retryable, exc_info=error.retryable)
            self._retry_or_fail(record, unit, error, error.retryable and not last_try)
        except Exception:
            log.exception("unit failed unexpectedly", attempt=unit.tries)
            self._retry_or_fail(record, unit, RetriesExhausted(), not last_try)

    def _read(self, record: JobRecord, unit: Unit, lease: Lease, last_try: bool) -> None:
        """Read all pages of the unit that are not done yet."""
        keeper = PageKeeper(self._queue, unit)
        document = self._opened(record, unit, keeper)
        numbers = pages_of(unit.number, record.units, document.page_numbers)
        done = patiently(lambda: self._store.pages_done(record.id, numbers)) if record.pages_done else {}
        for number in numbers:
            if number not in done:
                if self._stopping():
                    keeper.flush()
                    raise HandedBack()
                lease.progress()
                with self._watch.page(record, number) as seen:
                    seen.update(self._read_page(document, number, keeper, last_try))
        keeper.flush()

    def _opened(self, record: JobRecord, unit: Unit, keeper: PageKeeper) -> Document:
        if self._desk.has(record):
            return self._desk.document(record)
        mark = f"document:{unit.number}"
        keeper.begin(mark)
        try:
            with page_time_limit(self._page_timeout):
                return self._desk.document(record)
        finally:
            keeper.end(mark)

    def _read_page(self, document: Document, number: int, keeper: PageKeeper, last_try: bool) -> dict:
        try:
            keeper.begin(number)
            with page_time_limit(self._page_timeout):
                page = document.recognize(number)
        except LeaseLost:
            raise
        except OCRServiceError as error:
            if error.retryable and not last_try:
                keeper.end(number)
                raise
            page = failed_page(number, error)
        except Exception:
            if not last_try:
                keeper.end(number)
                raise
            log.exception("page failed on the last try", page=number)
            page = failed_page(number, PageFailed("The page could not be read."))
        keeper.end(number, page)
        _tell(page)
        return page

    def _end(self, record: JobRecord, unit: Unit, seconds: float) -> None:
        answer, others = patiently(lambda: self._queue.end_unit(unit, seconds))
        if answer == LOST:
            raise LeaseLost()
        if not record.is_probe:
            patiently(lambda: self._queue.observe(record.lane, seconds))
        if answer == LAST:
            self._gather(record, unit, others + seconds)

    def _gather(self, record: JobRecord, unit: Unit, seconds: float) -> None:
        """All pages are there: end the job with them. They may be more than this process can hold, and be its end."""
        keeper = PageKeeper(self._queue, unit)
        keeper.begin(GATHERING)
        try:
            pages = patiently(lambda: self._store.pages_done(record.id))
            self._complete(record, unit, list(pages.values()), seconds)
        except Exception:
            keeper.end(GATHERING)
            raise

    def _complete(self, record: JobRecord, unit: Unit, pages: list[dict], seconds: float) -> None:
        faults = [page["error"] for page in pages if not page["success"]]
        if record.kind == "image" and len(pages) == 1 and faults:
            self._fail(record, unit, faults[0])
            return
        result = summarize(pages, record.kind, self._ocr.engine_of(record.options), record.options, seconds)
        dead = any(fault["code"] in DEAD_LETTER_CODES for fault in faults)
        cacheable = not faults and not record.is_probe
        self._leave(record, lambda: self._queue.complete(unit, result, len(pages), cacheable, dead))
        log.info("job completed", pages=len(pages), failed_pages=len(faults), seconds=round(seconds, 3))

    def _retry_or_fail(self, record: JobRecord, unit: Unit, error: OCRServiceError, again: bool) -> None:
        self._desk.clear()
        if not again:
            self._fail(record, unit, {"code": error.code, "title": error.title, "detail": error.message})
            return
        delay = BACK_OFF[unit.tries - 1]
        if not patiently(lambda: self._queue.requeue(unit, "retrying", delay)):
            raise LeaseLost()
        self._enqueue(record.id, delay)
        log.info("unit will be tried again", attempt=unit.tries, delay=delay)

    def _fail(self, record: JobRecord, unit: Unit, error: dict) -> None:
        dead = error["code"] in DEAD_LETTER_CODES
        self._leave(record, lambda: self._queue.fail(unit, record, error, dead))
        log.warning("job ended in failure", code=error["code"], dead_letter=dead)

    def _leave(self, record: JobRecord, finish: Callable[[], int]) -> None:
        """End the job; its upload goes, unless it is kept for a dead letter."""
        self._desk.clear()
        answer = patiently(finish)
        if answer == 0:
            raise LeaseLost()
        if answer == 1:
            self._uploads.delete(record.upload)

    def _hand_back(self, record: JobRecord, unit: Unit) -> None:
        self._desk.clear()
        if patiently(lambda: self._queue.requeue(unit, "queued", tries_back=1)):
            self._enqueue(record.id, 0.0)
        log.info("unit handed back: the worker is stopping")


def _tell(page: dict) -> None:
    if page["success"]:
        tell = log.debug if page["source"] == "text_layer" else log.info
        tell("page done", page=page["page"], success=True, lines=len(page["lines"]))
    else:
        log.info("page done", page=page["page"], success=False, code=page["error"]["code"])

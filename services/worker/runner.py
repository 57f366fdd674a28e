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

from services.errors import DEAD_LETTER_CODES, JobNotFound, OCRServiceError, PageFailed, RetriesExhausted
from services.jobs.record import JobRecord
from services.jobs.store import JobStore
from services.jobs.unit_queue import LAST, LOST, Unit, UnitQueue
from services.jobs.units import pages_of
from services.ocr_service.document import Document, OCRService, failed_page, summarize
from services.redis_retry import retry_until_redis_is_back
from services.storage import Storage
from services.worker.lease import Lease, LeaseLost
from services.worker.open_document import OpenDocument
from services.worker.page_timeout import page_time_limit
from services.worker.page_writer import PageWriter
from services.worker.unit_telemetry import NullUnitTelemetry, UnitTelemetry

log = structlog.get_logger(__name__)

#: Seconds before each further try of a unit whose fault may pass.
BACK_OFF = (1, 2, 4)
#: How long past a page's time limit a unit may make no progress: by then the page's guard has ended the process.
STALLED_SECONDS = 60
#: What is begun when all pages are read and the result is made of them.
GATHERING = "result"


class HandedBack(Exception):
    """The worker is stopping: the unit goes back to the queue as it is."""


class UnitRunner:
    """Works in one worker process, on one unit at a time."""

    def __init__(
        self,
        store: JobStore,
        unit_queue: UnitQueue,
        storage: Storage,
        ocr: OCRService,
        send_ticket: Callable[[str, float], None],
        page_timeout: int,
        stopping: Callable[[], bool] = lambda: False,
        telemetry: UnitTelemetry | NullUnitTelemetry | None = None,
    ) -> None:
        self._store = store
        self._unit_queue = unit_queue
        self._storage = storage
        self._ocr = ocr
        self._open_document = OpenDocument(storage, ocr)
        self._send_ticket = send_ticket
        self._page_timeout = page_timeout
        self._stopping = stopping
        self._telemetry = telemetry or NullUnitTelemetry()

    def run(self) -> bool:
        """Take the unit whose turn it is and bring it as far as it goes. False when there was none."""
        token = uuid.uuid4().hex
        unit = retry_until_redis_is_back(lambda: self._unit_queue.take(token))
        if unit is None:
            return False
        try:
            record = retry_until_redis_is_back(lambda: self._store.get(unit.job_id, hidden=True))
        except JobNotFound:  # deleted in this very moment
            return True
        context = bound_contextvars(job_id=record.id, request_id=record.request_id)
        with context, Lease(self._unit_queue, unit, self._page_timeout + STALLED_SECONDS) as lease:
            log.info("unit started", unit=unit.number, units=record.units, attempt=unit.tries, kind=record.kind)
            try:
                with self._telemetry.unit(record, unit):
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
        keeper = PageWriter(self._unit_queue, unit)
        document = self._opened(record, unit, keeper)
        numbers = pages_of(unit.number, record.units, document.page_numbers)
        done = (
            retry_until_redis_is_back(lambda: self._store.pages_done(record.id, numbers)) if record.pages_done else {}
        )
        for number in numbers:
            if number not in done:
                if self._stopping():
                    keeper.flush()
                    raise HandedBack()
                lease.progress()
                with self._telemetry.page(record, number) as seen:
                    seen.update(self._read_page(document, number, keeper, last_try))
        keeper.flush()

    def _opened(self, record: JobRecord, unit: Unit, keeper: PageWriter) -> Document:
        if self._open_document.has(record):
            return self._open_document.document(record)
        mark = f"document:{unit.number}"
        keeper.begin(mark)
        try:
            with page_time_limit(self._page_timeout):
                return self._open_document.document(record)
        finally:
            keeper.end(mark)

    def _read_page(self, document: Document, number: int, keeper: PageWriter, last_try: bool) -> dict:
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
            page = failed_page(number, PageFailed())
        keeper.end(number, page)
        _tell(page)
        return page

    def _end(self, record: JobRecord, unit: Unit, seconds: float) -> None:
        answer, others = retry_until_redis_is_back(lambda: self._unit_queue.end_unit(unit, seconds))
        if answer == LOST:
            raise LeaseLost()
        if not record.is_probe:
            retry_until_redis_is_back(lambda: self._unit_queue.record_pace(record.lane, seconds))
        if answer == LAST:
            self._gather(record, unit, others + seconds)

    def _gather(self, record: JobRecord, unit: Unit, seconds: float) -> None:
        """All pages are there: end the job with them. They may be more than this process can hold, and be its end."""
        keeper = PageWriter(self._unit_queue, unit)
        keeper.begin(GATHERING)
        try:
            pages = retry_until_redis_is_back(lambda: self._store.pages_done(record.id))
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
        self._leave(record, lambda: self._unit_queue.complete(unit, result, len(pages), cacheable, dead))
        log.info("job completed", pages=len(pages), failed_pages=len(faults), seconds=round(seconds, 3))

    def _retry_or_fail(self, record: JobRecord, unit: Unit, error: OCRServiceError, again: bool) -> None:
        self._open_document.clear()
        if not again:
            self._fail(record, unit, error.as_dict())
            return
        delay = BACK_OFF[unit.tries - 1]
        if not retry_until_redis_is_back(lambda: self._unit_queue.requeue(unit, "retrying", delay)):
            raise LeaseLost()
        self._send_ticket(record.id, delay)
        log.info("unit will be tried again", attempt=unit.tries, delay=delay)

    def _fail(self, record: JobRecord, unit: Unit, error: dict) -> None:
        dead = error["code"] in DEAD_LETTER_CODES
        self._leave(record, lambda: self._unit_queue.fail(unit, record, error, dead))
        log.warning("job ended in failure", code=error["code"], dead_letter=dead)

    def _leave(self, record: JobRecord, finish: Callable[[], int]) -> None:
        """End the job; its upload goes, unless it is kept for a dead letter."""
        self._open_document.clear()
        answer = retry_until_redis_is_back(finish)
        if answer == 0:
            raise LeaseLost()
        if answer == 1:
            self._storage.delete(record.upload)

    def _hand_back(self, record: JobRecord, unit: Unit) -> None:
        self._open_document.clear()
        if retry_until_redis_is_back(lambda: self._unit_queue.requeue(unit, "queued", tries_back=1)):
            self._send_ticket(record.id, 0.0)
        log.info("unit handed back: the worker is stopping")


def _tell(page: dict) -> None:
    if page["success"]:
        tell = log.debug if page["source"] == "text_layer" else log.info
        tell("page done", page=page["page"], success=True, lines=len(page["lines"]))
    else:
        log.info("page done", page=page["page"], success=False, code=page["error"]["code"])

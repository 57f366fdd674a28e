"""Processes one unit of a job: takes it, reads its pages and, if it is the job's last unit, ends the job.

Every step can be repeated safely. Pages are stored as they are read and not read again. All writes carry the token of
the lease, so a worker that lost its unit cannot change anything.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars

from services.errors import (
    DEAD_LETTER_CODES,
    JobNotFound,
    OCRServiceError,
    PageCrashed,
    PageFailed,
    RedisUnavailable,
    RetriesExhausted,
)
from services.jobs.passwords import open_password
from services.jobs.record import QUEUED, RETRYING, JobRecord
from services.jobs.result_body import pack_json, pack_result, unpack
from services.jobs.sealed_text import Sealer
from services.jobs.store import JobStore
from services.jobs.unit_queue import LAST, LOST, Unit, UnitQueue
from services.jobs.units import pages_of
from services.ocr_service.document import Document, OCRService
from services.ocr_service.result_document import ResultDocument, failed_page
from services.ocr_service.result_limits import page_as_json
from services.redis_retry import retry_until_redis_is_back
from services.storage import Storage
from services.worker.lease import Lease, LeaseLost
from services.worker.open_document import OpenDocument
from services.worker.output_writer import OutputCreator, OutputWriter
from services.worker.page_timeout import PutAside, page_time_limit
from services.worker.page_writer import PageWriter
from services.worker.unit_telemetry import UnitTelemetry

log = structlog.get_logger(__name__)

#: Seconds before each retry of a unit that failed with a temporary error.
RETRY_DELAYS = (1, 2, 4)
#: If a unit makes no progress for this many seconds past the page's time limit, its lease is no longer renewed.
#: `page_time_limit` should have ended the process by then.
STALLED_SECONDS = 60
#: The steps that build the result and the other files from the stored pages.
RESULT_STEP, OUTPUT_STEP = "result", "outputs"


class WorkerStopping(Exception):
    """The worker is stopping: the unit goes back to the queue."""


@dataclass(eq=False)
class UnitRunner:
    """Processes one unit at a time in a worker process."""

    store: JobStore
    unit_queue: UnitQueue
    storage: Storage
    ocr: OCRService
    outputs: OutputCreator
    send_ticket: Callable[[str, float], None]
    page_timeout: int
    stopping: Callable[[], bool]
    telemetry: UnitTelemetry
    sealer: Sealer

    def __post_init__(self) -> None:
        self._open_document = OpenDocument(self.storage, self.ocr)
        self._output_writer = OutputWriter(self.store, self.unit_queue, self.storage, self.outputs, self.page_timeout)

    def run(self) -> bool:
        """Take the next unit and process it. Returns False if no unit was ready."""
        self.ocr.prepare()
        token = uuid.uuid4().hex
        unit = retry_until_redis_is_back(lambda: self.unit_queue.take(token))
        if unit is None:
            return False
        try:
            record = retry_until_redis_is_back(lambda: self.store.get(unit.job_id, hidden=True))
        except JobNotFound:  # deleted since the unit was taken
            return True
        context = bound_contextvars(job_id=record.id, request_id=record.request_id)
        with context, Lease(self.unit_queue, unit, self.page_timeout + STALLED_SECONDS) as lease:
            log.info("unit started", unit=unit.number, units=record.units, attempt=unit.tries, kind=record.kind)
            try:
                with self.telemetry.unit(record, unit):
                    self._process(record, unit, lease)
            except LeaseLost:
                log.warning("unit lost: another worker took it, or its job was cancelled")
            except WorkerStopping:
                self._return_unit(record, unit)
            except PutAside as put_aside:
                self._put_aside(record, unit, put_aside.seconds)
        if unit.heavy:
            self.send_ticket(record.id, 0.0)  # another one may have waited for this one's place
        return True

    def _process(self, record: JobRecord, unit: Unit, lease: Lease) -> None:
        started = time.monotonic()
        last_try = unit.tries > len(RETRY_DELAYS)
        try:
            record = open_password(record, self.sealer)
            self._read_pages(record, unit, lease, last_try)
            self._finish_unit(record, unit, time.monotonic() - started, lease.report_progress)
        except (LeaseLost, WorkerStopping, PutAside):
            raise
        except OCRServiceError as error:
            log.warning("unit failed", code=error.code, retryable=error.retryable, exc_info=error.retryable)
            self._retry_or_fail(record, unit, error, error.retryable and not last_try)
        except Exception:
            log.exception("unit failed unexpectedly", attempt=unit.tries)
            self._retry_or_fail(record, unit, RetriesExhausted(), not last_try)

    def _read_pages(self, record: JobRecord, unit: Unit, lease: Lease, last_try: bool) -> None:
        """Read the pages of the unit that are not stored yet."""
        writer = PageWriter(self.unit_queue, unit)
        document = self._open(record, unit, writer)
        numbers = pages_of(unit.number, record.units, document.page_numbers)
        stored: list[int] = []
        if record.pages_done:
            stored = retry_until_redis_is_back(lambda: self.store.page_numbers_done(record.id))
        for number in numbers:
            if number not in stored:
                if self.stopping():
                    writer.flush()
                    raise WorkerStopping()
                lease.report_progress()
                with self.telemetry.page(record, number) as page:
                    page.update(self._read_page(document, number, writer, last_try))
        writer.flush()

    def _open(self, record: JobRecord, unit: Unit, writer: PageWriter) -> Document:
        if document := self._open_document.get(record):
            return document
        step = f"document:{unit.number}"
        self.ocr.prepare()
        writer.start(step)
        try:
            with page_time_limit(self.page_timeout, partial(self._make_way, unit)):
                return self._open_document.open(record)
        finally:
            writer.finish(step)

    def _read_page(self, document: Document, number: int, writer: PageWriter, last_try: bool) -> dict[str, Any]:
        """Returns the stored result of the page. An error that a retry of the unit may solve is raised instead."""
        packed = b""
        self.ocr.prepare()
        try:
            writer.start(number)
            with page_time_limit(self.page_timeout, partial(self._make_way, writer.unit)):
                page = document.recognize(number)
                packed = pack_json(page_as_json(page))
        except LeaseLost:
            raise
        except PutAside:
            writer.finish(number)
            raise
        except OCRServiceError as error:
            if error.retryable and not last_try:
                writer.finish(number)
                raise
            page = failed_page(number, error)
        except Exception:
            if not last_try:
                writer.finish(number)
                raise
            log.exception("page failed on the last try", page=number)
            page = failed_page(number, PageFailed())
        writer.finish(number, page, packed)
        _log_page(page)
        return page

    def _finish_unit(self, record: JobRecord, unit: Unit, seconds: float, progress: Callable[[], None]) -> None:
        outcome, other_seconds = retry_until_redis_is_back(lambda: self.unit_queue.end_unit(unit, seconds))
        if outcome == LOST:
            raise LeaseLost()
        if not record.is_probe:
            retry_until_redis_is_back(lambda: self.unit_queue.record_pace(record.lane, seconds, unit.heavy))
        if outcome == LAST:
            self._finish_job(record, unit, other_seconds + seconds, progress)

    def _finish_job(self, record: JobRecord, unit: Unit, seconds: float, progress: Callable[[], None]) -> None:
        """Build the result from all pages. This is a step of its own, because a huge result may crash the process."""
        writer = PageWriter(self.unit_queue, unit)
        numbers = retry_until_redis_is_back(lambda: self.store.page_numbers_done(record.id))
        if record.options.outputs:
            self._write_outputs(record, unit, writer, numbers, progress)
        writer.start(RESULT_STEP)
        try:
            engine = self.ocr.engine_of(record.options)
            document = ResultDocument(record.kind, len(numbers), engine, record.options, seconds)
            body = retry_until_redis_is_back(lambda: self._packed_result(record, document, numbers))
            self._complete(record, unit, document, body)
        except Exception:
            writer.finish(RESULT_STEP)
            raise

    def _write_outputs(
        self, record: JobRecord, unit: Unit, writer: PageWriter, numbers: list[int], progress: Callable[[], None]
    ) -> None:
        """A file that crashes the worker twice is left out."""
        try:
            writer.start(OUTPUT_STEP)
        except PageCrashed:
            log.error("outputs left out: they crashed the worker")
            return
        try:
            self._output_writer.write(record, unit, numbers, progress)
        finally:
            writer.finish(OUTPUT_STEP)

    def _packed_result(self, record: JobRecord, document: ResultDocument, numbers: list[int]) -> bytes:
        document.errors.clear()  # of an attempt during which Redis was lost
        pages = (unpack(packed) for _, packed in self.store.packed_pages(record.id, numbers))
        return pack_result(document.parts(pages))

    def _complete(self, record: JobRecord, unit: Unit, document: ResultDocument, body: bytes) -> None:
        errors, pages = document.errors, document.page_count
        if record.kind == "image" and pages == 1 and errors:
            self._fail(record, unit, errors[0])
            return
        dead_letter = any(error["code"] in DEAD_LETTER_CODES for error in errors)
        cacheable = not errors and not record.is_probe
        self._end_job(record, lambda: self.unit_queue.complete(unit, body, pages, cacheable, dead_letter))
        log.info("job completed", pages=pages, failed_pages=len(errors), seconds=round(document.seconds, 3))

    def _retry_or_fail(self, record: JobRecord, unit: Unit, error: OCRServiceError, retry: bool) -> None:
        self._open_document.close()
        if not retry:
            self._fail(record, unit, error.as_dict())
            return
        delay = RETRY_DELAYS[unit.tries - 1]
        if not retry_until_redis_is_back(lambda: self.unit_queue.requeue(unit, RETRYING, delay)):
            raise LeaseLost()
        self.send_ticket(record.id, delay)
        log.info("unit will be retried", attempt=unit.tries, delay=delay)

    def _fail(self, record: JobRecord, unit: Unit, error: dict[str, str]) -> None:
        dead_letter = error["code"] in DEAD_LETTER_CODES
        self._end_job(record, lambda: self.unit_queue.fail(unit, record, error, dead_letter))
        log.warning("job failed", code=error["code"], dead_letter=dead_letter)

    def _end_job(self, record: JobRecord, end: Callable[[], int]) -> None:
        """End the job and delete its upload. The upload of a dead letter is kept for a replay."""
        self._open_document.close()
        outcome = retry_until_redis_is_back(end)
        if outcome == 0:
            raise LeaseLost()
        if outcome == 1:
            self.storage.delete(record.upload)

    def _return_unit(self, record: JobRecord, unit: Unit) -> None:
        self._open_document.close()
        if retry_until_redis_is_back(lambda: self.unit_queue.requeue(unit, QUEUED, tries_back=1)):
            self.send_ticket(record.id, 0.0)
        log.info("unit returned to the queue: the worker is stopping")

    def _put_aside(self, record: JobRecord, unit: Unit, seconds: float) -> None:
        self._open_document.close()
        if retry_until_redis_is_back(lambda: self.unit_queue.put_aside(unit, seconds)):
            self.send_ticket(record.id, 0.0)
        log.info("unit put aside: short jobs of others wait", attempt=unit.tries)

    def _make_way(self, unit: Unit, seconds: float) -> bool:
        """Called by a signal, in the middle of a page: it must not wait for Redis, and not log."""
        try:
            return self.unit_queue.make_way(unit, seconds)
        except RedisUnavailable:
            return False


def _log_page(page: dict[str, Any]) -> None:
    if page["success"]:
        write = log.debug if page["source"] == "text_layer" else log.info
        write("page done", page=page["page"], success=True, lines=len(page["lines"]))
    else:
        log.info("page done", page=page["page"], success=False, code=page["error"]["code"])

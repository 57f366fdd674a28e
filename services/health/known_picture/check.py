"""Checks the OCR itself: a picture with known text goes through the queue to a worker, like any job.

The job belongs to no client. It fills no cache and is not counted. At most one is in the queue of the whole service,
however many clients ask. A report is reused for a few seconds.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

from services import keys
from services.errors import JobNotFound, RedisUnavailable
from services.health.known_picture.quality import ACCEPTABLE_SECONDS, QualityReport, grade_result, low_quality
from services.health.worker_registry import WorkerRegistry
from services.jobs.record import COMPLETED, PROBE_OWNER, PROCESSING, JobRecord, new_job_id
from services.jobs.store import JobStore
from services.jobs.unit_queue import UnitQueue
from services.ocr_service.options import DocumentOptions
from services.redis_service import RedisService
from services.storage import Storage

PICTURE = Path(__file__).with_name("known_picture.png")
#: Maximum number of seconds to wait for a result.
WAIT_SECONDS = ACCEPTABLE_SECONDS
#: Seconds for which a report is reused, and for which it is remembered as the last one.
FRESH_SECONDS, LAST_SECONDS = 5, 600
#: Requests per process that may wait for a result at the same time. Each of them occupies a thread.
MAX_WAITING = 8
#: Seconds between two looks at the job while a request waits.
POLL_SECONDS = 0.1

#: Redis keys: the reusable report, the last report, the id of the job in progress.
FRESH, LAST, PENDING = keys.KNOWN_PICTURE_FRESH, keys.KNOWN_PICTURE_LAST, keys.KNOWN_PICTURE_JOB
PENDING_SECONDS = 3600


class KnownPictureCheck:
    """Submits the picture as a job and grades the result."""

    def __init__(
        self,
        redis: RedisService,
        store: JobStore,
        unit_queue: UnitQueue,
        storage: Storage,
        worker_registry: WorkerRegistry,
        send_ticket: Callable[[str, float], None],
        lang: str,
    ) -> None:
        self._redis = redis
        self._store = store
        self._unit_queue = unit_queue
        self._storage = storage
        self._worker_registry = worker_registry
        self._send_ticket = send_ticket
        self._options = DocumentOptions(lang=lang, dpi=300)
        self._waiting = threading.BoundedSemaphore(MAX_WAITING)
        self._closing = threading.Event()

    def check(self) -> QualityReport:
        """The last report if it is fresh, otherwise a new one. Without Redis it is low. Raises StorageUnavailable."""
        try:
            return self._load(FRESH) or self._run()
        except RedisUnavailable as error:
            return low_quality(error.message)

    def last_quality(self) -> str | None:
        """The quality of the last report, None if it is too old. Raises RedisUnavailable."""
        last = self._load(LAST)
        return last.quality if last else None

    def stop_waiting(self) -> None:
        """This process is about to end: requests that wait get the last report."""
        self._closing.set()

    def _run(self) -> QualityReport:
        if not self._waiting.acquire(blocking=False):
            return self._last_report()
        started = time.monotonic()
        try:
            record = self._wait_for(self._job(), started + WAIT_SECONDS)
        except JobNotFound:
            self._clear_pending()
            return self._last_report()
        finally:
            self._waiting.release()
        if not record.ended and time.monotonic() - started < WAIT_SECONDS - 0.1:
            return self._last_report()  # stop_waiting() was called
        report = self._grade(record)
        self._save(report)
        if record.ended:
            self._clear_pending()
        return report

    def _wait_for(self, record: JobRecord, deadline: float) -> JobRecord:
        """The record when the job has ended, at the deadline, or when this process is about to end."""
        while not record.ended and time.monotonic() < deadline and not self._closing.wait(POLL_SECONDS):
            record = self._store.get(record.id)
        return record

    def _job(self) -> JobRecord:
        """The job in progress, or a new one."""
        job_id = new_job_id()
        with self._redis.guard() as client:
            if not client.set(PENDING, job_id, nx=True, ex=PENDING_SECONDS):
                return self._job_of_another_process((client.get(PENDING) or b"").decode())
        record = self._store.submit(self._new_record(job_id)).record
        self._send_ticket(job_id, 0.0)
        return record

    def _new_record(self, job_id: str) -> JobRecord:
        content = PICTURE.read_bytes()
        with closing(self._storage.receive()) as incoming:
            incoming.write(content)
            upload = self._storage.save(incoming)
        return JobRecord(
            id=job_id,
            owner=PROBE_OWNER,
            status=PROCESSING,
            stage="queued",
            kind="image",
            filename=PICTURE.name,
            file_size=len(content),
            options=self._options,
            upload=upload,
            cache_key=f"known-picture:{job_id}",
            request_id=f"known-picture:{job_id}",
            pages_total=1,
        )

    def _job_of_another_process(self, job_id: str) -> JobRecord:
        """Its record is stored a moment after the pending id. Raises JobNotFound."""
        for _ in range(20):
            try:
                return self._store.get(job_id)
            except JobNotFound:
                time.sleep(0.05)
        return self._store.get(job_id)

    def _grade(self, record: JobRecord) -> QualityReport:
        counts = self._unit_queue.counts()
        waiting, workers = counts["waiting"], self._worker_registry.count()
        result = self._store.result(record.id) if record.status == COMPLETED else None
        if record.finished_at is None:
            why = "the queue is long" if workers else f"no worker is alive, and {waiting} jobs wait"
            report = low_quality(f"The picture was not read within {WAIT_SECONDS:.0f} s: {why}.")
        elif result is None:
            report = low_quality(record.error.get("detail", "The result of the check no longer exists."))
        else:
            report = grade_result(result, record.finished_at - record.created_at)
        load = round((waiting + counts["running"]) / workers, 2) if workers else None
        return replace(report, queue_depth=waiting, load=load)

    def _last_report(self) -> QualityReport:
        return self._load(LAST) or low_quality("The picture is being read. Ask again in a few seconds.")

    def _save(self, report: QualityReport) -> None:
        body = json.dumps(asdict(report))
        with self._redis.guard() as client:
            client.pipeline().set(FRESH, body, ex=FRESH_SECONDS).set(LAST, body, ex=LAST_SECONDS).execute()

    def _load(self, key: str) -> QualityReport | None:
        with self._redis.guard() as client:
            body = client.get(key)
        return QualityReport(**json.loads(body)) if body else None

    def _clear_pending(self) -> None:
        with self._redis.guard() as client:
            client.delete(PENDING)

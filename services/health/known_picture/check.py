"""Checks the OCR itself: a picture with known text goes through the queue to a worker, like any job.

The job belongs to no client. It fills no cache and is not counted. At most one is in the queue of the whole service,
however many clients ask. A report is reused for a few seconds.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from services import keys
from services.errors import JobNotFound, RedisUnavailable
from services.health.known_picture.quality import ACCEPTABLE_SECONDS, QualityReport, grade_result, low_quality
from services.health.worker_registry import WorkerRegistry
from services.jobs.record import COMPLETED, PROBE_OWNER, JobRecord, new_job_id
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
#: Seconds between two reads of the job while a request waits.
POLL_SECONDS = 0.1

#: Redis keys: the reusable report, the last report, the id of the job in progress.
FRESH, LAST, PENDING = keys.KNOWN_PICTURE_FRESH, keys.KNOWN_PICTURE_LAST, keys.KNOWN_PICTURE_JOB
PENDING_SECONDS = 3600


@dataclass(eq=False)
class KnownPictureCheck:
    """Submits the picture as a job and grades the result."""

    redis: RedisService
    store: JobStore
    unit_queue: UnitQueue
    storage: Storage
    worker_registry: WorkerRegistry
    send_ticket: Callable[[str, float], None]
    lang: str
    _waiting: threading.BoundedSemaphore = field(
        init=False, default_factory=lambda: threading.BoundedSemaphore(MAX_WAITING)
    )
    _closing: threading.Event = field(init=False, default_factory=threading.Event)

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
        deadline = time.monotonic() + WAIT_SECONDS
        try:
            record = self._job()
            while not record.ended and time.monotonic() < deadline and not self._closing.wait(POLL_SECONDS):
                record = self.store.get(record.id)
        except JobNotFound:
            self._clear_pending()
            return self._last_report()
        finally:
            self._waiting.release()
        if not record.ended and self._closing.is_set():
            return self._last_report()
        report = self._grade(record)
        body = json.dumps(asdict(report))
        self.redis.client.pipeline().set(FRESH, body, ex=FRESH_SECONDS).set(LAST, body, ex=LAST_SECONDS).execute()
        if record.ended:
            self._clear_pending()
        return report

    def _job(self) -> JobRecord:
        """The job in progress, or a new one."""
        job_id = new_job_id()
        if not self.redis.client.set(PENDING, job_id, nx=True, ex=PENDING_SECONDS):
            return self._job_of_another_process((self.redis.client.get(PENDING) or b"").decode())
        content = PICTURE.read_bytes()
        with closing(self.storage.receive()) as incoming:
            incoming.write(content)
            upload = self.storage.save(incoming)
        record = JobRecord(
            id=job_id,
            owner=PROBE_OWNER,
            filename=PICTURE.name,
            options=DocumentOptions(lang=self.lang, dpi=300),
            request_id=f"known-picture:{job_id}",
            kind="image",
            file_size=len(content),
            upload=upload,
            cache_key=f"known-picture:{job_id}",
            pages_total=1,
        )
        record = self.store.submit(record).record
        self.send_ticket(job_id, 0.0)
        return record

    def _job_of_another_process(self, job_id: str) -> JobRecord:
        """Its record is stored a moment after the pending id. Raises JobNotFound."""
        for _ in range(20):
            with suppress(JobNotFound):
                return self.store.get(job_id)
            time.sleep(0.05)
        return self.store.get(job_id)

    def _grade(self, record: JobRecord) -> QualityReport:
        counts = self.unit_queue.counts()
        waiting, workers = counts["waiting"], self.worker_registry.count()
        result = self.store.result(record.id) if record.status == COMPLETED else None
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

    def _load(self, key: str) -> QualityReport | None:
        body = self.redis.client.get(key)
        return QualityReport(**json.loads(body)) if body else None

    def _clear_pending(self) -> None:
        self.redis.client.delete(PENDING)

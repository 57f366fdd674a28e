"""Is the OCR itself good? A picture whose text is known goes through the queue to a worker, like any job.

It is nobody's job: it fills no cache, is not counted, and no more than one of it is in the queue of the whole service,
however many ask. The answer is used again for a few seconds.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from services import keys
from services.errors import JobNotFound, RedisUnavailable
from services.health.known_picture.quality import ACCEPTABLE_SECONDS, Reading, judge, low
from services.health.worker_registry import WorkerRegistry
from services.jobs.record import COMPLETED, PROBE_OWNER, PROCESSING, JobRecord, new_job_id
from services.jobs.store import JobStore
from services.jobs.unit_queue import UnitQueue
from services.ocr_service.options import DocumentOptions
from services.redis_service import RedisService
from services.storage import Storage

PICTURE = Path(__file__).with_name("known_picture.png")
#: An answer that comes later than this is not waited for.
WAIT_SECONDS = ACCEPTABLE_SECONDS
#: How long an answer is used again, and how long it is known as the last one.
FRESH_SECONDS, KNOWN_SECONDS = 5, 600
#: Requests of one process that may wait for a reading at a time; each of them holds a thread.
MOST_WAITING = 8
#: Whoever waits for a reading looks at its job so often.
LOOK_SECONDS = 0.1

FRESH, LAST, PENDING = keys.KNOWN_PICTURE_FRESH, keys.KNOWN_PICTURE_LAST, keys.KNOWN_PICTURE_JOB
PENDING_SECONDS = 3600


class KnownPictureCheck:
    """Has the picture read, and judges the reading."""

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
        self._waiting = threading.BoundedSemaphore(MOST_WAITING)
        self._closing = threading.Event()

    def check(self) -> Reading:
        """The last reading where it is fresh, or a new one. Raises StorageUnavailable; without Redis it is low."""
        try:
            return self._stored(FRESH) or self._read()
        except RedisUnavailable as error:
            return low(error.message)

    def last_quality(self) -> str | None:
        """Of the last reading, if there was one lately. Raises RedisUnavailable."""
        last = self._stored(LAST)
        return last.quality if last else None

    def _read(self) -> Reading:
        if not self._waiting.acquire(blocking=False):
            return self._meanwhile()
        started = time.monotonic()
        try:
            record = self._watch(self._job(), started + WAIT_SECONDS)
        except JobNotFound:
            self._forget()
            return self._meanwhile()
        finally:
            self._waiting.release()
        if not record.ended and time.monotonic() - started < WAIT_SECONDS - 0.1:
            return self._meanwhile()  # this process is about to end
        return self._keep(self._judged(record), record)

    def _watch(self, record: JobRecord, deadline: float) -> JobRecord:
        """The record once the job has ended; as it is at the deadline, or when this process ends."""
        while not record.ended and time.monotonic() < deadline and not self._closing.wait(LOOK_SECONDS):
            record = self._store.get(record.id)
        return record

    def stop_waiting(self) -> None:
        """This process is to end: whoever waits for a reading is told what is known."""
        self._closing.set()

    def _job(self) -> JobRecord:
        """The job that is under way, or a new one."""
        job_id = new_job_id()
        with self._redis.guard() as client:
            if not client.set(PENDING, job_id, nx=True, ex=PENDING_SECONDS):
                return self._appearing((client.get(PENDING) or b"").decode())
        content = PICTURE.read_bytes()
        with closing(self._storage.receive()) as incoming:
            incoming.write(content)
            upload = self._storage.keep(incoming)
        record = JobRecord(
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
        stored = self._store.submit(record).record
        self._send_ticket(job_id, 0.0)
        return stored

    def _appearing(self, job_id: str) -> JobRecord:
        """A job that another process has announced: its record follows in a moment. Raises JobNotFound."""
        for _ in range(20):
            try:
                return self._store.get(job_id)
            except JobNotFound:
                time.sleep(0.05)
        return self._store.get(job_id)

    def _judged(self, record: JobRecord) -> Reading:
        counts = self._unit_queue.counts()
        workers = self._worker_registry.count()
        known = {
            "queue_depth": counts["waiting"],
            "load": round((counts["waiting"] + counts["running"]) / workers, 2) if workers else None,
        }
        if not record.ended:
            why = f"no worker is alive, and {counts['waiting']} jobs wait" if not workers else "the queue is long"
            return low(f"The picture was not read within {WAIT_SECONDS:.0f} s: {why}.", **known)
        result = self._store.result(record.id) if record.status == COMPLETED else None
        if result is None:
            return low(record.error.get("detail", "The result of the reading is gone."), **known)
        return judge(result, record.finished_at - record.created_at, **known)

    def _keep(self, reading: Reading, record: JobRecord) -> Reading:
        body = json.dumps(asdict(reading))
        with self._redis.guard() as client:
            client.pipeline().set(FRESH, body, ex=FRESH_SECONDS).set(LAST, body, ex=KNOWN_SECONDS).execute()
        if record.ended:
            self._forget()
        return reading

    def _forget(self) -> None:
        with self._redis.guard() as client:
            client.delete(PENDING)

    def _meanwhile(self) -> Reading:
        """For whom nothing can be found out now: what is known already."""
        return self._stored(LAST) or low("The picture is being read. Ask again in a few seconds.")

    def _stored(self, key: str) -> Reading | None:
        with self._redis.guard() as client:
            body = client.get(key)
        return Reading(**json.loads(body)) if body else None

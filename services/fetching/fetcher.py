"""Fetches the files of jobs until each has arrived: a thread in each worker's parent process, any number in a cluster.

A slow server takes a thread here, not a process that reads pages. Every step can be repeated: if this process dies,
another one fetches the file again.
"""

from __future__ import annotations

import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from typing import BinaryIO, cast

import structlog
from structlog.contextvars import bound_contextvars
from urllib3.util import parse_url

from services.errors import FetchFailed, JobNotFound, OCRServiceError, RedisUnavailable, ServiceUnavailable
from services.fetching.download import Downloader
from services.fetching.queue import FetchQueue
from services.jobs.record import AWAITING_UPLOAD, JobRecord
from services.jobs.sealed_text import BrokenSeal, Sealer
from services.jobs.store import JobStore
from services.storage import Storage
from services.uploads.arrivals import CLAIM_SECONDS, Arrivals
from services.webhooks.call_slots import CallSlots, ConcurrencyLimits

log = structlog.get_logger(__name__)

#: Seconds between two searches for files to fetch.
POLL_SECONDS = 0.2
#: Seconds until the next attempt if a limit or a failure of this service was in the way.
BUSY_SECONDS, FAILURE_SECONDS = 0.5, 5.0


@dataclass(eq=False)
class Fetcher:
    """`start()` works in a thread until `stop()`. Each file is fetched in a thread of its own."""

    queue: FetchQueue
    store: JobStore
    storage: Storage
    arrivals: Arrivals
    downloader: Downloader
    sealer: Sealer
    #: Bytes of the largest file.
    max_bytes: int
    limits: ConcurrencyLimits = ConcurrencyLimits(total=8, per_host=4, per_owner=4)
    _stopped: threading.Event = field(init=False, default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._slots = CallSlots(self.limits)

    def start(self) -> None:
        threading.Thread(target=self._run, name="fetcher", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                if self.round():
                    continue
            except RedisUnavailable:
                pass
            except Exception:
                log.exception("fetch round failed")
            self._stopped.wait(POLL_SECONDS)

    def round(self) -> bool:
        """Start to fetch the files that are due, up to the limit. False if none was started."""
        free = self._slots.free
        started = False
        for job_id in self.queue.take(free) if free > 0 else []:
            try:
                record = self.store.get(job_id)
            except JobNotFound:
                continue
            started |= record.status == AWAITING_UPLOAD and self._start(record)
        return started

    def _start(self, record: JobRecord) -> bool:
        try:
            url = self.sealer.open(record.source, record.id)
        except BrokenSeal:
            self.arrivals.reject(record, FetchFailed("The URL can no longer be read. Send it again."))
            return False
        host = parse_url(url).host or ""
        if not self._slots.acquire(host, record.owner):
            self.queue.postpone(record.id, BUSY_SECONDS)
            return False
        threading.Thread(target=self._fetch, args=(record, url, host), name="fetch", daemon=True).start()
        return True

    def _fetch(self, record: JobRecord, url: str, host: str) -> None:
        with bound_contextvars(job_id=record.id, request_id=record.request_id, host=host):
            try:
                if self._store(record, url):
                    self.queue.finish(record.id)
                    self.arrivals.start_job_and_log_errors(record.id)
            except ServiceUnavailable:
                log.warning("file could not be stored: it will be fetched again", exc_info=True)
                self._postpone(record)
            except OCRServiceError as error:
                log.info("file not fetched", code=error.code, reason=error.message)
                self._reject(record, error)
            except Exception:
                log.exception("fetch failed unexpectedly")
                self._postpone(record)
            finally:
                self._slots.release(host, record.owner)

    def _store(self, record: JobRecord, url: str) -> bool:
        """Store the file as if it had been uploaded. False if the job no longer awaits it."""
        started = time.monotonic()
        with closing(self.storage.receive()) as incoming:
            self.downloader.download(url, cast(BinaryIO, incoming), record.max_file_size or self.max_bytes)
            size = incoming.size()
            if not self.queue.announce_size(record.id, size):
                return False
            self.store.claim_arrival(record.id, CLAIM_SECONDS)
            self.storage.save(incoming, self.storage.announced_key(record.id))
        log.info("file fetched", file_size=size, seconds=round(time.monotonic() - started, 3))
        return True

    def _postpone(self, record: JobRecord) -> None:
        try:
            self.queue.postpone(record.id, FAILURE_SECONDS)
        except RedisUnavailable:
            pass  # the lease ends, and then the file is due again

    def _reject(self, record: JobRecord, error: OCRServiceError) -> None:
        try:
            self.arrivals.reject(record, error)
            self.queue.finish(record.id)
        except ServiceUnavailable:
            pass  # the lease ends, and then the file is due again

"""A worker's hold on a job, renewed in the background while the job runs."""

from __future__ import annotations

import threading

from services.errors import RedisUnavailable
from services.job_store import LEASE_SECONDS, JobStore


class LeaseLost(Exception):
    """Another worker has the job now, or it has ended: nothing this one does counts any more."""


class Lease:
    """Context manager around one claimed job. `check()` raises LeaseLost once the hold is gone.

    A Redis outage alone does not lose the lease: only Redis itself can say that somebody else took the job.
    """

    def __init__(self, store: JobStore, job_id: str, token: str) -> None:
        self._store = store
        self._job_id = job_id
        self.token = token
        self._lost = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)

    def __enter__(self) -> Lease:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._ended.set()
        self._thread.join()

    def check(self) -> None:
        if self._lost.is_set():
            raise LeaseLost()

    def _renew(self) -> None:
        while not self._ended.wait(LEASE_SECONDS / 3):
            try:
                if not self._store.renew(self._job_id, self.token):
                    self._lost.set()
                    return
            except RedisUnavailable:
                continue

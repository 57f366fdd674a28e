"""A worker's lease on a unit, renewed in a background thread while the unit is processed."""

from __future__ import annotations

import threading
import time

from services.errors import RedisUnavailable
from services.jobs.unit_queue import Unit, UnitQueue
from services.keys import SHARED


class LeaseLost(Exception):
    """Another worker has the unit, or the job has ended. This worker must not write anything more."""


class Lease:
    """Context manager around the processing of one unit.

    A Redis outage alone does not lose the lease: only Redis can report that another worker took the unit. If the worker
    makes no progress for `stalled_after` seconds, the lease is no longer renewed, so that another worker can try.
    """

    def __init__(self, unit_queue: UnitQueue, unit: Unit, stalled_after: float = float("inf")) -> None:
        self._unit_queue = unit_queue
        self._unit = unit
        self._stalled_after = stalled_after
        self._last_progress = time.monotonic()
        self._lost = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)

    def __enter__(self) -> Lease:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._ended.set()
        self._thread.join()

    def report_progress(self) -> None:
        """Call before each page. Raises LeaseLost."""
        self._last_progress = time.monotonic()
        if self._lost.is_set():
            raise LeaseLost()

    def _renew(self) -> None:
        while not self._ended.wait(SHARED.lease_renew_seconds):
            if time.monotonic() - self._last_progress > self._stalled_after:
                return
            try:
                if not self._unit_queue.renew(self._unit):
                    self._lost.set()
                    return
            except RedisUnavailable:
                continue

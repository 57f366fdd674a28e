"""A worker's hold on a unit, renewed in the background while the unit is worked on."""

from __future__ import annotations

import threading
import time

from services.errors import RedisUnavailable
from services.jobs.unit_queue import Unit, UnitQueue
from services.keys import SHARED


class LeaseLost(Exception):
    """Another worker has the unit now, or its job has ended: nothing this one does counts any more."""


class Lease:
    """Context manager around one unit.

    A Redis outage alone does not lose the lease: only Redis itself can say that somebody else took the unit. A worker
    that makes no progress for `stalled_after` seconds lets it go: whatever holds it up, another may do better.
    """

    def __init__(self, unit_queue: UnitQueue, unit: Unit, stalled_after: float = float("inf")) -> None:
        self._unit_queue = unit_queue
        self._unit = unit
        self._stalled_after = stalled_after
        self._progress = time.monotonic()
        self._lost = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)

    def __enter__(self) -> Lease:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._ended.set()
        self._thread.join()

    def progress(self) -> None:
        """Another page begins. Raises LeaseLost once the hold is gone."""
        self._progress = time.monotonic()
        if self._lost.is_set():
            raise LeaseLost()

    def _renew(self) -> None:
        while not self._ended.wait(SHARED.lease_renew_seconds):
            if time.monotonic() - self._progress > self._stalled_after:
                return
            try:
                if not self._unit_queue.renew(self._unit):
                    self._lost.set()
                    return
            except RedisUnavailable:
                continue

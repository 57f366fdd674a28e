"""A worker's lease on a unit, renewed in a background thread while the unit is processed."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from services.errors import RedisUnavailable
from services.jobs.unit_queue import LEASE_RENEW_SECONDS, Unit, UnitQueue


class LeaseLost(Exception):
    """Another worker has the unit, or the job has ended. This worker must not write anything more."""


@dataclass(eq=False)
class Lease:
    """Context manager around the processing of one unit.

    A Redis outage alone does not lose the lease: only Redis can report that another worker took the unit. If the worker
    makes no progress for `stalled_after` seconds, the lease is no longer renewed, so that another worker can try.
    """

    unit_queue: UnitQueue
    unit: Unit
    stalled_after: float = float("inf")
    _last_progress: float = field(init=False, default_factory=time.monotonic)
    _lost: threading.Event = field(init=False, default_factory=threading.Event)
    _ended: threading.Event = field(init=False, default_factory=threading.Event)

    def __post_init__(self) -> None:
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
        while not self._ended.wait(LEASE_RENEW_SECONDS):
            if time.monotonic() - self._last_progress > self.stalled_after:
                return
            try:
                if not self.unit_queue.renew(self.unit):
                    self._lost.set()
                    return
            except RedisUnavailable:
                continue

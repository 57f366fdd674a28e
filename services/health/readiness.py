"""Readiness, checked in the background so that a probe gets its answer at once, however busy the process is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger(__name__)

#: Seconds between two background checks, and the age at which the result of a check is no longer used.
CHECK_SECONDS, MAX_AGE_SECONDS = 0.5, 1.0


@dataclass(eq=False)
class Readiness:
    """Caches the result of `check`: why the service is not ready, or None. Before `start`, nothing is cached."""

    check: Callable[[], str | None]
    _last: tuple[float, str | None] = field(init=False, default=(float("-inf"), None))
    _stopped: threading.Event = field(init=False, default_factory=threading.Event)

    def start(self) -> None:
        """Start the background checks, in a thread of this process."""
        threading.Thread(target=self._run, name="readiness", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def not_ready_because(self) -> str | None:
        checked_at, reason = self._last
        # Only a recent "ready" comes from the cache. After a problem each probe checks again, so that all processes
        # report the recovery at once. The result also gets too old if the background check hangs, as it can with Redis.
        if reason is None and time.monotonic() - checked_at <= MAX_AGE_SECONDS:
            return None
        return self.check()

    def _run(self) -> None:
        while not self._stopped.wait(CHECK_SECONDS):
            started = time.monotonic()
            try:
                self._last = (started, self.check())
            except Exception:
                log.exception("readiness check failed")

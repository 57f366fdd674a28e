"""Readiness as a probe is told it: looked up beforehand, so that a probe waits for nothing, however busy all are."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)

#: The service is looked at this often, and no probe is told what was seen longer ago than that.
LOOK_SECONDS, FRESH_SECONDS = 0.5, 1.0


class Readiness:
    """What `look` answers: why the service is not ready, or None. Until `start` each question is a look of its own."""

    def __init__(self, look: Callable[[], str | None]) -> None:
        self._look = look
        self._seen: tuple[float, str | None] = (float("-inf"), None)
        self._stopped = threading.Event()

    def start(self) -> None:
        """Look from time to time, in a thread of this process."""
        threading.Thread(target=self._go_on, name="readiness", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def not_ready_because(self) -> str | None:
        at, reason = self._seen
        # A look that hangs, as Redis does, makes nobody ready. Then this one finds out for itself, and so it does when
        # all was not well: what has come up is told at once, by every process alike.
        return None if reason is None and time.monotonic() - at <= FRESH_SECONDS else self._look()

    def _go_on(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            at = time.monotonic()
            try:
                self._seen = (at, self._look())
            except Exception:
                log.exception("readiness could not be found out")

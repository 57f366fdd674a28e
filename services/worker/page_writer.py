"""Stores the pages of a unit in Redis.

A page that went through OCR is stored as soon as it is read, so that a crash does not lose it. Pages with a text layer
take milliseconds each: they are stored together, a fraction of a second later.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from services.errors import PageCrashed
from services.jobs.unit_queue import PageOutcome, Unit, UnitQueue
from services.redis_retry import retry_until_redis_is_back
from services.worker.lease import LeaseLost

#: After this many crashes of its worker, a step is not started again.
CRASHES_ALLOWED = 2
#: Seconds for which pages may be buffered.
BUFFER_SECONDS = 0.25


@dataclass(eq=False)
class PageWriter:
    """Records the start and the outcome of each step of one unit. Methods raise LeaseLost.

    A step is a page (its number) or anything else that may crash the process (a name).
    """

    unit_queue: UnitQueue
    unit: Unit
    _buffer: list[PageOutcome] = field(init=False, default_factory=list)
    _flushed_at: float = field(init=False, default_factory=time.monotonic)

    def start(self, step: int | str) -> None:
        """Raises PageCrashed if this step has crashed its worker too often."""
        starts = retry_until_redis_is_back(lambda: self.unit_queue.start_step(self.unit, step))
        if starts == 0:
            raise LeaseLost()
        if starts > CRASHES_ALLOWED:
            raise PageCrashed()

    def finish(self, step: int | str, page: dict[str, Any] | None = None, packed: bytes = b"") -> None:
        """The step did not crash. `page` is its result if there is one to store, `packed` the same as it is stored."""
        self._buffer.append(PageOutcome(step, page, packed))
        if page is None or page["source"] != "text_layer" or time.monotonic() - self._flushed_at > BUFFER_SECONDS:
            self.flush()

    def flush(self) -> None:
        outcomes, self._buffer, self._flushed_at = self._buffer, [], time.monotonic()
        if outcomes and not retry_until_redis_is_back(lambda: self.unit_queue.save_pages(self.unit, outcomes)):
            raise LeaseLost()

"""The pages of the unit at hand, on their way to Redis.

A page that took long is stored as soon as it is read, so that no crash costs it. Pages of a text layer take
milliseconds: they go together, a fraction of a second later.
"""

from __future__ import annotations

import time

from services.errors import PageCrashed
from services.jobs.unit_queue import PageOutcome, Unit, UnitQueue
from services.redis_retry import retry_until_redis_is_back
from services.worker.lease import LeaseLost

#: Begun this often without an end, a page (or the opening of a document) stopped its worker each time.
CRASHES_ALLOWED = 2
#: Seconds for which pages may be held back.
HELD_SECONDS = 0.25


class PageWriter:
    """Pages of one unit: what is begun, what came of it. Raises LeaseLost where the unit is the caller's no more."""

    def __init__(self, unit_queue: UnitQueue, unit: Unit) -> None:
        self._unit_queue = unit_queue
        self._unit = unit
        self._held: list[PageOutcome] = []
        self._since = time.monotonic()

    def begin(self, mark: int | str) -> None:
        """Something that may kill this process begins. Raises PageCrashed when it killed others before."""
        begun = retry_until_redis_is_back(lambda: self._unit_queue.start_step(self._unit, mark))
        if begun == 0:
            raise LeaseLost()
        if begun > CRASHES_ALLOWED:
            raise PageCrashed()

    def end(self, mark: int | str, page: dict | None = None) -> None:
        """It ended in good order; `page` is the result, where there is one."""
        self._held.append(PageOutcome(mark, page))
        if page is None or page["source"] != "text_layer" or time.monotonic() - self._since > HELD_SECONDS:
            self.flush()

    def flush(self) -> None:
        held, self._held, self._since = self._held, [], time.monotonic()
        if held and not retry_until_redis_is_back(lambda: self._unit_queue.save_pages(self._unit, held)):
            raise LeaseLost()

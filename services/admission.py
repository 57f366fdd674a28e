"""May more work come in? Asked before a body is read, so that a refusal costs next to nothing.

How long the queue may be follows from how fast it is worked off: no job is taken that would have to wait longer than
`longest_wait`. What was taken is never refused later.
"""

from __future__ import annotations

import time

import psutil

from services.errors import MemoryShort, QueueFull, RedisFull
from services.redis_service import RedisService

#: For so many seconds what Redis said of its memory holds for further requests of this process.
FRESH_SECONDS = 1.0
#: Redis keeps the rest of its memory for the results of what it has taken.
REDIS_SHARE = 0.95
#: The machine keeps this part of its memory for the work under way.
FREE_SHARE = 0.03


class Admission:
    """Safe to ask from many threads."""

    def __init__(self, redis: RedisService, longest_wait: float) -> None:
        """longest_wait: seconds that a new job may have to wait for a worker."""
        self._redis = redis
        self.longest_wait = longest_wait
        self._asked = float("-inf")
        self._full = False

    def check(self) -> None:
        """Raises RedisUnavailable, RedisFull, MemoryShort or QueueFull when a job sent now could not be taken."""
        seconds = float(self._redis.script("backlog"))
        if self._redis_is_full():
            raise RedisFull()
        memory = psutil.virtual_memory()
        if memory.available < FREE_SHARE * memory.total:
            raise MemoryShort()
        if seconds >= self.longest_wait:
            raise QueueFull(seconds - self.longest_wait)

    def _redis_is_full(self) -> bool:
        if time.monotonic() - self._asked > FRESH_SECONDS:
            self._asked = time.monotonic()
            used, most = self._redis.memory()
            self._full = bool(most) and used > REDIS_SHARE * most
        return self._full

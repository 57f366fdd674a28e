"""How many large results a client may fetch at a time. A client that reads slowly holds a thread of the web server."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from services.errors import RateLimited
from services.jobs.result_body import CHUNK

#: Large results that a client may fetch at a time from one web process, of its 64 threads.
LARGE_READS = 8


class LargeReads:
    """Thread-safe."""

    def __init__(self, limit: int = LARGE_READS) -> None:
        self._limit = limit
        self._reading: Counter[str] = Counter()
        self._lock = threading.Lock()

    def begin(self, owner: str, size: int) -> Callable[[], None]:
        """Call it before `size` bytes are sent; call the returned function after it, once. Raises RateLimited."""
        if size <= CHUNK:
            return lambda: None
        with self._lock:
            if self._reading[owner] >= self._limit:
                raise RateLimited(f"Too many large results at a time. Limit: {self._limit}", retry_after=1)
            self._reading[owner] += 1
        return lambda: self._end(owner)

    def _end(self, owner: str) -> None:
        with self._lock:
            self._reading[owner] -= 1
            if not self._reading[owner]:
                del self._reading[owner]

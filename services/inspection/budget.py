"""How much time the files of one client may take to inspect. A few bytes can take the whole time limit of a file."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from services.errors import RateLimited

#: CPU seconds of one inspection that are not counted. A 12-megapixel photograph takes about 0.1 s.
FREE_SECONDS = 0.25
#: Further CPU seconds that a client may use at once, so also those of one request, and how fast they come back.
MAX_SECONDS = 10.0
SECONDS_PER_SECOND = 0.1
#: Clients above which those that have their whole time again are forgotten.
MAX_CLIENTS = 1000


@dataclass(slots=True)
class _Used:
    seconds: float = 0.0
    at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(eq=False)
class InspectionBudget:
    """Of one process. Thread-safe. Clients whose files take `FREE_SECONDS` at most never notice it."""

    clock: Callable[[], float] = time.monotonic
    _clients: dict[str, _Used] = field(init=False, default_factory=dict)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    @contextmanager
    def inspection(self, client: str) -> Iterator[Callable[[float], None]]:
        """Around one inspection. Yields a function that counts the CPU seconds it took. Raises RateLimited.

        A client with costly files has them inspected one at a time, so that others find a free child. Without a
        client, nothing is counted.
        """
        if not client:
            yield lambda seconds: None
            return
        with self._lock:
            used = self._clients.get(client)
        if used is None:
            yield lambda seconds: self._count(client, seconds)
            return
        with used.lock:
            if self._now(used) >= MAX_SECONDS:
                wait = (used.seconds - MAX_SECONDS) / SECONDS_PER_SECOND
                message = f"The files of this client took more than {MAX_SECONDS:.0f} s to check."
                raise RateLimited(f"{message} {RateLimited.remedy}", retry_after=math.ceil(wait) + 1)
            yield lambda seconds: self._count(client, seconds)

    def _count(self, client: str, seconds: float) -> None:
        if seconds <= FREE_SECONDS:
            return
        with self._lock:
            if len(self._clients) >= MAX_CLIENTS:
                self._clients = {name: used for name, used in self._clients.items() if self._now(used) > 0}
            used = self._clients.setdefault(client, _Used(at=self.clock()))
            used.seconds = self._now(used) + seconds - FREE_SECONDS

    def _now(self, used: _Used) -> float:
        """What a client has used, less what has come back since."""
        now = self.clock()
        used.seconds, used.at = max(0.0, used.seconds - (now - used.at) * SECONDS_PER_SECOND), now
        return used.seconds

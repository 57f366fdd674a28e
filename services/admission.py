"""May more work come in? Asked before a body is read, so that a refusal costs next to nothing.

How long the queue may be follows from how fast it is worked off: no job is taken that would have to wait longer than
`longest_wait`. What was taken is never refused later.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import psutil

from services import keys
from services.errors import MemoryShort, QueueFull, RedisFull, RedisUnavailable
from services.redis_service import RedisService

#: What was seen of the queue tells of requests that come meanwhile. After so many seconds one of them is let through to
#: look again, and after so many all are.
LOOK_SECONDS, SEEN_SECONDS = 0.2, 1.0
#: With fewer requests under way each is quickly looked at by itself, which is exact. More keep the places they have.
CROWD = 8
#: Seconds for which refusals are counted together.
TELL_SECONDS = 0.1
#: Seconds that a job may wait whose place is certain.
ANY_TIME = 10**9
#: For so many seconds what was found of the memory of Redis, and of this machine, holds for a process.
REDIS_FRESH_SECONDS, MEMORY_FRESH_SECONDS = 1.0, 0.1
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
        self._seen = float("-inf"), 0.0, 0.0
        self._look_at = 0.0
        self._telling = threading.Lock()
        self._untold, self._tell_at = 0, 0.0
        self._redis_full = _Kept(REDIS_FRESH_SECONDS, self._is_redis_full)
        self._memory_short = _Kept(MEMORY_FRESH_SECONDS, _is_memory_short)

    def check(self, let_in: bool = False) -> None:
        """Raises RedisUnavailable, RedisFull, MemoryShort or QueueFull when a job sent now could not be taken.

        let_in: the queue was found to have a place for it before.
        """
        longest = ANY_TIME if let_in else self.longest_wait
        seconds, each = map(float, self._redis.script("backlog", longest))
        now = time.monotonic()
        self._seen, self._look_at = (now, seconds, each), now + LOOK_SECONDS
        self.check_memory()
        if seconds >= longest:
            raise QueueFull(seconds - longest)

    def place(self, under_way: int) -> bool | QueueFull:
        """Whether the queue has a place for one more job, by what was seen of it a moment ago; nobody is asked.

        under_way: requests that are being taken in, each of which has its place already. True when there is one more,
        and no later look takes it away; what `check` would raise when there is none. False when `check` is to decide:
        nothing is known, few are under way, or this one is to look anew.
        """
        now = time.monotonic()
        at, seconds, each = self._seen
        over = seconds + under_way * each - self.longest_wait
        if now - at >= SEEN_SECONDS:
            return False
        if over < 0:
            return under_way >= CROWD
        if now >= self._look_at:
            self._look_at = now + LOOK_SECONDS
            return False
        return QueueFull(over)

    def tell_refusal(self) -> None:
        """Somebody was refused by `place`. Redis, where all are counted, is told at once, but not of each by itself."""
        with self._telling:
            self._untold += 1
            if time.monotonic() < self._tell_at:
                return
            self._tell_at = time.monotonic() + TELL_SECONDS
            count, self._untold = self._untold, 0
        try:
            with self._redis.guard() as client:
                client.hincrby(keys.TALLY, "refused:queue_full", count)
        except RedisUnavailable:
            pass  # a count is not worth another answer

    def check_memory(self) -> None:
        """For what asks for the queue in a step of its own. Raises RedisUnavailable, RedisFull or MemoryShort."""
        if self._redis_full():
            raise RedisFull()
        if self._memory_short():
            raise MemoryShort()

    def _is_redis_full(self) -> bool:
        used, most = self._redis.memory()
        return bool(most) and used > REDIS_SHARE * most


class _Kept:
    """An answer that holds for a while. Asked at once by two threads it may be found out twice."""

    def __init__(self, seconds: float, ask: Callable[[], bool]) -> None:
        self._seconds = seconds
        self._ask = ask
        self._answer = False
        self._until = float("-inf")

    def __call__(self) -> bool:
        now = time.monotonic()
        if now > self._until:
            self._until = now + self._seconds
            self._answer = self._ask()
        return self._answer


def _is_memory_short() -> bool:
    memory = psutil.virtual_memory()
    return memory.available < FREE_SHARE * memory.total

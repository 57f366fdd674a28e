"""May more work come in? Asked before a body is read, so that a refusal costs next to nothing.

How long the queue may be follows from how fast it is worked off: no job is taken that would have to wait longer than
`longest_wait`. What was taken is never refused later.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import psutil

from services import keys
from services.errors import MemoryShort, QueueFull, RedisFull, RedisUnavailable
from services.redis_service import RedisService

#: Seconds after which one request checks the queue again, and after which all do.
CHECK_SECONDS, CHECK_VALID_SECONDS = 0.2, 1.0
#: Below this many requests in progress each checks the queue itself, which is exact and still cheap.
FEW_REQUESTS = 8
#: Seconds between two reports of rejections to the shared counters.
REPORT_SECONDS = 0.1
#: The longest wait of a job whose slot is reserved.
ANY_TIME = 10**9
#: For so many seconds what was found of the memory of Redis, and of this machine, holds for a process.
REDIS_FRESH_SECONDS, MEMORY_FRESH_SECONDS = 1.0, 0.1
#: Redis keeps the rest of its memory for the results of what it has taken.
REDIS_SHARE = 0.95
#: The machine keeps this part of its memory for the work under way.
FREE_SHARE = 0.03


@dataclass(frozen=True, slots=True)
class Slot:
    """What is known about room in the queue before a request is read.

    "reserved": there is room, and no later check takes it away. "full": reject the request; the wait is `excess` seconds
    too long. "unchecked": ask Redis.
    """

    state: Literal["reserved", "full", "unchecked"]
    excess: float = 0.0

    @property
    def full(self) -> bool:
        return self.state == "full"


UNCHECKED, RESERVED = Slot("unchecked"), Slot("reserved")


class Admission:
    """Safe to ask from many threads."""

    def __init__(self, redis: RedisService, longest_wait: float) -> None:
        """longest_wait: seconds that a new job may have to wait for a worker."""
        self._redis = redis
        self.longest_wait = longest_wait
        self._last_check = float("-inf"), 0.0, 0.0
        self._next_check_at = 0.0
        self._rejections_lock = threading.Lock()
        self._rejections, self._report_at = 0, 0.0
        self._redis_full = _Kept(REDIS_FRESH_SECONDS, self._is_redis_full)
        self._memory_short = _Kept(MEMORY_FRESH_SECONDS, _is_memory_short)

    def check(self, slot: Slot) -> None:
        """Raises RedisUnavailable, RedisFull, MemoryShort or QueueFull if a job submitted now could not be accepted."""
        if slot.state == "full":
            self._count_rejection()
            raise QueueFull(slot.excess)
        longest = ANY_TIME if slot.state == "reserved" else self.longest_wait
        seconds, each = map(float, self._redis.script("backlog", longest))
        now = time.monotonic()
        self._last_check, self._next_check_at = (now, seconds, each), now + CHECK_SECONDS
        self.check_memory()
        if seconds >= longest:
            raise QueueFull(seconds - longest)

    def slot(self, in_progress: int) -> Slot:
        """Whether the queue has room for one more job, judged by the last check. Does not ask Redis.

        in_progress: requests with a slot of their own that are not submitted yet.
        """
        now = time.monotonic()
        checked_at, seconds, each = self._last_check
        excess = seconds + in_progress * each - self.longest_wait
        if now - checked_at >= CHECK_VALID_SECONDS:
            return UNCHECKED
        if excess < 0:
            return RESERVED if in_progress >= FEW_REQUESTS else UNCHECKED
        if now >= self._next_check_at:
            self._next_check_at = now + CHECK_SECONDS
            return UNCHECKED
        return Slot("full", excess)

    def _count_rejection(self) -> None:
        """Rejections without a check are added to the shared counters at most every few milliseconds."""
        with self._rejections_lock:
            self._rejections += 1
            if time.monotonic() < self._report_at:
                return
            self._report_at = time.monotonic() + REPORT_SECONDS
            count, self._rejections = self._rejections, 0
        try:
            with self._redis.guard() as client:
                client.hincrby(keys.COUNTERS, "refused:queue_full", count)
        except RedisUnavailable:
            pass  # the rejection is more important than its count

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

"""Decides whether a new job may be submitted. Checked before a body is read, so that a rejection costs almost nothing.

The limit on the queue follows from its speed: no job is accepted that would have to wait longer than `longest_wait`.
An accepted job is never rejected later.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast

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
#: The longest wait, in seconds, of a job whose slot is reserved.
ANY_WAIT = 10**9
#: Seconds for which a process reuses what it found about the memory of Redis and of this machine.
REDIS_MEMORY_SECONDS, MEMORY_SECONDS = 1.0, 0.1
#: New jobs may fill this share of Redis's memory. The rest is for the results of accepted jobs.
REDIS_SHARE = 0.95
#: This share of the machine's memory must be available. It is for the work in progress.
MIN_AVAILABLE_SHARE = 0.03


@dataclass(frozen=True, slots=True)
class Slot:
    """What is known about room in the queue before a request is read.

    "reserved": there is room, and no later check takes it away. "full": reject the request, because the wait is
    `excess` seconds too long. "unchecked": ask Redis.
    """

    state: Literal["reserved", "full", "unchecked"]
    excess: float = 0.0

    @property
    def full(self) -> bool:
        return self.state == "full"


UNCHECKED, RESERVED = Slot("unchecked"), Slot("reserved")


class Admission:
    """Thread-safe."""

    def __init__(self, redis: RedisService, longest_wait: float) -> None:
        """longest_wait: seconds that a new job may have to wait for a worker."""
        self._redis = redis
        self.longest_wait = longest_wait
        #: When the queue was last checked, how long a new job would have waited, and how long each more job adds.
        self._last_check = float("-inf"), 0.0, 0.0
        self._next_check_at = 0.0
        self._rejections_lock = threading.Lock()
        self._rejections, self._report_at = 0, 0.0
        self._redis_full = _Cached(REDIS_MEMORY_SECONDS, self._is_redis_full)
        self._memory_short = _Cached(MEMORY_SECONDS, _is_memory_short)

    def check(self, slot: Slot) -> None:
        """Raises RedisUnavailable, RedisFull, MemoryShort or QueueFull if a job submitted now could not be accepted."""
        if slot.full:
            self._count_rejection()
            raise QueueFull(slot.excess)
        longest = ANY_WAIT if slot.state == "reserved" else self.longest_wait
        seconds, each = map(float, cast(list[bytes], self._redis.script("backlog", longest)))
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
        """Adds to the shared counters every REPORT_SECONDS. Rejections after a check are counted by the script."""
        with self._rejections_lock:
            self._rejections += 1
            if time.monotonic() < self._report_at:
                return
            self._report_at = time.monotonic() + REPORT_SECONDS
            count, self._rejections = self._rejections, 0
        try:
            self._redis.client.hincrby(keys.COUNTERS, "refused:queue_full", count)
        except RedisUnavailable:
            pass  # the rejection is more important than its count

    def check_memory(self) -> None:
        """Raises RedisUnavailable, RedisFull or MemoryShort. `check` includes it."""
        if self._redis_full():
            raise RedisFull()
        if self._memory_short():
            raise MemoryShort()

    def _is_redis_full(self) -> bool:
        used, limit = self._redis.memory()
        return bool(limit) and used > REDIS_SHARE * limit


class _Cached:
    """A condition that is evaluated at most every `seconds`. Two threads at once may evaluate it twice."""

    def __init__(self, seconds: float, condition: Callable[[], bool]) -> None:
        self._seconds = seconds
        self._condition = condition
        self._value = False
        self._valid_until = float("-inf")

    def __call__(self) -> bool:
        now = time.monotonic()
        if now > self._valid_until:
            self._valid_until = now + self._seconds
            self._value = self._condition()
        return self._value


def _is_memory_short() -> bool:
    memory = psutil.virtual_memory()
    return bool(memory.available < MIN_AVAILABLE_SHARE * memory.total)

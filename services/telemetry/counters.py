"""Counters of the whole service since its installation: one Redis hash with a number per field.

The Lua scripts that change jobs also count them (`scripts/prelude.lua`), so that each job is counted exactly once, even
if a process dies. What workers measure is collected in the process and written with its next heartbeat: counting adds
no time to a page, and a killed worker loses a few seconds of measurements.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import accumulate

from services.errors import RedisUnavailable
from services.keys import COUNTERS
from services.redis_service import RedisService

#: Upper bounds of the histogram buckets, for seconds and for confidences.
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
CONFIDENCE = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0)
INFINITE = "+Inf"


class Counters:
    """Counts in this process, and adds the counts to those in Redis."""

    def __init__(self, redis: RedisService) -> None:
        self._redis = redis
        self._lock = threading.Lock()
        self._pending: defaultdict[str, float] = defaultdict(float)

    def count(self, field: str, amount: float = 1.0) -> None:
        with self._lock:
            self._pending[field] += amount

    def observe(self, name: str, value: float, bounds: Sequence[float]) -> None:
        """Add one value to a histogram."""
        index = bisect_left(bounds, value)
        bucket = bounds[index] if index < len(bounds) else INFINITE
        with self._lock:  # together, so that a flush writes both or neither
            self._pending[f"{name}:{bucket}"] += 1
            self._pending[f"{name}:sum"] += value

    def flush(self) -> None:
        """Write the new counts to Redis. If Redis is unavailable, they are written the next time."""
        with self._lock:
            pending, self._pending = self._pending, defaultdict(float)
        if not pending:
            return
        try:
            pipeline = self._redis.client.pipeline(transaction=True)
            for field, amount in pending.items():
                pipeline.hincrbyfloat(COUNTERS, field, amount)
            pipeline.execute()
        except RedisUnavailable:
            for field, amount in pending.items():
                self.count(field, amount)

    def read(self) -> dict[str, float]:
        """The counts of all processes. Raises RedisUnavailable."""
        return {field.decode(): float(value) for field, value in self._redis.client.hgetall(COUNTERS).items()}


def histogram(counts: Mapping[str, float], name: str, bounds: Sequence[float]) -> tuple[list[tuple[str, float]], float]:
    """The histogram `name`: [(upper bound, number of values up to it)], and the sum of all values."""
    labels = [*map(str, bounds), INFINITE]
    cumulative = accumulate(counts.get(f"{name}:{label}", 0.0) for label in labels)
    return list(zip(labels, cumulative, strict=True)), counts.get(f"{name}:sum", 0.0)

"""What happened in the whole service since it was set up, counted in Redis: one hash, a number for each field.

The scripts that move jobs count in the same step (`scripts/prelude.lua`), so that a job is counted once whatever dies
around it. What workers measure is gathered in the process and written with its next heartbeat: counting costs a page
nothing, and a killed worker loses a few seconds of it.
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

#: Upper bounds of the classes into which observed values fall; seconds and confidences.
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
CONFIDENCE = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0)
INFINITE = "+Inf"


class Counters:
    """Counts in this process, and brings what was counted to Redis."""

    def __init__(self, redis: RedisService) -> None:
        self._redis = redis
        self._lock = threading.Lock()
        self._new: defaultdict[str, float] = defaultdict(float)

    def count(self, field: str, amount: float = 1.0) -> None:
        with self._lock:
            self._new[field] += amount

    def observe(self, name: str, value: float, bounds: Sequence[float]) -> None:
        """One value of a distribution."""
        place = bisect_left(bounds, value)
        with self._lock:
            self._new[f"{name}:{bounds[place] if place < len(bounds) else INFINITE}"] += 1
            self._new[f"{name}:sum"] += value

    def flush(self) -> None:
        """Bring to Redis what is new. While Redis is away it is kept for the next time."""
        with self._lock:
            new, self._new = self._new, defaultdict(float)
        if not new:
            return
        try:
            with self._redis.guard() as client:
                pipeline = client.pipeline(transaction=True)
                for field, amount in new.items():
                    pipeline.hincrbyfloat(COUNTERS, field, amount)
                pipeline.execute()
        except RedisUnavailable:
            with self._lock:
                for field, amount in new.items():
                    self._new[field] += amount

    def read(self) -> dict[str, float]:
        """All that was counted, by everybody. Raises RedisUnavailable."""
        with self._redis.guard() as client:
            return {field.decode(): float(value) for field, value in client.hgetall(COUNTERS).items()}


def distribution(
    counted: Mapping[str, float], name: str, bounds: Sequence[float]
) -> tuple[list[tuple[str, float]], float]:
    """What was observed under `name`: [(upper bound, how many are not above it)], and the sum of all values."""
    labels = [*map(str, bounds), INFINITE]
    within = accumulate(counted.get(f"{name}:{label}", 0.0) for label in labels)
    return list(zip(labels, within, strict=True)), counted.get(f"{name}:sum", 0.0)

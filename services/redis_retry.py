"""Retry one step until Redis is back."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from services.errors import RedisUnavailable

#: A finished page or unit waits this long for Redis. After that another worker takes over the unit.
RETRY_SECONDS = 120

T = TypeVar("T")


def retry_until_redis_is_back(step: Callable[[], T]) -> T:
    """Call `step` until it does not raise RedisUnavailable. Raises RedisUnavailable after `RETRY_SECONDS`."""
    deadline = time.monotonic() + RETRY_SECONDS
    pause = 0.1
    while True:
        try:
            return step()
        except RedisUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(pause)
            pause = min(2.0, 2 * pause)

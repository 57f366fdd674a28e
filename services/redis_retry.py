"""Waiting for a Redis that is away for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from services.errors import RedisUnavailable

#: How long a finished page or unit waits for Redis to come back before it is left to another worker.
PATIENCE_SECONDS = 120

T = TypeVar("T")


def retry_until_redis_is_back(step: Callable[[], T], seconds: float = PATIENCE_SECONDS) -> T:
    """Do one step against Redis, waiting for it to come back. Raises RedisUnavailable after `seconds`."""
    deadline = time.monotonic() + seconds
    pause = 0.1
    while True:
        try:
            return step()
        except RedisUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(pause)
            pause = min(2.0, 2 * pause)

"""Which workers are alive and have their model loaded.

Heartbeats come from the process that does the OCR: its parent would keep answering while its children die.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from services.errors import RedisUnavailable
from services.health import liveness_file
from services.keys import SHARED, WORKER, WORKERS
from services.redis_service import RedisService

#: Time between two heartbeats of a worker process.
HEARTBEAT_SECONDS = 3


@dataclass(eq=False)
class WorkerRegistry:
    """The live workers, stored in Redis. Methods raise RedisUnavailable."""

    redis: RedisService

    def record_heartbeat(self, name: str, state: dict[str, Any]) -> None:
        pipeline = self.redis.client.pipeline(transaction=False).zadd(WORKERS, {name: self.redis.now()})
        pipeline.set(WORKER + name, json.dumps(state), ex=SHARED.worker_timeout_seconds).execute()

    def remove(self, name: str) -> None:
        self.redis.client.pipeline(transaction=False).zrem(WORKERS, name).delete(WORKER + name).execute()

    def count(self) -> int:
        """Number of live workers."""
        return self.redis.client.zcount(WORKERS, self.redis.now() - SHARED.worker_timeout_seconds, "+inf")

    def all(self) -> list[dict[str, Any]]:
        """The name of each live worker and the state it sent last."""
        pipeline = self.redis.client.pipeline(transaction=False)
        pipeline.zremrangebyscore(WORKERS, "-inf", self.redis.now() - SHARED.worker_timeout_seconds)
        names = [name.decode() for name in pipeline.zrange(WORKERS, 0, -1).execute()[1]]
        states = self.redis.client.mget([WORKER + name for name in names]) if names else []
        return [{"name": name, **json.loads(state)} for name, state in zip(names, states, strict=True) if state]


@dataclass(eq=False)
class Heartbeat:
    """Sends heartbeats from a thread of the worker process."""

    worker_registry: WorkerRegistry
    name: str
    state: Callable[[], dict[str, Any]]
    #: Called after each heartbeat and after the last one.
    on_beat: Callable[[], None]
    _stopped: threading.Event = field(init=False, default_factory=threading.Event)
    _thread: threading.Thread = field(init=False)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(timeout=1)
        liveness_file.remove()
        self.on_beat()
        with suppress(RedisUnavailable):  # the last heartbeat expires by itself
            self.worker_registry.remove(self.name)

    def _run(self) -> None:
        while not self._stopped.is_set():
            liveness_file.touch()
            with suppress(RedisUnavailable):  # without Redis, no process could read it
                self.worker_registry.record_heartbeat(self.name, {**self.state(), "beat_at": time.time()})
            self.on_beat()
            self._stopped.wait(HEARTBEAT_SECONDS)

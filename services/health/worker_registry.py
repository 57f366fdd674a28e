"""Which workers are alive and have their model loaded.

Heartbeats come from the process that does the OCR, not from its parent: a parent keeps answering while its children
die.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

from services.errors import RedisUnavailable
from services.health.liveness_file import LivenessFile
from services.keys import SHARED, WORKER, WORKERS
from services.redis_service import RedisService

BEAT_SECONDS = SHARED.heartbeat_seconds
SILENT_SECONDS = SHARED.worker_timeout_seconds


class WorkerRegistry:
    """The live workers, stored in Redis. Methods raise RedisUnavailable."""

    def __init__(self, redis: RedisService) -> None:
        self._redis = redis

    def record_heartbeat(self, name: str, state: dict[str, Any]) -> None:
        now = self._redis.now()
        with self._redis.guard() as client:
            pipeline = client.pipeline(transaction=False).zadd(WORKERS, {name: now})
            pipeline.set(WORKER + name, json.dumps(state), ex=SILENT_SECONDS).execute()

    def remove(self, name: str) -> None:
        with self._redis.guard() as client:
            client.pipeline(transaction=False).zrem(WORKERS, name).delete(WORKER + name).execute()

    def count(self) -> int:
        """Number of live workers."""
        now = self._redis.now()
        with self._redis.guard() as client:
            return client.zcount(WORKERS, now - SILENT_SECONDS, "+inf")

    def all(self) -> list[dict[str, Any]]:
        """The name of each live worker and the state it sent last."""
        now = self._redis.now()
        with self._redis.guard() as client:
            client.zremrangebyscore(WORKERS, "-inf", now - SILENT_SECONDS)
            names = [name.decode() for name in client.zrange(WORKERS, 0, -1)]
            states = client.mget([WORKER + name for name in names]) if names else []
        return [{"name": name, **json.loads(state)} for name, state in zip(names, states, strict=True) if state]


class Heartbeat:
    """Sends heartbeats from a thread of the worker process."""

    def __init__(
        self,
        worker_registry: WorkerRegistry,
        name: str,
        state: Callable[[], dict[str, Any]],
        on_beat: Callable[[], None] = lambda: None,
    ) -> None:
        """on_beat: called after each heartbeat and after the last one."""
        self._worker_registry = worker_registry
        self._name = name
        self._state = state
        self._on_beat = on_beat
        self._liveness_file = LivenessFile()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(timeout=1)
        self._liveness_file.remove()
        self._on_beat()
        try:
            self._worker_registry.remove(self._name)
        except RedisUnavailable:
            pass  # the last heartbeat expires by itself

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._liveness_file.touch()
            try:
                self._worker_registry.record_heartbeat(self._name, {**self._state(), "beat_at": time.time()})
            except RedisUnavailable:
                pass  # without Redis, no process could read it
            self._on_beat()
            self._stopped.wait(BEAT_SECONDS)

"""Which workers are alive and have their model loaded.

A beat comes from the process that does the OCR, not from its parent: a parent goes on answering while its children die.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable

from services.errors import RedisUnavailable
from services.health.liveness_file import LivenessFile
from services.keys import SHARED, WORKER, WORKERS
from services.redis_service import RedisService

BEAT_SECONDS = SHARED.heartbeat_seconds
SILENT_SECONDS = SHARED.worker_timeout_seconds


class WorkerRegistry:
    """The list of live workers in Redis. Raises RedisUnavailable."""

    def __init__(self, redis: RedisService) -> None:
        self._redis = redis

    def beat(self, name: str, facts: dict) -> None:
        now = self._redis.now()
        with self._redis.guard() as client:
            pipeline = client.pipeline(transaction=False)
            pipeline.zadd(WORKERS, {name: now})
            pipeline.set(WORKER + name, json.dumps(facts), ex=SILENT_SECONDS)
            pipeline.execute()

    def leave(self, name: str) -> None:
        with self._redis.guard() as client:
            client.pipeline(transaction=False).zrem(WORKERS, name).delete(WORKER + name).execute()

    def count(self) -> int:
        """Workers ready to work now."""
        now = self._redis.now()
        with self._redis.guard() as client:
            return client.zcount(WORKERS, now - SILENT_SECONDS, "+inf")

    def all(self) -> list[dict]:
        """What each live worker last said of itself."""
        now = self._redis.now()
        with self._redis.guard() as client:
            client.zremrangebyscore(WORKERS, "-inf", now - SILENT_SECONDS)
            names = [name.decode() for name in client.zrange(WORKERS, 0, -1)]
            facts = client.mget([WORKER + name for name in names]) if names else []
        return [{"name": name, **json.loads(said)} for name, said in zip(names, facts, strict=True) if said]


class Heartbeat:
    """Beats from a thread of the worker process until stopped."""

    def __init__(
        self,
        worker_registry: WorkerRegistry,
        name: str,
        facts: Callable[[], dict],
        each_time: Callable[[], None] = lambda: None,
    ) -> None:
        self._each_time = each_time
        self._worker_registry = worker_registry
        self._name = name
        self._facts = facts
        self._pulse = LivenessFile()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(timeout=1)
        self._pulse.end()
        self._each_time()
        try:
            self._worker_registry.leave(self._name)
        except RedisUnavailable:
            pass  # its last beat runs out by itself

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._pulse.beat()
            try:
                self._worker_registry.beat(self._name, {**self._facts(), "beat_at": time.time()})
            except RedisUnavailable:
                pass  # Redis is down: nobody could read a beat either
            self._each_time()
            self._stopped.wait(BEAT_SECONDS)

"""Ends worker processes that are alive but do nothing: children that hang, and a parent that hands out no work.

Runs in a thread of the worker's parent process. Pings cannot detect these cases: a parent answers them while its
children hang, and children send heartbeats while their parent hands out no work.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psutil
import structlog

from services.errors import RedisUnavailable
from services.health.worker_registry import WorkerRegistry
from services.jobs.unit_queue import UnitQueue

log = structlog.get_logger(__name__)

#: Seconds between two checks.
CHECK_SECONDS = 5
#: A child without a heartbeat for this long past the time limit of a page hangs, and its own time limits have failed.
SILENT_SECONDS = 60
#: If units and tickets wait while all children have been idle for this long, the parent hands out no work.
IDLE_SECONDS = 30


@dataclass(eq=False)
class Watchdog:
    """`start()` checks in a thread; `check()` does one round."""

    worker_registry: WorkerRegistry
    unit_queue: UnitQueue
    ticket_count: Callable[[], int]
    page_timeout: float
    #: Process id: time of the last heartbeat, or of the first check that found the child.
    _last_seen: dict[int, float] = field(init=False, default_factory=dict)

    def start(self) -> None:
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def _run(self) -> None:
        while True:
            time.sleep(CHECK_SECONDS)
            try:
                self.check()
            except RedisUnavailable:
                self._last_seen.clear()  # heartbeats are unknown, so silence is measured from Redis's return
            except Exception:
                log.exception("watchdog failed")

    def check(self) -> None:
        """Check the children of this process once. Raises RedisUnavailable."""
        workers = {worker["name"]: worker for worker in self.worker_registry.all()}
        children = {child.pid: child for child in psutil.Process().children()}
        live = {pid: workers[name] for pid in children if (name := f"{socket.gethostname()}:{pid}") in workers}
        now = time.monotonic()
        self._last_seen = {pid: now if pid in live else self._last_seen.get(pid, now) for pid in children}
        for pid, child in children.items():
            if now - self._last_seen[pid] > self.page_timeout + SILENT_SECONDS:
                log.error("worker process hangs and is killed", pid=pid)
                child.kill()
        if live and self._units_are_stuck(list(live.values())):
            log.error("units wait but no child gets one: stopping this worker so that it is restarted")
            os.kill(os.getpid(), signal.SIGTERM)

    def _units_are_stuck(self, workers: list[dict[str, Any]]) -> bool:
        return (
            all(worker["idle_seconds"] > IDLE_SECONDS for worker in workers)
            and self.unit_queue.oldest_wait() > IDLE_SECONDS
            and self.unit_queue.ready_count() > 0
            and self.ticket_count() > 0
        )

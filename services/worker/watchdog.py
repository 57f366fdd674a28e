"""Sees to workers that are there and do nothing: children that hang, and a parent that takes no work.

Runs in a thread of a worker's parent process. Pings are no sign: a parent answers them while its children hang, and a
child beats while its parent has stopped to hand work out.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable

import psutil
import structlog

from services.errors import RedisUnavailable
from services.health.worker_registry import WorkerRegistry
from services.jobs.unit_queue import UnitQueue

log = structlog.get_logger(__name__)

LOOK_SECONDS = 5
#: A child that has not been heard of for so long past the time limit of a page hangs: its own guards have failed.
SILENT_SECONDS = 60
#: Work waits, tickets lie on the queue, and all children have been idle for so long: none of it is handed out.
IDLE_SECONDS = 30


class Watchdog:
    """`look()` does one round; `start()` goes on doing so in a thread."""

    def __init__(
        self,
        worker_registry: WorkerRegistry,
        unit_queue: UnitQueue,
        ticket_count: Callable[[], int],
        page_timeout: float,
    ) -> None:
        self._worker_registry = worker_registry
        self._unit_queue = unit_queue
        self._ticket_count = ticket_count
        self._silent_after = page_timeout + SILENT_SECONDS
        self._heard: dict[int, float] = {}

    def start(self) -> None:
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def _run(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            try:
                self.look()
            except RedisUnavailable:
                self._heard.clear()  # nobody could be heard: silence counts from the time Redis is back
            except Exception:
                log.exception("watchdog failed")

    def look(self) -> None:
        """One round over the children of this process. Raises RedisUnavailable."""
        beats = {worker["name"]: worker for worker in self._worker_registry.all()}
        children = {child.pid: child for child in psutil.Process().children()}
        live = {pid: beats[name] for pid in children if (name := f"{socket.gethostname()}:{pid}") in beats}
        now = time.monotonic()
        self._heard = {pid: now if pid in live else self._heard.get(pid, now) for pid in children}
        for pid, child in children.items():
            if now - self._heard[pid] > self._silent_after:
                log.error("a worker process hangs and is killed", pid=pid)
                child.kill()
        if live and self._nothing_is_handed_out(list(live.values())):
            log.error("work waits and none of it is taken: this worker ends, to be started anew")
            os.kill(os.getpid(), signal.SIGTERM)

    def _nothing_is_handed_out(self, workers: list[dict]) -> bool:
        idle = all(worker["idle_seconds"] > IDLE_SECONDS for worker in workers)
        return (
            idle
            and self._unit_queue.oldest_wait() > IDLE_SECONDS
            and self._unit_queue.ready_count() > 0
            and self._ticket_count() > 0
        )

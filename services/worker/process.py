"""A worker process: its engine, its heartbeat and the units it processes."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, field
from typing import Any

import psutil
import structlog

from paddleocr_service import NullEngine, OCREngine
from services.health.worker_registry import Heartbeat, WorkerRegistry
from services.telemetry.counters import Counters
from services.telemetry.tracing import Tracer
from services.worker.runner import UnitRunner
from utils.process import die_with_parent

log = structlog.get_logger(__name__)

#: OCR uses every core. On a machine shared with the web server, requests get priority.
NICENESS = 10


@dataclass(eq=False)
class WorkerProcess:
    """One per child process of the Celery worker, from the fork until the process ends."""

    name: str
    engine: OCREngine | NullEngine
    runner: UnitRunner
    #: The language whose model is loaded at start.
    lang: str
    worker_registry: WorkerRegistry
    counters: Counters
    tracer: Tracer
    _units_done: int = field(init=False, default=0)
    _busy: bool = field(init=False, default=False)
    _idle_since: float = field(init=False, default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._heartbeat = Heartbeat(self.worker_registry, self.name, self._state, on_beat=self.counters.flush)

    def start(self) -> None:
        """Load the model, then register this worker as ready. Raises EngineError if the model cannot be loaded."""
        started = time.monotonic()
        self._info = self.engine.warm_up(self.lang)
        self.counters.count("worker_starts")
        self._heartbeat.start()
        seconds = round(time.monotonic() - started, 2)
        log.info("model ready", runtime=self._info.runtime, models=list(self._info.models), seconds=seconds)

    def run(self) -> None:
        """Process the next unit of the queue, if there is one."""
        self._busy = True
        try:
            self._units_done += self.runner.run()
        finally:
            self._busy = False
            self._idle_since = time.monotonic()

    def stop(self, reason: str = "stopped") -> None:
        """reason: "stopped" for a shutdown, "recycled" if another process replaces this one."""
        self.counters.count(f"worker_ends:{reason}")
        self._heartbeat.stop()
        self.tracer.close()

    def _state(self) -> dict[str, Any]:
        return {
            "engine": self._info.name,
            "runtime": self._info.runtime,
            "models": list(self._info.models),
            "languages": list(self.engine.loaded_languages),
            "units_done": self._units_done,
            "idle_seconds": 0.0 if self._busy else round(time.monotonic() - self._idle_since, 1),
            "rss_mb": round(psutil.Process().memory_info().rss / 2**20, 1),
        }


def prepare_child_process() -> None:
    """First step after the fork: end when the parent ends, and give requests priority over OCR."""
    die_with_parent(signal.SIGKILL)
    try:
        os.nice(NICENESS)
    except OSError:  # forbidden in some sandboxes: requests then take a little longer while pages are read
        log.warning("could not lower the priority of this process", exc_info=True)

"""One worker process: its engine, its heartbeat, the jobs it runs."""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil
import structlog

from paddleocr_service import NullEngine, OCREngine
from services.job_runner import JobRunner
from services.job_store import JobStore
from services.ocr_service.document import OCRService
from services.storage import Storage
from services.tally import Tally
from services.tracing import NoTracer, Tracer
from services.watch import Watch
from services.work_queue import WorkQueue
from services.worker_registry import Heartbeat, WorkerRegistry
from utils.memory import usable_memory

log = structlog.get_logger(__name__)

#: A worker may fill this part of the machine's memory, shared with its siblings, with pipelines of other languages.
MEMORY_SHARE = 0.5


class Worker:
    """Lives in a child process, from its fork to its end."""

    def __init__(
        self,
        name: str,
        settings,
        store: JobStore,
        queue: WorkQueue,
        uploads: Storage,
        registry: WorkerRegistry,
        enqueue: Callable[[str, float], None],
        stopping: Callable[[], bool],
        tally: Tally,
        tracer: Tracer | NoTracer,
    ) -> None:
        self._engine = build_engine(settings)
        self._lang = settings.ocr_lang
        self._units_done = 0
        self._busy = False
        self._idle_since = time.monotonic()
        ocr = OCRService(self._engine, settings.max_image_pixels)
        self._runner = JobRunner(
            store,
            queue,
            uploads,
            ocr,
            enqueue,
            settings.ocr_timeout_per_page,
            stopping,
            Watch(tally, ocr.stages, tracer),
        )
        self._tally = tally
        self._tracer = tracer
        self._heartbeat = Heartbeat(registry, name, self._facts, each_time=tally.flush)

    def start(self) -> None:
        """Load the model, then tell that this worker is ready. Raises EngineError when the model cannot be had."""
        started = time.monotonic()
        self._info = self._engine.warm_up(self._lang)
        self._tally.count("worker_starts")
        self._heartbeat.start()
        log.info(
            "model ready",
            runtime=self._info.runtime,
            models=list(self._info.models),
            seconds=round(time.monotonic() - started, 2),
        )

    def run(self) -> None:
        """Work on the unit whose turn it is, if there is one."""
        self._busy = True
        try:
            self._units_done += self._runner.run()
        finally:
            self._busy = False
            self._idle_since = time.monotonic()

    def stop(self, how: str = "stopped") -> None:
        """`how` is "stopped" when it was told to, "recycled" when it makes room for another."""
        self._tally.count(f"worker_ends:{how}")
        self._heartbeat.stop()
        self._tracer.close()

    def _facts(self) -> dict:
        return {
            "engine": self._info.name,
            "runtime": self._info.runtime,
            "models": list(self._info.models),
            "languages": list(self._engine.loaded_languages),
            "units_done": self._units_done,
            "idle_seconds": 0.0 if self._busy else round(time.monotonic() - self._idle_since, 1),
            "rss_mb": round(psutil.Process().memory_info().rss / 2**20, 1),
        }


def build_engine(settings) -> OCREngine | NullEngine:
    """The engine that the settings ask for; nothing is loaded yet."""
    if settings.ocr_runtime == "null":
        return NullEngine()
    memory_mb = usable_memory() / 2**20 * MEMORY_SHARE / settings.ocr_workers
    return OCREngine(
        model=settings.ocr_model,
        runtime=settings.ocr_runtime,
        threads=settings.ocr_threads,
        lang=settings.ocr_lang,
        model_dir=settings.ocr_model_dir,
        max_width=settings.max_image_width,
        max_height=settings.max_image_height,
        memory_limit_mb=int(memory_mb),
        use_gpu=settings.use_gpu,
    )

"""The composition root: settings in, services out. The web door and the worker door both come here.

Nothing connects or loads at construction. `settings` is `config.Settings`, handed in, so this room imports no other.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redis import Redis

from paddleocr_service import Catalogue
from services.errors import OCRServiceError
from services.health_service import HealthService
from services.inspection import InspectionLimits, Inspector
from services.job_service import JobService
from services.job_store import JobStore, Retention
from services.known_picture import KnownPicture
from services.readiness import Readiness
from services.redis_service import RedisService
from services.service_metrics import ServiceMetrics
from services.sweeper import Sweeper
from services.tally import Tally
from services.tracing import NoTracer, Tracer, make_tracer
from services.upload_store import UploadStore
from services.worker_registry import WorkerRegistry

if TYPE_CHECKING:
    from services.worker import Worker

#: Puts a job's id on the queue, to be delivered after so many seconds.
Enqueue = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Queue:
    """The broker as the services see it."""

    put: Enqueue
    #: The id of the job that comes next, or None when the queue is empty.
    head: Callable[[], str | None]


@dataclass(frozen=True, slots=True)
class Services:
    redis: RedisService
    store: JobStore
    uploads: UploadStore
    jobs: JobService
    catalogue: Catalogue
    workers: WorkerRegistry
    health: HealthService
    readiness: Readiness
    known_picture: KnownPicture
    tally: Tally
    metrics: ServiceMetrics
    tracer: Tracer | NoTracer
    queue: Queue
    settings: object

    def worker_fault(self) -> str | None:
        """Why no worker could work with these settings; None when one could."""
        try:
            self.jobs.check_language(self.settings.ocr_lang)
        except OCRServiceError as error:
            return error.message
        return None

    def build_sweeper(self) -> Sweeper:
        """For the parent process of a worker."""
        return Sweeper(self.redis, self.store, self.uploads, self.queue.put, self.queue.head)

    def build_worker(self, stopping: Callable[[], bool]) -> Worker:
        """For a child process of a worker, after the fork."""
        # Only a process that does OCR pays for what this imports.
        from services.worker import Worker

        name = f"{socket.gethostname()}:{os.getpid()}"
        parts = (self.store, self.uploads, self.workers, self.queue.put, stopping, self.tally, self.tracer)
        return Worker(name, self.settings, *parts)


def build_services(settings, make_queue: Callable[[Redis], Queue]) -> Services:
    """Everything both doors share; `make_queue` is given the client to look at the queue with."""
    redis = RedisService(settings.broker_url)
    queue = make_queue(redis.client)
    store = JobStore(redis, Retention(settings.result_ttl, settings.redis_cache_ttl, settings.cache_max_size))
    uploads = UploadStore(settings.upload_folder)
    # The null engine has no models of its own; languages and options are judged as if the usual ones were there.
    runtime = "auto" if settings.ocr_runtime == "null" else settings.ocr_runtime
    catalogue = Catalogue(settings.ocr_model, settings.ocr_model_dir, runtime)
    workers = WorkerRegistry(redis)
    limits = InspectionLimits(max_pixels=settings.max_image_pixels, max_pages=settings.max_pdf_pages)
    jobs = JobService(store, uploads, Inspector(limits), catalogue, queue.put)
    picture = KnownPicture(redis, store, uploads, workers, queue.put, settings.ocr_lang)
    tally = Tally(redis)
    configuration = {"environment": settings.flask_env, "model": settings.ocr_model, "lang": settings.ocr_lang}
    health = HealthService(redis, store, uploads, workers, configuration)
    return Services(
        redis=redis,
        store=store,
        uploads=uploads,
        jobs=jobs,
        catalogue=catalogue,
        workers=workers,
        health=health,
        readiness=Readiness(health.not_ready_because),
        known_picture=picture,
        tally=tally,
        metrics=ServiceMetrics(tally, store, workers, picture),
        tracer=make_tracer(settings.otel_exporter_otlp_endpoint),
        queue=queue,
        settings=settings,
    )

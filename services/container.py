"""The composition root: settings in, services out. The web door and the worker door both come here.

Nothing connects or loads at construction. `settings` is `config.Settings`, handed in so that this room imports no other.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass

from redis import Redis

from paddleocr_service import Catalogue
from services.health_service import HealthService
from services.inspection import InspectionLimits, Inspector
from services.job_service import JobService
from services.job_store import JobStore, Retention
from services.redis_service import RedisService
from services.sweeper import Sweeper
from services.upload_store import UploadStore
from services.worker_registry import WorkerRegistry

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
    queue: Queue


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
    configuration = {"environment": settings.flask_env, "model": settings.ocr_model, "lang": settings.ocr_lang}
    return Services(
        redis=redis,
        store=store,
        uploads=uploads,
        jobs=JobService(store, uploads, Inspector(limits), catalogue, queue.put),
        catalogue=catalogue,
        workers=workers,
        health=HealthService(redis, store, uploads, workers, configuration),
        queue=queue,
    )


def build_sweeper(services: Services) -> Sweeper:
    """For the parent process of a worker."""
    return Sweeper(services.redis, services.store, services.uploads, services.queue.put, services.queue.head)


def build_worker(settings, services: Services, stopping: Callable[[], bool]):
    """For a child process of a worker: loads the model, so call it after the fork. Returns a `Worker`."""
    # Only a process that does OCR pays for these imports.
    from services.worker import Worker

    name = f"{socket.gethostname()}:{os.getpid()}"
    return Worker(name, settings, services.store, services.uploads, services.workers, services.queue.put, stopping)

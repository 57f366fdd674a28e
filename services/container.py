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
from services.admission import Admission
from services.arrivals import Arrivals
from services.dead_letters import DeadLetters
from services.errors import OCRServiceError
from services.health_service import HealthService
from services.idempotency import Idempotency
from services.inspection import InspectionLimits, Inspector
from services.job_service import JobService
from services.job_store import JobStore, Retention
from services.known_picture import KnownPicture
from services.readiness import Readiness
from services.redis_service import RedisService
from services.service_metrics import ServiceMetrics
from services.storage import Storage, UploadSignature, build_storage
from services.sweeper import Sweeper
from services.tally import Tally
from services.tracing import NoTracer, Tracer, make_tracer
from services.upload_service import UploadService
from services.watchdog import Watchdog
from services.webhooks.guard import Guard
from services.webhooks.signing import Signer, derived_secret
from services.work_queue import WorkQueue
from services.worker_registry import WorkerRegistry

if TYPE_CHECKING:
    from services.webhooks.courier import Courier
    from services.worker import Worker

#: Puts a ticket for a job on the queue, to be delivered after so many seconds.
Enqueue = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Queue:
    """The broker as the services see it."""

    put: Enqueue
    #: Has a worker look at the upload of a job, which seems to have come.
    tell_arrival: Callable[[str], None]
    #: How many tickets no worker has taken yet.
    tickets: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Services:
    redis: RedisService
    store: JobStore
    work: WorkQueue
    uploads: Storage
    direct: UploadService
    arrivals: Arrivals
    admission: Admission
    jobs: JobService
    idempotency: Idempotency
    dead_letters: DeadLetters
    catalogue: Catalogue
    workers: WorkerRegistry
    health: HealthService
    readiness: Readiness
    known_picture: KnownPicture
    tally: Tally
    metrics: ServiceMetrics
    tracer: Tracer | NoTracer
    webhook_guard: Guard
    webhook_signer: Signer
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
        return Sweeper(self.redis, self.work, self.uploads, self.arrivals, self.queue.put, self.queue.tickets)

    def build_courier(self) -> Courier:
        """For the parent process of a worker."""
        from services.webhooks.courier import Courier
        from services.webhooks.outbox import Outbox
        from services.webhooks.sender import Sender

        sender = Sender(self.webhook_guard, self.webhook_signer)
        return Courier(Outbox(self.redis), self.store, sender)

    def build_watchdog(self) -> Watchdog:
        """For the parent process of a worker."""
        return Watchdog(self.workers, self.work, self.queue.tickets, self.settings.ocr_timeout_per_page)

    def build_worker(self, stopping: Callable[[], bool]) -> Worker:
        """For a child process of a worker, after the fork."""
        # Only a process that does OCR pays for what this imports.
        from services.worker import Worker

        name = f"{socket.gethostname()}:{os.getpid()}"
        parts = (self.store, self.work, self.uploads, self.workers, self.queue.put, stopping, self.tally, self.tracer)
        return Worker(name, self.settings, *parts)


def build_services(settings, make_queue: Callable[[Redis], Queue]) -> Services:
    """Everything both doors share; `make_queue` is given the client to look at the queue with."""
    redis = RedisService(settings.broker_url)
    queue = make_queue(redis.client)
    retention = Retention(settings.result_ttl, settings.redis_cache_ttl, settings.cache_max_size)
    store = JobStore(redis, retention)
    work = WorkQueue(redis, retention)
    uploads = build_storage(settings)
    # The null engine has no models of its own; languages and options are judged as if the usual ones were there.
    runtime = "auto" if settings.ocr_runtime == "null" else settings.ocr_runtime
    catalogue = Catalogue(settings.ocr_model, settings.ocr_model_dir, runtime)
    workers = WorkerRegistry(redis)
    limits = InspectionLimits(max_pixels=settings.max_image_pixels, max_pages=settings.max_pdf_pages)
    admission = Admission(redis, settings.max_queue_wait)
    jobs = JobService(store, uploads, Inspector(limits), catalogue, queue.put, admission, work)
    arrivals = Arrivals(store, uploads, jobs, queue.tell_arrival)
    direct = UploadService(
        *(store, uploads, jobs, arrivals, admission, UploadSignature(settings.secret_key)),
        most_bytes=settings.max_content_length,
        ttl=settings.upload_ttl,
    )
    picture = KnownPicture(redis, store, work, uploads, workers, queue.put, settings.ocr_lang)
    tally = Tally(redis)
    configuration = {"environment": settings.flask_env, "model": settings.ocr_model, "lang": settings.ocr_lang}
    health = HealthService(redis, work, uploads, workers, configuration)
    return Services(
        redis=redis,
        store=store,
        work=work,
        uploads=uploads,
        direct=direct,
        arrivals=arrivals,
        admission=admission,
        jobs=jobs,
        idempotency=Idempotency(redis, settings.secret_key, settings.result_ttl),
        dead_letters=DeadLetters(store, queue.put),
        catalogue=catalogue,
        workers=workers,
        health=health,
        readiness=Readiness(health.not_ready_because),
        known_picture=picture,
        tally=tally,
        metrics=ServiceMetrics(tally, store, work, workers, picture),
        tracer=make_tracer(settings.otel_exporter_otlp_endpoint),
        webhook_guard=Guard(settings.webhook_allowed_networks),
        webhook_signer=Signer(settings.webhook_secret or (derived_secret(settings.secret_key),)),
        queue=queue,
        settings=settings,
    )

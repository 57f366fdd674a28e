"""The composition root: builds all objects from the settings. `app.py` and `celery_app.py` start here.

Flask and the OCR are imported inside the functions that build them, so that a worker never loads Flask and a web
process loads no OCR library.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redis import Redis

from config import VERSION, ConfigurationError, Settings
from paddleocr_service import Catalogue, EngineError, NullEngine, OCREngine
from routes.paths import job_links, upload_path
from services.container import Broker, RequestLimits, Services
from services.errors import OCRServiceError
from services.health.known_picture.check import KnownPictureCheck
from services.health.readiness import Readiness
from services.health.service import HealthService
from services.health.worker_registry import WorkerRegistry
from services.inspection import InspectionLimits, Inspector
from services.jobs.admission import Admission
from services.jobs.dead_letters import DeadLetters
from services.jobs.idempotency import Idempotency
from services.jobs.service import JobService
from services.jobs.store import JobStore, Retention
from services.jobs.unit_queue import UnitQueue
from services.redis_service import RedisService
from services.storage import Storage, UploadSignature, build_storage
from services.telemetry.counters import Counters
from services.telemetry.service_metrics import ServiceMetrics
from services.telemetry.tracing import make_tracer
from services.uploads.arrivals import Arrivals
from services.uploads.service import UploadService
from services.webhooks.guard import Guard
from services.webhooks.signing import Signer, derived_secret
from services.worker.sizing import WorkerSize
from tasks.queue import OCRCelery, make_broker, make_celery
from utils.logging_setup import configure_logging

if TYPE_CHECKING:
    from flask import Flask

    from services.worker.process import WorkerProcess

__all__ = ["ConfigurationError", "Runtime", "Services", "Settings", "bootstrap"]


@dataclass(frozen=True, slots=True)
class Runtime:
    """What both entry points share."""

    settings: Settings
    services: Services
    celery: OCRCelery


def bootstrap(settings: Settings | None = None, services: Services | None = None) -> Runtime:
    """Read the settings and build the services. Opens no connection and loads no model. Raises ConfigurationError.

    Tests pass the settings and services that they replace.
    """
    settings = settings or Settings.from_env()
    configure_logging(settings.log_level, settings.log_format)
    celery = build_celery(settings)
    if services is None:
        try:
            services = build_services(settings, lambda client: make_broker(celery, client))
        except EngineError as error:
            raise ConfigurationError({"OCR_MODEL, OCR_RUNTIME": error.message}) from error
    return Runtime(settings, services, celery)


def build_celery(settings: Settings) -> OCRCelery:
    size = WorkerSize.for_this_machine(settings.ocr_workers, settings.ocr_threads)
    return make_celery(
        settings.broker_url,
        processes=size.processes,
        memory_limit_kb=size.process_memory_limit() // 1024,
        # The time limits of all pages, doubled for the work around the pages, and ten minutes.
        longest_job_seconds=2 * settings.max_pdf_pages * settings.ocr_timeout_per_page + 600,
    )


def build_services(settings: Settings, make_broker: Callable[[Redis], Broker]) -> Services:
    """make_broker gets the Redis client that counts tickets. Raises EngineError for an unknown model."""
    redis = RedisService(settings.broker_url)
    broker = make_broker(redis.client)
    retention = Retention(settings.result_ttl, settings.redis_cache_ttl, settings.cache_max_size)
    store, unit_queue = JobStore(redis, retention), UnitQueue(redis, retention)
    storage = _storage(settings)
    worker_registry = WorkerRegistry(redis)
    catalogue = _catalogue(settings)
    admission = Admission(redis, settings.max_queue_wait)
    jobs = JobService(
        store=store,
        unit_queue=unit_queue,
        storage=storage,
        inspector=Inspector(InspectionLimits(settings.max_image_pixels, settings.max_pdf_pages)),
        catalogue=catalogue,
        admission=admission,
        send_ticket=broker.send_ticket,
    )
    arrivals = Arrivals(store=store, storage=storage, jobs=jobs, send_arrival=broker.send_arrival)
    uploads = UploadService(
        store=store,
        storage=storage,
        arrivals=arrivals,
        admission=admission,
        signature=UploadSignature(settings.secret_key),
        max_bytes=settings.max_content_length,
        ttl=settings.upload_ttl,
    )
    known_picture = KnownPictureCheck(
        redis=redis,
        store=store,
        unit_queue=unit_queue,
        storage=storage,
        worker_registry=worker_registry,
        send_ticket=broker.send_ticket,
        lang=settings.ocr_lang,
    )
    health = HealthService(
        redis=redis,
        unit_queue=unit_queue,
        storage=storage,
        worker_registry=worker_registry,
        configuration={"environment": settings.flask_env, "model": settings.ocr_model, "lang": settings.ocr_lang},
    )
    counters = Counters(redis)
    return Services(
        redis=redis,
        broker=broker,
        storage=storage,
        catalogue=catalogue,
        job_store=store,
        unit_queue=unit_queue,
        jobs=jobs,
        admission=admission,
        idempotency=Idempotency(redis, settings.secret_key, settings.result_ttl),
        dead_letters=DeadLetters(store, broker.send_ticket),
        uploads=uploads,
        arrivals=arrivals,
        worker_registry=worker_registry,
        health=health,
        readiness=Readiness(health.not_ready_because),
        known_picture=known_picture,
        counters=counters,
        metrics=ServiceMetrics(counters, store, unit_queue, worker_registry, known_picture),
        tracer=make_tracer(settings.otel_exporter_otlp_endpoint),
        webhook_guard=Guard(settings.webhook_allowed_networks),
        webhook_signer=Signer(settings.webhook_secret or (derived_secret(settings.secret_key),)),
    )


def _storage(settings: Settings) -> Storage:
    return build_storage(
        settings.upload_folder,
        UploadSignature(settings.secret_key),
        upload_path,
        s3_bucket=settings.s3_bucket,
        s3_prefix=settings.s3_prefix,
        s3_endpoint_url=settings.s3_endpoint_url,
        s3_region=settings.s3_region,
    )


def _catalogue(settings: Settings) -> Catalogue:
    # The null engine has no models: languages and options are checked as if the usual models were installed.
    runtime = "auto" if settings.ocr_runtime == "null" else settings.ocr_runtime
    return Catalogue(settings.ocr_model, settings.ocr_model_dir, runtime)


# The worker: background services in its parent process, OCR in its child processes.


def worker_fault(runtime: Runtime) -> str | None:
    """Why a worker cannot run with these settings; None if it can."""
    try:
        runtime.services.jobs.check_language(runtime.settings.ocr_lang)
    except OCRServiceError as error:
        return error.message
    return None


def start_background_services(runtime: Runtime) -> None:
    """Start the threads of the worker's parent process."""
    from services.webhooks.dispatcher import WebhookDispatcher
    from services.webhooks.outbox import Outbox
    from services.webhooks.sender import Sender
    from services.worker.sweeper import Sweeper
    from services.worker.watchdog import Watchdog

    services, broker = runtime.services, runtime.services.broker
    sweeper = Sweeper(
        redis=services.redis,
        unit_queue=services.unit_queue,
        storage=services.storage,
        arrivals=services.arrivals,
        send_ticket=broker.send_ticket,
        ticket_count=broker.ticket_count,
    )
    sender = Sender(services.webhook_guard, services.webhook_signer)
    dispatcher = WebhookDispatcher(Outbox(services.redis), services.job_store, sender, job_links)
    page_timeout = runtime.settings.ocr_timeout_per_page
    watchdog = Watchdog(services.worker_registry, services.unit_queue, broker.ticket_count, page_timeout)
    for service in (sweeper, dispatcher, watchdog):
        service.start()


def build_worker(runtime: Runtime, stopping: Callable[[], bool]) -> WorkerProcess:
    """For a child process of the worker. Call it right after the fork."""
    from services.ocr_service.document import OCRService
    from services.worker.process import WorkerProcess, prepare_child_process
    from services.worker.runner import UnitRunner
    from services.worker.unit_telemetry import UnitTelemetry

    prepare_child_process()
    settings, services = runtime.settings, runtime.services
    engine = build_engine(settings)
    ocr = OCRService(engine, settings.max_image_pixels)
    runner = UnitRunner(
        store=services.job_store,
        unit_queue=services.unit_queue,
        storage=services.storage,
        ocr=ocr,
        send_ticket=services.broker.send_ticket,
        page_timeout=settings.ocr_timeout_per_page,
        stopping=stopping,
        telemetry=UnitTelemetry(services.counters, ocr.stages, services.tracer),
    )
    return WorkerProcess(
        f"{socket.gethostname()}:{os.getpid()}",
        engine,
        runner,
        lang=settings.ocr_lang,
        worker_registry=services.worker_registry,
        counters=services.counters,
        tracer=services.tracer,
    )


def build_engine(settings: Settings) -> OCREngine | NullEngine:
    """The engine that the settings select. Loads no model yet."""
    if settings.ocr_runtime == "null":
        return NullEngine()
    size = WorkerSize.for_this_machine(settings.ocr_workers, settings.ocr_threads)
    return OCREngine(
        model=settings.ocr_model,
        runtime=settings.ocr_runtime,
        threads=size.threads,
        lang=settings.ocr_lang,
        model_dir=settings.ocr_model_dir,
        max_width=settings.max_image_width,
        max_height=settings.max_image_height,
        memory_limit_mb=size.model_memory_limit() // 2**20,
        use_gpu=settings.use_gpu,
    )


# The web application.


def build_flask(runtime: Runtime) -> Flask:
    """An application with the services, but without middleware and routes."""
    from middleware.flask_app import OCRFlask

    settings = runtime.settings
    app = OCRFlask("app", static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        DEBUG=settings.debug,
        MAX_CONTENT_LENGTH=settings.max_content_length,
        VERSION=VERSION,
        STARTED=time.monotonic(),
    )
    app.extensions.update(celery=runtime.celery, services=runtime.services)
    return app


def add_middleware(app: Flask, runtime: Runtime) -> None:
    from middleware import stack

    stack.install(app, runtime.settings)


def add_routes(app: Flask, runtime: Runtime) -> None:
    from middleware.rate_limiter import limiter_of, shared_limit
    from routes import register

    settings = runtime.settings
    register.register(
        app,
        limits=_request_limits(settings),
        rate_limit=shared_limit(limiter_of(app), settings),
        upload_events_token=settings.upload_events_token,
        version=VERSION,
    )


def _request_limits(settings: Settings) -> RequestLimits:
    return RequestLimits(
        default_model=settings.ocr_model,
        default_lang=settings.ocr_lang,
        max_content_length=settings.max_content_length,
        max_image_pixels=settings.max_image_pixels,
        max_image_width=settings.max_image_width,
        max_image_height=settings.max_image_height,
        max_pdf_pages=settings.max_pdf_pages,
        default_dpi=settings.default_dpi,
        max_dpi=settings.max_dpi,
        page_timeout_seconds=settings.ocr_timeout_per_page,
        result_ttl_seconds=settings.result_ttl,
        max_wait_seconds=settings.request_timeout,
    )

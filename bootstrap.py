"""The composition root: builds all objects from the settings. `app.py` and `celery_app.py` start here.

Imports inside functions keep Flask out of workers and OCR libraries out of web processes.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from config import VERSION, ConfigurationError, Settings, python_variables
from paddleocr_service import Catalogue, EngineError, NullEngine, OCREngine
from routes.paths import job_links, upload_path
from services.accounts.account import Limits
from services.accounts.audit import AuditLog
from services.accounts.authenticator import Authenticator
from services.accounts.deletion import AccountData
from services.accounts.service import AccountPolicy, AccountService
from services.container import Broker, RequestLimits, Services
from services.health.known_picture.check import KnownPictureCheck
from services.health.readiness import Readiness
from services.health.service import HealthService
from services.health.worker_registry import WorkerRegistry
from services.inspection import InspectionLimits, Inspector
from services.jobs.admission import Admission
from services.jobs.batches import Batches
from services.jobs.dead_letters import DeadLetters
from services.jobs.idempotency import Idempotency
from services.jobs.quota import UsualQuota
from services.jobs.sealed_text import Sealer
from services.jobs.service import JobService
from services.jobs.store import JobStore, Retention
from services.jobs.unit_queue import UnitQueue
from services.redis_service import RedisClient, RedisService
from services.storage import FileStorage, S3Storage, Storage, UploadSignature
from services.telemetry.counters import Counters
from services.telemetry.service_metrics import ServiceMetrics
from services.telemetry.tracing import Tracer
from services.uploads.arrivals import Arrivals
from services.uploads.service import UploadService
from services.webhooks.guard import Guard
from services.webhooks.signing import Signer, derived_secret
from services.worker.sizing import WorkerSize
from tasks.queue import OCRCelery, make_broker, make_celery
from utils.logging_setup import configure_logging

if TYPE_CHECKING:
    from flask import Flask

    from services.fetching.fetcher import Fetcher
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
    try:
        services = services or build_services(settings, lambda client: make_broker(celery, client))
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


def build_services(settings: Settings, make_broker: Callable[[RedisClient], Broker]) -> Services:
    """make_broker gets the Redis client that counts tickets. Raises EngineError for an unknown model."""
    redis = RedisService(settings.broker_url)
    broker = make_broker(redis.client)
    retention = Retention(settings.result_ttl, settings.redis_cache_ttl, settings.cache_max_size)
    quota = UsualQuota(
        settings.account_pages_per_day, settings.account_pages_per_month, settings.account_concurrent_jobs
    )
    store, unit_queue = JobStore(redis, retention, quota), UnitQueue(redis, retention)
    accounts = _accounts(settings, redis)
    signature, sealer = UploadSignature(settings.secret_key), Sealer(settings.secret_key)
    guard = Guard(settings.webhook_allowed_networks)
    storage = _storage(settings, signature)
    worker_registry, counters = WorkerRegistry(redis), Counters(redis)
    # The null engine has no models: languages and options are checked as if the usual models were installed.
    ocr_runtime = "auto" if settings.ocr_runtime == "null" else settings.ocr_runtime
    catalogue = Catalogue(settings.ocr_model, settings.ocr_model_dir, ocr_runtime)
    admission = Admission(redis, settings.max_queue_wait)
    jobs = JobService(
        store=store,
        unit_queue=unit_queue,
        storage=storage,
        inspector=Inspector(
            InspectionLimits(settings.max_image_pixels, settings.max_pdf_pages),
            max_file_bytes=settings.max_content_length,
            variables=python_variables(),
        ),
        catalogue=catalogue,
        admission=admission,
        send_ticket=broker.send_ticket,
        sealer=sealer,
    )
    arrivals = Arrivals(store=store, storage=storage, jobs=jobs, send_arrival=broker.send_arrival)
    uploads = UploadService(
        store=store,
        storage=storage,
        arrivals=arrivals,
        admission=admission,
        signature=signature,
        max_bytes=settings.max_content_length,
        ttl=settings.upload_ttl,
        max_files=settings.max_batch_files,
        guard=guard,
        sealer=sealer,
        fetch_urls=settings.fetch_urls,
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
    batches = Batches(redis, retention.record_ttl)
    idempotency = Idempotency(redis, settings.secret_key, settings.result_ttl)
    health = HealthService(
        redis=redis,
        unit_queue=unit_queue,
        storage=storage,
        worker_registry=worker_registry,
        configuration={"environment": settings.flask_env, "model": settings.ocr_model, "lang": settings.ocr_lang},
    )
    return Services(
        redis=redis,
        broker=broker,
        storage=storage,
        catalogue=catalogue,
        job_store=store,
        unit_queue=unit_queue,
        jobs=jobs,
        admission=admission,
        batches=batches,
        idempotency=idempotency,
        dead_letters=DeadLetters(store, broker.send_ticket),
        authenticator=_authenticator(settings, redis),
        accounts=accounts,
        account_data=AccountData(accounts, jobs, store, batches, idempotency),
        uploads=uploads,
        arrivals=arrivals,
        worker_registry=worker_registry,
        health=health,
        readiness=Readiness(health.not_ready_because),
        known_picture=known_picture,
        counters=counters,
        metrics=ServiceMetrics(counters, store, unit_queue, worker_registry, known_picture),
        tracer=Tracer(settings.otel_exporter_otlp_endpoint),
        webhook_guard=guard,
        sealer=sealer,
        webhook_signer=Signer(settings.webhook_secret or (derived_secret(settings.secret_key),)),
    )


def _accounts(settings: Settings, redis: RedisService) -> AccountService:
    defaults = Limits(
        requests_per_minute=_usual_requests(settings) if settings.rate_limit_window == "minute" else 0,
        pages_per_day=settings.account_pages_per_day,
        pages_per_month=settings.account_pages_per_month,
        concurrent_jobs=settings.account_concurrent_jobs,
        max_file_bytes=settings.max_content_length,
    )
    policy = AccountPolicy(settings.registration, settings.registration_limit, settings.key_grace_seconds, defaults)
    return AccountService(redis, policy, AuditLog(redis))


def _authenticator(settings: Settings, redis: RedisService) -> Authenticator:
    window = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}[settings.rate_limit_window]
    return Authenticator(redis, settings.failed_key_limit, _usual_requests(settings), window)


def _usual_requests(settings: Settings) -> int:
    return settings.rate_limit_requests if settings.rate_limit_enabled else 0


def _storage(settings: Settings, signature: UploadSignature) -> Storage:
    """S3 if a bucket is named, otherwise the file system. The folder also holds files while they are received."""
    folder, bucket = settings.upload_folder, settings.s3_bucket
    if not bucket:
        return FileStorage(folder, signature, upload_path)
    endpoint = settings.s3_endpoint_url
    return S3Storage(folder, bucket, prefix=settings.s3_prefix, endpoint_url=endpoint, region=settings.s3_region)


def start_background_services(runtime: Runtime) -> None:
    """Start the threads of the worker's parent process."""
    from services.webhooks.dispatcher import WebhookDispatcher
    from services.webhooks.outbox import Outbox
    from services.webhooks.sender import Sender
    from services.worker.sweeper import Sweeper
    from services.worker.watchdog import Watchdog

    services, broker = runtime.services, runtime.services.broker
    Sweeper(
        redis=services.redis,
        store=services.job_store,
        unit_queue=services.unit_queue,
        storage=services.storage,
        arrivals=services.arrivals,
        send_ticket=broker.send_ticket,
        ticket_count=broker.ticket_count,
    ).start()
    sender = Sender(services.webhook_guard, services.webhook_signer)
    page_timeout = runtime.settings.ocr_timeout_per_page
    WebhookDispatcher(Outbox(services.redis), services.job_store, sender, job_links).start()
    if runtime.settings.fetch_urls:
        _fetcher(runtime).start()
    Watchdog(services.worker_registry, services.unit_queue, broker.ticket_count, page_timeout).start()


def _fetcher(runtime: Runtime) -> Fetcher:
    from services.fetching.download import Downloader
    from services.fetching.fetcher import Fetcher
    from services.fetching.queue import FetchQueue

    services = runtime.services
    return Fetcher(
        FetchQueue(services.redis),
        services.job_store,
        services.storage,
        services.arrivals,
        Downloader(services.webhook_guard),
        services.sealer,
        runtime.settings.max_content_length,
    )


def build_worker(runtime: Runtime, stopping: Callable[[], bool]) -> WorkerProcess:
    """For a child process of the worker. Call it right after the fork."""
    from services.document_process.outputs import ConfinedOutputs
    from services.document_process.service import ConfinedOCRService
    from services.worker.process import WorkerProcess, prepare_child_process
    from services.worker.runner import UnitRunner
    from services.worker.unit_telemetry import UnitTelemetry

    prepare_child_process()
    settings, services = runtime.settings, runtime.services
    engine = build_engine(settings)
    ocr = ConfinedOCRService(engine, settings.max_image_pixels, settings.max_content_length, python_variables())
    runner = UnitRunner(
        store=services.job_store,
        unit_queue=services.unit_queue,
        storage=services.storage,
        ocr=ocr,
        outputs=ConfinedOutputs(ocr.process),
        send_ticket=services.broker.send_ticket,
        page_timeout=settings.ocr_timeout_per_page,
        stopping=stopping,
        telemetry=UnitTelemetry(services.counters, ocr.stages, services.tracer),
        sealer=services.sealer,
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
    """The configured engine. Loads no model yet."""
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


def build_flask(runtime: Runtime) -> Flask:
    """An application with the services, but without middleware and routes."""
    from middleware.flask_app import OCRFlask, form_limits

    settings = runtime.settings
    app = OCRFlask("app", static_folder=None)
    app.config.update(SECRET_KEY=settings.secret_key, DEBUG=settings.debug, VERSION=VERSION, STARTED=time.monotonic())
    app.config.update(MAX_CONTENT_LENGTH=settings.max_content_length, SOURCE_URL=settings.source_url)
    app.config.update(PUBLIC_URL=settings.public_url)
    app.config.update(form_limits(settings.max_batch_files))
    app.extensions.update(celery=runtime.celery, services=runtime.services)
    return app


def add_middleware(app: Flask, runtime: Runtime) -> None:
    from middleware import stack
    from middleware.api_keys import KeyRules
    from middleware.rate_limiter import RateLimit
    from routes.paths import AUTH, OCR

    settings = runtime.settings
    limits = (settings.rate_limit_requests, settings.rate_limit_window)
    rate_limit = RateLimit(*limits, settings.broker_url, settings.max_batch_files, settings.rate_limit_enabled)
    key_rules = KeyRules(
        of_settings=settings.api_keys,
        admin_token=settings.admin_token,
        required=settings.api_key_enabled or bool(settings.api_keys),
        prefixes=(f"{OCR}/", f"{AUTH}/"),
        account_prefix=f"{AUTH}/",
    )
    stack.install(
        app,
        key_rules=key_rules,
        tracer=runtime.services.tracer if settings.otel_exporter_otlp_endpoint else None,
        cors_origins=settings.cors_origins,
        rate_limit=rate_limit,
        trusted_proxies=settings.trusted_proxies,
        public_path=urlsplit(settings.public_url).path.rstrip("/"),
    )


def add_routes(app: Flask, runtime: Runtime) -> None:
    from middleware.rate_limiter import limited
    from routes import register

    settings = runtime.settings
    limits = RequestLimits(**{field.name: getattr(settings, field.name) for field in fields(RequestLimits)})
    try:
        register.register(
            app,
            limits=limits,
            rate_limit=limited(app),
            upload_events_token=settings.upload_events_token,
            foreign=settings.compat,
            version=VERSION,
        )
    except ValueError as error:
        raise ConfigurationError({"COMPAT": str(error)}) from error


def add_server_hooks(app: Flask, runtime: Runtime) -> None:
    """Provide the hooks of the web server. Call it after `add_routes`."""
    from middleware.error_handler import error_before_application
    from middleware.view_marks import Mark, paths_with
    from server.hooks import EXTENSION, ServerHooks
    from services.jobs.watcher import JobWatcher

    services = runtime.services
    app.extensions[EXTENSION] = ServerHooks(
        fast_paths=paths_with(app, Mark.FAST),
        creating_paths=paths_with(app, Mark.CREATES_WORK),
        slot=lambda in_progress: services.admission.slot(in_progress),
        watch_jobs=lambda listener: JobWatcher(
            services.redis, services.job_store, listener, services.authenticator.ended_keys
        ),
        error_response=error_before_application,
        on_start=lambda: services.readiness.start(),
        on_stop=lambda: services.known_picture.stop_waiting(),
    )

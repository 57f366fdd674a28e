"""Every service, the broker as the services see it, and the limits of requests. `bootstrap.py` builds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from paddleocr_service import Catalogue
from services.accounts.authenticator import Authenticator
from services.accounts.deletion import AccountData
from services.accounts.service import AccountService
from services.health.known_picture.check import KnownPictureCheck
from services.health.readiness import Readiness
from services.health.service import HealthService
from services.health.worker_registry import WorkerRegistry
from services.jobs.admission import Admission
from services.jobs.batches import Batches
from services.jobs.dead_letters import DeadLetters
from services.jobs.idempotency import Idempotency
from services.jobs.sealed_text import Sealer
from services.jobs.service import JobService
from services.jobs.store import JobStore
from services.jobs.unit_queue import UnitQueue
from services.redis_service import RedisService
from services.storage import Storage
from services.telemetry.counters import Counters
from services.telemetry.service_metrics import ServiceMetrics
from services.telemetry.tracing import Tracer
from services.uploads.arrivals import Arrivals
from services.uploads.service import UploadService
from services.webhooks.guard import Guard
from services.webhooks.signing import Signer


@dataclass(frozen=True, slots=True)
class Broker:
    """Celery's queues, reduced to what the services need."""

    #: (job id, delay in seconds): queues a ticket. A ticket says only that there is work.
    send_ticket: Callable[[str, float], None]
    #: (job id): asks a worker to check whether the announced upload of this job has arrived.
    send_arrival: Callable[[str], None]
    #: Tickets that no worker has taken yet.
    ticket_count: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Services:
    """One instance per process. Nothing here connects or loads a model at construction."""

    redis: RedisService
    broker: Broker
    storage: Storage
    catalogue: Catalogue
    job_store: JobStore
    unit_queue: UnitQueue
    jobs: JobService
    admission: Admission
    idempotency: Idempotency
    batches: Batches
    dead_letters: DeadLetters
    authenticator: Authenticator
    accounts: AccountService
    account_data: AccountData
    uploads: UploadService
    arrivals: Arrivals
    worker_registry: WorkerRegistry
    health: HealthService
    readiness: Readiness
    known_picture: KnownPictureCheck
    counters: Counters
    metrics: ServiceMetrics
    tracer: Tracer
    webhook_guard: Guard
    sealer: Sealer
    webhook_signer: Signer


#: Lowest accepted value of the option `dpi`.
MIN_DPI = 72


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """The settings that clients see, under the same names. Schemas enforce them, `GET /capabilities` returns them."""

    ocr_model: str
    ocr_lang: str
    #: Bytes of a request.
    max_content_length: int
    max_batch_files: int
    #: An image with more pixels is rejected. One that is only wider or higher is scaled down.
    max_image_pixels: int
    max_image_width: int
    max_image_height: int
    max_pdf_pages: int
    default_dpi: int
    max_dpi: int
    ocr_timeout_per_page: int
    result_ttl: int
    #: Whether jobs may name their file by a URL.
    fetch_urls: bool
    #: Seconds. The longest that a request may wait for a result.
    request_timeout: int

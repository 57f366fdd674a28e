"""The web's door: `gunicorn "app:create_app()"`, or `python app.py` for everything at once on one machine."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from flask import Flask, Request
from flask.sessions import NullSession, SessionInterface

from config import VERSION, ConfigurationError, Settings, child_environment
from middleware import (
    access_log,
    api_keys,
    client_address,
    cors,
    error_handler,
    metrics,
    parking,
    plain_refusal,
    rate_limiter,
    request_id,
    security_headers,
    tracing,
)
from middleware.uploads import StreamingRequest
from paddleocr_service import EngineError
from routes import admin, commands, documentation, health, meta, ocr, plain_status, uploads
from routes import metrics as metrics_route
from services.container import Services, build_services
from services.embedded import CannotStart, run_embedded
from services.request_metrics import RequestMetrics
from tasks.queue import make_celery, make_queue
from utils.logging_setup import configure_logging
from utils.memory import usable_memory

#: A worker process that has grown past this part of the memory that is its own is replaced after its job.
WORKER_MEMORY_SHARE = 0.6


class NoSessions(SessionInterface):
    """Clients are told apart by what each request bears: no cookie is ever read or set."""

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return NullSession()


class OCRFlask(Flask):
    request_class = StreamingRequest
    session_interface = NoSessions()


def create_app(settings: Settings | None = None, services: Services | None = None) -> Flask:
    """The web application. Connects to nothing and loads no model; tests hand in what they want replaced."""
    settings = settings or Settings.from_env()
    configure_logging(settings.log_level, settings.log_format)
    app = OCRFlask(__name__, static_folder=None)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        DEBUG=settings.debug,
        MAX_CONTENT_LENGTH=settings.max_content_length,
        VERSION=VERSION,
        STARTED=time.monotonic(),
    )
    app.extensions["celery"] = celery = build_celery(settings)
    app.extensions["services"] = services or _services(settings, celery)

    request_id.init_app(app)
    access_log.init_app(app)
    metrics.init_app(app, RequestMetrics())
    api_keys.init_app(app, settings.api_keys, settings.admin_token)
    if settings.otel_exporter_otlp_endpoint:
        tracing.init_app(app)
    parking.init_app(app)
    security_headers.init_app(app)
    cors.init_app(app, settings.cors_origins)
    limiter = rate_limiter.make_limiter(settings)
    api = documentation.init_app(app, VERSION)
    error_handler.init_app(app)
    tell_budget = rate_limiter.init_app(app, limiter, settings)
    # A trace has every request in it, and with keys every request has to show one.
    if not settings.otel_exporter_otlp_endpoint and not settings.api_keys:
        plain_status.init_app(app, tell_budget)
        plain_refusal.init_app(app, tell_budget)
    client_address.init_app(app, settings.trusted_proxies)

    api.register_blueprint(ocr.make_blueprint(settings, limiter))
    api.register_blueprint(uploads.make_blueprint(settings, limiter))
    api.register_blueprint(health.blueprint)
    api.register_blueprint(metrics_route.blueprint)
    api.register_blueprint(meta.blueprint)
    api.register_blueprint(admin.blueprint)
    app.register_blueprint(commands.blueprint)
    return app


def _services(settings: Settings, celery) -> Services:
    try:
        return build_services(settings, lambda client: make_queue(celery, client))
    except EngineError as error:
        raise ConfigurationError({"OCR_MODEL, OCR_RUNTIME": [error.message]}) from error


def build_celery(settings: Settings):
    """The Celery application with the sizes that the settings and the machine's memory give."""
    memory_kb = int(usable_memory() * WORKER_MEMORY_SHARE / settings.ocr_workers / 1024)
    return make_celery(settings.broker_url, settings.ocr_workers, settings.longest_job_seconds, memory_kb)


def main() -> int:
    """`python app.py`: everything on this machine, until Ctrl-C."""
    root = Path(__file__).resolve().parent
    try:
        settings = Settings.from_env()
        return run_embedded(settings, child_environment(), root, root / "docs" / "sample.png")
    except (ConfigurationError, CannotStart) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())

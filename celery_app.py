"""The worker entry point: `celery -A celery_app worker`.

The parent process receives messages, sweeps and sends webhooks. Each child loads its model after the fork and does the
OCR.
"""

from __future__ import annotations

import mmap
import os
import sys
import time
import warnings

import structlog
from billiard.pool import EX_RECYCLE
from celery import signals
from celery.platforms import SecurityWarning

import bootstrap

log = structlog.get_logger(__name__)

# Celery warns against running as root because pickled messages could run code. This service accepts only JSON.
warnings.filterwarnings("ignore", category=SecurityWarning)

try:
    runtime = bootstrap.bootstrap()
except bootstrap.ConfigurationError as error:
    sys.exit(str(error))
# `celery -A celery_app` looks for an attribute `app` first: it has to be the Celery application.
app = celery = runtime.celery
celery.arrivals = runtime.services.arrivals
#: One byte shared by the parent and its children: the parent sets it when it begins to stop.
stopping = mmap.mmap(-1, 1)
#: Seconds that a child waits after a failed start before it exits and the parent starts the next one.
RESTART_PAUSE_SECONDS = 5


@signals.setup_logging.connect
def _keep_logging(**_: object) -> None:
    """`bootstrap` configured logging. Celery configures none of its own if this signal has a receiver."""


@signals.worker_init.connect
def _check_model(**_: object) -> None:
    """A worker whose model is not installed says so at once and does not start."""
    if fault := bootstrap.worker_fault(runtime):
        sys.exit(f"The worker cannot start: {fault}")


@signals.worker_ready.connect
def _start_background_services(**_: object) -> None:
    for service in bootstrap.build_background_services(runtime):
        service.start()


@signals.worker_shutting_down.connect
def _tell_children(**_: object) -> None:
    stopping[0] = 1


@signals.worker_process_init.connect
def _start_child(**_: object) -> None:
    try:
        celery.worker_process = bootstrap.build_worker(runtime, stopping=lambda: stopping[0] == 1)
        celery.worker_process.start()
    except Exception:
        # Celery would ignore this and send jobs to a child that cannot work. The parent starts another child instead.
        log.exception("could not load the model")
        time.sleep(RESTART_PAUSE_SECONDS)
        os._exit(1)


@signals.worker_process_shutdown.connect
def _stop_child(exitcode: int | None = None, **_: object) -> None:
    if worker := getattr(celery, "worker_process", None):
        worker.stop("recycled" if exitcode == EX_RECYCLE else "stopped")

"""The worker entry point: `celery -A celery_app worker`.

The parent process receives messages and runs the background services. Each child process loads its model after the fork
and does the OCR.
"""

import mmap
import os
import sys
import time
import warnings

import structlog
from billiard import pool
from celery import signals
from celery.exceptions import SecurityWarning

import bootstrap

log = structlog.get_logger(__name__)

# A child that ends waits up to this many times 0.1 s until its parent has read all of its results. A parent that stops
# never reads the result of a ticket that it has just handed out. With billiard's limit of 300, the stop took 30 s more.
# Nothing is lost: the results of this service are in Redis before the ticket is done.
pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = 30

# Celery warns against running as root because pickled messages could run code. This service accepts only JSON.
warnings.filterwarnings("ignore", category=SecurityWarning)

try:
    runtime = bootstrap.bootstrap()
except bootstrap.ConfigurationError as error:
    sys.exit(str(error))
# `celery -A celery_app` looks for this name.
app = runtime.celery
app.arrivals = runtime.services.arrivals
#: One byte shared by the parent and its children. The parent sets it when it begins to stop.
stopping = mmap.mmap(-1, 1)
#: Seconds between a child's failed start and its exit, after which the parent starts the next child.
RESTART_PAUSE_SECONDS = 5


@signals.setup_logging.connect
def _keep_logging(**_: object) -> None:
    """Does nothing, but its existence stops Celery from replacing the logging that `bootstrap` configured."""


@signals.worker_init.connect
def _check_model(**_: object) -> None:
    """Exit before the start if the model is not installed."""
    try:
        runtime.services.jobs.check_language(runtime.settings.ocr_lang)
    except Exception as error:
        log.exception("model check failed")
        sys.exit(f"The worker cannot start: {error}")


@signals.worker_ready.connect
def _start_background_services(**_: object) -> None:
    bootstrap.start_background_services(runtime)


@signals.worker_shutting_down.connect
def _notify_children(**_: object) -> None:
    stopping[0] = 1


@signals.worker_process_init.connect
def _start_child(**_: object) -> None:
    try:
        app.worker_process = bootstrap.build_worker(runtime, stopping=lambda: stopping[0] == 1)
        app.worker_process.start()
    except Exception:
        # Celery ignores exceptions here and would send jobs to this child. After an exit it starts another child.
        log.exception("could not load the model")
        time.sleep(RESTART_PAUSE_SECONDS)
        os._exit(1)


@signals.worker_process_shutdown.connect
def _stop_child(exitcode: int | None = None, **_: object) -> None:
    if app.worker_process:
        app.worker_process.stop("recycled" if exitcode == pool.EX_RECYCLE else "stopped")

"""The worker's door: `celery -A celery_app worker`.

The parent process receives messages, sweeps and calls webhooks; each child loads its model after the fork and does the
OCR.
"""

from __future__ import annotations

import mmap
import os
import signal
import sys
import time
import warnings

import structlog
from billiard.pool import EX_RECYCLE
from celery import signals
from celery.platforms import SecurityWarning

from app import create_app
from config import ConfigurationError
from utils.process import die_with_parent

log = structlog.get_logger(__name__)

# Celery warns of root because pickled messages could run code; we take JSON alone.
warnings.filterwarnings("ignore", category=SecurityWarning)

try:
    flask_app = create_app()
except ConfigurationError as error:
    sys.exit(str(error))
services = flask_app.extensions["services"]
# `celery -A celery_app` looks for an attribute `app` first: it has to be the Celery application.
app = celery = flask_app.extensions["celery"]
celery.arrivals = services.arrivals
#: One byte shared by the parent and its children: the parent sets it when it is told to stop.
stopping = mmap.mmap(-1, 1)
#: A child that cannot load its model waits so long before it makes room for the next.
RESTART_PAUSE_SECONDS = 5
#: Reading takes all the cores there are. On a machine that the web server shares, a request goes first.
NICENESS = 10


@signals.setup_logging.connect
def _logging_is_set_up(**_) -> None:
    """create_app did it; Celery configures none of its own when this signal has a receiver."""


@signals.worker_init.connect
def _check_model(**_) -> None:
    """A worker whose model is not on this machine says so at once and does not start."""
    if fault := services.worker_fault():
        sys.exit(f"The worker cannot start: {fault}")


@signals.worker_ready.connect
def _start_beside_the_children(**_) -> None:
    services.build_sweeper().start()
    services.build_courier().start()
    services.build_watchdog().start()


@signals.worker_shutting_down.connect
def _tell_children(**_) -> None:
    stopping[0] = 1


@signals.worker_process_init.connect
def _load_model(**_) -> None:
    try:
        die_with_parent(signal.SIGKILL)
        _let_requests_go_first()
        celery.worker = services.build_worker(stopping=lambda: stopping[0] == 1)
        celery.worker.start()
    except Exception:
        # Celery would swallow this and hand jobs to a child that cannot work. The parent starts another child instead.
        log.exception("the model could not be loaded")
        time.sleep(RESTART_PAUSE_SECONDS)
        os._exit(1)


def _let_requests_go_first() -> None:
    try:
        os.nice(NICENESS)
    except OSError:  # a sandbox may forbid it: a request then waits a little longer beside a page, and no more
        log.warning("the priority of reading could not be lowered", exc_info=True)


@signals.worker_process_shutdown.connect
def _leave(exitcode: int | None = None, **_) -> None:
    if worker := getattr(celery, "worker", None):
        worker.stop("recycled" if exitcode == EX_RECYCLE else "stopped")

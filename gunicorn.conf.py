"""How gunicorn serves the web application; it reads this file by itself when started beside it.

Threads, because a request mostly waits: for a body, for Redis. What waits for a job holds none (`middleware/live`).
"""

import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from gunicorn.glogging import Logger

from config import ConfigurationError, Settings
from server.gunicorn_worker import ServiceWorker
from server.process_counts import ProcessCounts
from services.telemetry.request_metrics import share_counts
from utils.logging_setup import configure_logging
from utils.process import die_with_parent

try:
    _settings = Settings.from_env()
except ConfigurationError as error:
    sys.exit(str(error))

bind = f"{_settings.host}:{_settings.port}"
worker_class = ServiceWorker
ServiceWorker.client_timeout = min(ServiceWorker.client_timeout, _settings.request_timeout)
workers = 2
ServiceWorker.connection_counts = ProcessCounts(workers)
ServiceWorker.creating_counts = ProcessCounts(workers)
threads = 64
# Connections that are served or kept alive in one process, beside those that wait for a job; and how many may stand at
# the door until one is free. The kernel may allow fewer (net.core.somaxconn).
worker_connections = 4000
backlog = 4096
timeout = _settings.request_timeout + 30
graceful_timeout = 8
keepalive = 5
# Workers show that they live by touching a file: in memory, so that a slow or full disk makes no live worker look dead.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
# Where the processes count their requests together. Named after the master: each start begins anew.
_counts = Path(worker_tmp_dir or tempfile.gettempdir(), f"ocr-counts-{os.getuid()}-{os.getpid()}")
control_socket_disable = True
# Whose X-Forwarded-Proto is believed. X-Forwarded-For is read by `middleware/client_address.py`, by the same setting.
forwarded_allow_ips = ",".join(_settings.trusted_proxies)


class ServiceLogger(Logger):
    """gunicorn's own messages go the way of all others, in their format."""

    def setup(self, cfg):
        configure_logging(_settings.log_level, _settings.log_format)
        self.error_log.handlers[:] = []
        self.error_log.propagate = True
        self.access_log.disabled = True

    def exception(self, msg, *args, **kwargs):
        if isinstance(sys.exc_info()[1], BlockingIOError):  # a client fell silent for longer than `client_timeout`
            self.info("a client fell silent in the middle of a request")
        else:
            super().exception(msg, *args, **kwargs)


logger_class = ServiceLogger


def on_starting(server):
    """Counts of masters that were killed are cleared away: of none that still runs, and of none but this user's."""
    for folder in _counts.parent.glob(f"ocr-counts-{os.getuid()}-*"):
        if not Path("/proc", folder.name.rpartition("-")[2]).exists() or folder == _counts:
            shutil.rmtree(folder, ignore_errors=True)
    _counts.mkdir(mode=0o700)


def on_exit(server):
    shutil.rmtree(_counts, ignore_errors=True)


def pre_fork(server, worker):
    """A worker counts in the first place that no living one has, so places are as few as workers, and none is lost."""
    taken = {other.index for other in server.WORKERS.values()}
    worker.index = next(place for place in range(len(taken) + 1) if place not in taken)


def post_fork(server, worker):
    """A worker must not outlive a master that was killed."""
    die_with_parent(signal.SIGTERM)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_counts)
    share_counts(worker.index)

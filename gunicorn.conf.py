"""Settings of the web server. gunicorn reads this file when it is started in this directory.

Requests run in threads, because most of their time they wait for a body or for Redis. A request that waits for a job
needs no thread (`server/event_loop.py`).
"""

import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

from config import ConfigurationError, Settings, set_library_variable
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
ServiceWorker.proxies = _settings.trusted_proxies
workers = 2
ServiceWorker.connection_counts = ProcessCounts(workers)
ServiceWorker.creating_counts = ProcessCounts(workers)
threads = 64
# Connections of one process that are served or kept alive, besides those that wait for a job. Further clients wait in
# the kernel's queue, which may be shorter than this backlog (net.core.somaxconn).
worker_connections = 4000
backlog = 4096
timeout = _settings.request_timeout + 30
graceful_timeout = 8
keepalive = 5
# Workers touch a file to show that they are alive. In memory: on a slow or full disk a live worker would seem dead.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
# The processes share their request counts in this directory. Its name has the master's id, so counts start at zero.
_counts = Path(worker_tmp_dir or tempfile.gettempdir(), f"ocr-counts-{os.getuid()}-{os.getpid()}")
control_socket_disable = True
# Proxies whose X-Forwarded-Proto is trusted. `middleware/client_address.py` reads X-Forwarded-For by the same setting.
forwarded_allow_ips = ",".join(_settings.trusted_proxies)


class ServiceLogger(Logger):  # type: ignore[misc]  # gunicorn has no type information
    """Writes gunicorn's own messages in the format of all others."""

    def setup(self, cfg: Any) -> None:
        configure_logging(_settings.log_level, _settings.log_format)
        self.error_log.handlers[:] = []
        self.error_log.propagate = True
        self.access_log.disabled = True

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        if isinstance(sys.exc_info()[1], BlockingIOError):  # the client sent nothing for `client_timeout` seconds
            self.info("client timed out in the middle of a request")
        else:
            super().exception(msg, *args, **kwargs)


logger_class = ServiceLogger


def on_starting(server: Any) -> None:
    """Delete the counts of masters of this user that were killed."""
    for folder in _counts.parent.glob(f"ocr-counts-{os.getuid()}-*"):
        if not Path("/proc", folder.name.rpartition("-")[2]).exists() or folder == _counts:
            shutil.rmtree(folder, ignore_errors=True)
    _counts.mkdir(mode=0o700)


def on_exit(server: Any) -> None:
    shutil.rmtree(_counts, ignore_errors=True)


def pre_fork(server: Any, worker: ServiceWorker) -> None:
    """Give the worker the lowest free index, so that there are no more indexes than workers and no count is lost."""
    used = {other.index for other in server.WORKERS.values()}
    worker.index = next(index for index in range(len(used) + 1) if index not in used)


def post_fork(server: Any, worker: ServiceWorker) -> None:
    """A worker must not outlive a master that was killed. Its request counts go to the shared folder."""
    die_with_parent(signal.SIGTERM)
    set_library_variable("PROMETHEUS_MULTIPROC_DIR", str(_counts))
    share_counts(worker.index)

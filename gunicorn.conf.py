"""How gunicorn serves the web application; it reads this file by itself when started beside it.

Threads, because a request mostly waits: for a body, for Redis, for a job that the client wants to see the end of.
"""

import os
import signal

from config import Settings
from utils.process import die_with_parent

_settings = Settings.from_env()

bind = f"{_settings.host}:{_settings.port}"
worker_class = "gthread"
workers = 2
threads = 32
# A thread that waits for a job holds its worker up for no longer than a request may take.
timeout = _settings.request_timeout + 30
graceful_timeout = 8
keepalive = 5
# Workers show that they live by touching a file: in memory, so that a slow or full disk makes no live worker look dead.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
control_socket_disable = True


def post_fork(server, worker):
    """A worker must not outlive a master that was killed."""
    die_with_parent(signal.SIGTERM)

"""The whole service as one program on one machine: Redis, the web server and a worker, children of one supervisor."""

from __future__ import annotations

import os
import shlex
import socket
import sys
import urllib.error
import urllib.request
from pathlib import Path

from config import ConfigurationError, Settings, child_environment
from embedded.data_lock import DataDirInUse, DataLock
from embedded.program import Program
from embedded.redis_server import (
    RedisServerNotFound,
    find_redis_server,
    redis_answers,
    redis_argv,
    redis_log,
    redis_socket,
    redis_url,
)
from embedded.supervisor import Supervisor

#: Seconds that each has to end in; together under the ten in which all is over.
WORKER_GRACE, WEB_GRACE, REDIS_GRACE = 4.5, 2.5, 2.0
#: A slow disk may take long to bring the model in.
MODEL_SECONDS = 180.0


class CannotStart(Exception):
    """The service cannot run here as it is set up; the message says why and what to do."""


def run_embedded(root: Path, sample: Path) -> int:
    """Run everything until a signal arrives. Returns the exit status. Raises CannotStart.

    root: the folder with `app.py`. sample: an image for the suggested first request.
    """
    try:
        settings = Settings.from_env()
    except ConfigurationError as error:
        raise CannotStart(str(error)) from error
    address = f"http://{_reachable(settings.host)}:{settings.port}"
    _check_port(settings.host, settings.port)
    try:
        lock = DataLock(settings.data_dir)
        children = _children(settings, child_environment(), root, address, lock)
    except (DataDirInUse, RedisServerNotFound) as error:
        raise CannotStart(str(error)) from error
    except OSError as error:
        raise CannotStart(f"DATA_DIR cannot be used: {error.strerror}: {settings.data_dir}") from error

    def tell(name: str, seconds: float) -> None:
        if name == "web":
            _say(f"Listening on {address} (documentation: {address}/docs)")
        elif name == "worker":
            _say(f"The model is ready ({seconds:.1f} s). Try it from another terminal:")
            _say(f"  curl -F file=@{shlex.quote(str(sample))} {address}/ocr/predict")

    _say("Starting; Ctrl-C ends everything.")
    status = Supervisor(children, report=_say, on_ready=tell).run()
    _say("Stopped. What was accepted is kept and goes on at the next start.")
    return status


def _children(
    settings: Settings, environment: dict[str, str], root: Path, address: str, lock: DataLock
) -> list[Program]:
    redis = [] if settings.redis_url else [_redis(settings, environment, lock)]
    # Exactly what this process found, so that a .env changed meanwhile does not split the children.
    environment.update(
        HOST=settings.host,
        PORT=str(settings.port),
        DATA_DIR=str(settings.data_dir),
        UPLOAD_FOLDER=str(settings.upload_folder),
        SECRET_KEY=settings.secret_key,
    )
    web = Program(
        "web",
        [sys.executable, "-m", "gunicorn", "app:create_app()"],
        env=environment,
        cwd=root,
        ready=lambda: _answers(f"{address}/health/alive"),
        needed=False,
        grace=WEB_GRACE,
        hint="Its messages are above.",
    )
    worker = Program(
        "worker",
        [sys.executable, "-m", "celery", "--quiet", "-A", "celery_app", "worker", "--loglevel", settings.log_level],
        env=environment,
        cwd=root,
        ready=lambda: _answers(f"{address}/health/ready"),
        ready_within=MODEL_SECONDS,
        needed=False,
        grace=WORKER_GRACE,
        hint="Its messages are above.",
    )
    return [*redis, web, worker]


def _redis(settings: Settings, environment: dict[str, str], lock: DataLock) -> Program:
    folder = settings.data_dir / "redis"
    folder.mkdir(parents=True, exist_ok=True)
    path = redis_socket(folder)
    environment["REDIS_URL"] = redis_url(path)
    return Program(
        "redis",
        redis_argv(find_redis_server(), folder, path),
        ready=lambda: redis_answers(path),
        grace=REDIS_GRACE,
        pass_fds=(lock.fileno(),),
        hint=f"Its log: {redis_log(folder)}",
    )


def _check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(f"Port {port} on {host}: {os.strerror(error.errno)}. Choose another PORT.") from error


def _reachable(host: str) -> str:
    """The address at which this machine reaches a server that listens on `host`."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{host}]" if ":" in host else host


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()

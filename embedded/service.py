"""`python app.py`: Redis, web server and worker on one machine, under one supervisor."""

import os
import shlex
import socket
import sys
import urllib.request
from functools import partial
from http import HTTPStatus
from pathlib import Path

from config import ConfigurationError, Settings, child_environment, worker_environment
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

#: Seconds that each program gets to stop. Together less than ten.
WORKER_GRACE, WEB_GRACE, REDIS_GRACE = 4.5, 2.5, 2.0
#: Seconds in which the model must be loaded. A slow disk takes long.
MODEL_LOADED_WITHIN = 180.0


class CannotStart(Exception):
    """The service cannot start with this configuration; the message says why and what to do."""


def run_embedded(root: Path, sample: Path) -> int:
    """Run everything until a signal arrives. Returns the exit status. Raises CannotStart.

    root: the folder with `app.py`. sample: an image for the suggested first request.
    """
    os.umask(0o077)  # uploads, results and secrets are for this user only
    try:
        settings = Settings.from_env()
    except ConfigurationError as error:
        raise CannotStart(str(error)) from error
    address = f"http://{_reachable(settings.host)}:{settings.port}"
    _check_port(settings.host, settings.port)
    try:
        lock = DataLock(settings.data_dir)
        settings.data_dir.chmod(0o700)  # an earlier version let all users read it
        programs = _programs(settings, child_environment(), root, address, lock)
    except (DataDirInUse, RedisServerNotFound) as error:
        raise CannotStart(str(error)) from error
    except OSError as error:
        raise CannotStart(f"DATA_DIR cannot be used: {error.strerror}: {settings.data_dir}") from error

    def announce(name: str, seconds: float) -> None:
        if name == "web":
            _print(f"Listening on {address} (API documentation: {address}/docs)")
        elif name == "worker":
            _print(f"The model is ready (loaded in {seconds:.1f} s). Try it from another terminal:")
            _print(f"  curl -F file=@{shlex.quote(str(sample))} {address}/ocr/predict")

    _print("Starting. Press Ctrl-C to stop.")
    status = Supervisor(programs, report=_print, on_ready=announce).run()
    _print("Stopped. Unfinished jobs are stored and continue after the next start.")
    return status


def _programs(
    settings: Settings, environment: dict[str, str], root: Path, address: str, lock: DataLock
) -> list[Program]:
    redis = [] if settings.redis_url else [_redis(settings, environment, lock)]
    # The values that this process read, so that a change of .env meanwhile does not give the programs different ones.
    environment.update(
        HOST=settings.host,
        PORT=str(settings.port),
        DATA_DIR=str(settings.data_dir),
        UPLOAD_FOLDER=str(settings.upload_folder),
        SECRET_KEY=settings.secret_key,
    )
    python = partial(Program, env=environment, cwd=root, required=False, hint="See its messages above.")
    web = python(
        "web",
        [sys.executable, "-m", "gunicorn", "app:create_app()"],
        ready=lambda: _is_ok(f"{address}/health/alive"),
        grace=WEB_GRACE,
    )
    worker = python(
        "worker",
        [sys.executable, "-m", "celery", "--quiet", "-A", "celery_app", "worker", "--loglevel", settings.log_level],
        env=worker_environment(environment),
        ready=lambda: _is_ok(f"{address}/health/ready"),
        ready_within=MODEL_LOADED_WITHIN,
        grace=WORKER_GRACE,
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
        hint=f"See its log: {redis_log(folder)}",
    )


def _check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise CannotStart(f"Cannot listen on port {port} of {host}: {reason}. Set PORT to another one.") from error


def _reachable(host: str) -> str:
    """The address at which this machine reaches a server that listens on `host`."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{host}]" if ":" in host else host


def _is_ok(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == HTTPStatus.OK)
    except OSError:  # it does not answer, or with an error status
        return False


def _print(line: str) -> None:
    sys.stderr.write(line + "\n")

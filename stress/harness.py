"""Real parts for tests: a Redis, and the whole service as the processes that production runs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import redis
import requests

from embedded.redis_server import find_redis_server
from utils.process import tie_to

REPOSITORY = Path(__file__).resolve().parents[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, seconds: float = 30, what: str = "the condition"):
    """The first true value of `condition()`; fails the test when none comes in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come true within {seconds} s")


class RedisServer:
    """A Redis with an append-only file, which tests may stop, freeze and start again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def start(self) -> None:
        arguments = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--appendonly", "yes"]
        self.process = subprocess.Popen(
            [str(find_redis_server()), *arguments, "--save", ""],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=tie_to(os.getpid(), signal.SIGKILL),
        )
        wait_until(self._answers, 10, "Redis")

    def _answers(self) -> bool:
        try:
            return redis.Redis(port=self.port).ping()
        except redis.exceptions.RedisError:
            return False

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            self.process.wait(10)
            self.process = None


class Service:
    """Redis, one Celery worker and gunicorn, as separate processes with settings of the test's own."""

    worker_app = "celery_app"

    def __init__(self, folder: Path, **settings: object) -> None:
        self.folder = folder
        self.redis = RedisServer(folder / "redis")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.worker: subprocess.Popen | None = None
        self.web: subprocess.Popen | None = None
        chosen = {
            "PORT": self.port,
            "REDIS_URL": self.redis.url,
            "DATA_DIR": folder / "data",
            "RATE_LIMIT_ENABLED": "false",
            "OCR_WORKERS": 1,
            "LOG_FORMAT": "json",
            **settings,
        }
        kept = {name: value for name, value in os.environ.items() if name not in chosen}
        self.environment = {**kept, **{name: str(value) for name, value in chosen.items()}}

    def start(self) -> Service:
        self.redis.start()
        self.start_web()
        self.start_worker()
        wait_until(self.ready, 60, "the service")
        return self

    def start_web(self) -> None:
        self.web = self._spawn("web", "-m", "gunicorn", "app:create_app()")

    def await_web(self) -> None:
        wait_until(self.answers, 30, "the web server")

    def answers(self) -> bool:
        """Whether the web server answers, whatever has become of the rest."""
        try:
            return requests.get(self.url + "/health/alive", timeout=3).ok
        except requests.RequestException:
            return False

    def start_worker(self, *arguments: str) -> None:
        worker = ("-m", "celery", "-A", self.worker_app, "worker", "--loglevel", "WARNING", *arguments)
        self.worker = self._spawn("worker", *worker)

    def _spawn(self, name: str, *arguments: str) -> subprocess.Popen:
        with open(self.folder / f"{name}.log", "ab") as log:
            return subprocess.Popen(
                [sys.executable, *arguments],
                cwd=REPOSITORY,
                env=self.environment,
                stdout=log,
                stderr=log,
                preexec_fn=tie_to(os.getpid(), signal.SIGKILL),
            )

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def ready(self) -> bool:
        try:
            return requests.get(self.url + "/health/ready", timeout=3).status_code == 200
        except requests.RequestException:
            return False

    def worker_children(self) -> list[psutil.Process]:
        return psutil.Process(self.worker.pid).children()

    def stop_worker(self, how: int = signal.SIGTERM) -> None:
        if self.worker:
            self.worker.send_signal(how)
            self.worker.wait(30)
            self.worker = None

    def stop(self) -> None:
        self.stop_worker()
        if self.web:
            self.web.terminate()
            self.web.wait(20)
        self.redis.stop()

    def post(self, path: str, file, name: str = "scan.png", **options: object) -> requests.Response:
        return requests.post(self.url + path, files={"file": (name, file)}, data=options, timeout=120)

    def get(self, path: str, **arguments: object) -> requests.Response:
        return requests.get(self.url + path, timeout=30, **arguments)

    def result_of(self, answer: requests.Response, seconds: float = 90) -> dict:
        """The result of the job that `answer` accepted, once it has one."""
        assert answer.status_code == 202, answer.text
        path = answer.json()["links"]["result"]
        found = wait_until(
            lambda: (got := self.get(path, params={"wait": 5})) and got.status_code != 202 and got, seconds, path
        )
        assert found.status_code == 200, found.text
        return found.json()

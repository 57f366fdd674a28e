"""Redis, the web server and Celery workers as real processes, for tests and for load and chaos runs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import psutil
import redis
import requests

from config import child_environment
from embedded.redis_server import find_redis_server
from services.keys import WORKERS
from stress.memory import process_tree, proportional_memory
from stress.processes import REPOSITORY, free_port, spawn, stop_all, wait_until

__all__ = ["REPOSITORY", "RedisServer", "ServiceProcesses", "free_port", "wait_until"]

#: A slow disk needs long to load a model.
START_SECONDS = 120


class RedisServer:
    """A Redis with an append-only file. Tests may stop, kill and restart it: the data stay."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def start(self) -> None:
        options = {"port": self.port, "bind": "127.0.0.1", "dir": self.folder, "appendonly": "yes", "save": ""}
        arguments = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
        self.process = spawn([str(find_redis_server()), *arguments], self.folder / "redis.log")
        wait_until(self.is_alive, 10, "Redis")

    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port)

    def is_alive(self) -> bool:
        try:
            return bool(self.client().ping())
        except redis.exceptions.RedisError:
            return False

    def stop(self, signum: int = signal.SIGTERM) -> None:
        if self.process:
            self.process.send_signal(signal.SIGCONT)  # a test may have frozen it
            stop_all([self.process], signum)
            self.process = None

    def kill(self) -> None:
        self.stop(signal.SIGKILL)


class ServiceProcesses:
    """The service as production runs it: Redis, gunicorn and a Celery worker, on free ports. A context manager.

    `parts` says what `start` starts; `settings` are environment variables of all processes. Each process logs to
    `folder/NAME.log`, where NAME is `web`, `worker` or the name of a further worker.
    """

    worker_app = "celery_app"

    def __init__(self, folder: Path, parts: Sequence[str] = ("redis", "web", "worker"), **settings: object) -> None:
        self.folder = folder
        self.redis = RedisServer(folder / "redis")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._parts = parts
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        chosen = {
            "PORT": self.port,
            "REDIS_URL": self.redis.url,
            "DATA_DIR": folder / "data",
            "RATE_LIMIT_ENABLED": "false",
            "OCR_WORKERS": 1,
            "LOG_FORMAT": "json",
            **settings,
        }
        self.environment = {**child_environment(), **{name: str(value) for name, value in chosen.items()}}

    # Start and stop.

    def start(self) -> Self:
        """Start the parts that do not run and wait until all serve. On failure: stops them, raises AssertionError."""
        try:
            starts = {"redis": self.redis.start, "web": self.start_web, "worker": self.start_worker}
            for part in self._parts:
                if not self.is_running(part):
                    starts[part]()
            if "worker" in self._parts:
                self.wait_until_ready()
            elif "web" in self._parts:
                self.wait_until_alive()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop whatever runs. Raises TimeoutExpired for a process that had to be killed."""
        processes = list(self._processes.values())
        self._processes.clear()
        try:
            stop_all(processes)
        finally:
            self.redis.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start_web(self) -> None:
        self._spawn("web", "-m", "gunicorn", "app:create_app()")

    def start_worker(self, *arguments: str, name: str = "worker") -> None:
        """`arguments` are those of `celery worker`. Workers on one Redis need different names."""
        command = ("-m", "celery", "-A", self.worker_app, "worker", "--loglevel", "WARNING", "-n", f"{name}@%h")
        self._spawn(name, *command, *arguments)

    def stop_web(self, signum: int = signal.SIGTERM) -> None:
        self._stop_part("web", signum)

    def stop_worker(self, signum: int = signal.SIGTERM) -> None:
        self._stop_part("worker", signum)

    def _spawn(self, name: str, *arguments: str) -> None:
        self._processes[name] = spawn([sys.executable, *arguments], self.folder / f"{name}.log", self.environment)

    def _stop_part(self, name: str, signum: int) -> None:
        if process := self._processes.pop(name, None):
            stop_all([process], signum)

    # State.

    @property
    def web(self) -> subprocess.Popen[bytes]:
        return self._processes["web"]

    @property
    def worker(self) -> subprocess.Popen[bytes]:
        return self._processes["worker"]

    def is_running(self, name: str) -> bool:
        process = self._process(name)
        return process is not None and process.poll() is None

    def is_alive(self) -> bool:
        """Whether the web server answers, whatever the state of Redis and the workers."""
        return self._is_ok("/health/alive")

    def is_ready(self) -> bool:
        return self._is_ok("/health/ready")

    def wait_until_alive(self, seconds: float = START_SECONDS) -> None:
        self._wait(self.is_alive, seconds, "the web server")

    def wait_until_ready(self, seconds: float = START_SECONDS, workers: int = 1) -> None:
        """Until requests are served and this many worker processes have loaded their model."""
        client = redis.Redis.from_url(self.environment["REDIS_URL"])
        self._wait(lambda: self.is_ready() and client.zcard(WORKERS) >= workers, seconds, "the service")

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def _is_ok(self, path: str) -> bool:
        try:
            return requests.get(self.url + path, timeout=3).ok
        except requests.RequestException:
            return False

    def _wait(self, condition: Callable[[], bool], seconds: float, what: str) -> None:
        """Waits as long as all processes run; the error shows the end of the log of one that does not."""

        def ended() -> list[str]:
            return [name for name, process in self._processes.items() if process.poll() is not None]

        wait_until(lambda: condition() or ended(), seconds, what)
        if failed := ended():
            raise AssertionError("\n".join(f"{name} ended:\n{self.log(name)[-3000:]}" for name in failed))

    # Processes and what they use.

    @property
    def node_name(self) -> str:
        """The worker's name in Celery's remote control."""
        return f"worker@{socket.gethostname()}"

    def children(self, name: str) -> list[psutil.Process]:
        """The processes that the first process of a part has started itself."""
        return self.process_tree(name)[0].children()

    def worker_children(self) -> list[psutil.Process]:
        return self.children("worker")

    def process_tree(self, name: str) -> list[psutil.Process]:
        """The processes of one part, parent first: `redis`, `web`, `worker` or a further worker."""
        process = self._process(name)
        assert process, f"{name} does not run"
        return process_tree(process.pid)

    def _process(self, name: str) -> subprocess.Popen[bytes] | None:
        return self.redis.process if name == "redis" else self._processes.get(name)

    def memory(self) -> dict[str, int]:
        """Bytes used by each part."""
        return {name: proportional_memory(self.process_tree(name)) for name in ("redis", *self._processes)}

    def cpu_seconds(self, name: str) -> float:
        """CPU time that the running processes of a part have used."""
        return sum(sum(process.cpu_times()[:2]) for process in self.process_tree(name))

    def pin(self, name: str, core: int) -> None:
        """Restrict the threads of a part, and all they start, to one core."""
        for process in self.process_tree(name):
            for thread in process.threads():
                os.sched_setaffinity(thread.id, {core})

    @contextmanager
    def suspended(self, name: str) -> Iterator[None]:
        """The processes of a part are suspended while the context is open."""
        processes = self.process_tree(name)
        for process in processes:
            process.suspend()
        try:
            yield
        finally:
            for process in processes:
                process.resume()

    # Requests.

    def post(self, path: str, content: bytes, name: str = "scan.png", **options: object) -> requests.Response:
        """Send a file and form fields."""
        return requests.post(self.url + path, files={"file": (name, content)}, data=options, timeout=120)

    def get(self, path: str, **arguments: Any) -> requests.Response:
        return requests.get(self.url + path, timeout=30, **arguments)

    def result_of(self, accepted: requests.Response, seconds: float = 90) -> Any:
        """The result of the job that this response accepted."""
        assert accepted.status_code == 202, accepted.text
        return self.wait_for_result(accepted.json()["links"]["result"], seconds)

    def wait_for_result(self, path: str, seconds: float = 90) -> Any:
        """The result at this path. Waits while the job is unfinished or Redis is unavailable."""

        def finished() -> list[requests.Response]:  # a list, because an error response is false
            response = self.get(path, params={"wait": 5})
            return [] if response.status_code in (202, 503) else [response]

        [response] = wait_until(finished, seconds, path)
        assert response.status_code == 200, response.text
        return response.json()

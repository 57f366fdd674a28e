"""The service as processes of this machine, for as long as it is measured."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import redis

from config import child_environment
from embedded.redis_server import find_redis_server
from services.keys import WORKERS
from utils.process import tie_to

ROOT = Path(__file__).resolve().parents[2]
#: A slow disk may take long to bring a model in.
START_SECONDS = 120


class Service:
    """Redis, web server and worker, in a folder of their own. A context manager."""

    def __init__(self, folder: Path, worker_app: str = "celery_app", **settings: object) -> None:
        self._folder = folder
        self._worker_app = worker_app
        self.redis_port, self.port = _free_port(), _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._processes: dict[str, subprocess.Popen] = {}
        chosen = {
            "PORT": self.port,
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "DATA_DIR": folder / "data",
            "RATE_LIMIT_ENABLED": "false",
            "LOG_FORMAT": "json",
            **settings,
        }
        self._environment = {**child_environment(), **{name: str(value) for name, value in chosen.items()}}

    def __enter__(self) -> Service:
        redis = ("--port", str(self.redis_port), "--bind", "127.0.0.1", "--dir", str(self._folder))
        try:
            self._start("redis", str(find_redis_server()), *redis, "--appendonly", "yes", "--save", "")
            self._start("web", sys.executable, "-m", "gunicorn", "app:create_app()")
            self.start_worker("worker")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        if "worker" in self._processes and self._processes["worker"].poll() is None:
            self.resume_worker()
        for process in reversed(self._processes.values()):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()

    def start_worker(self, name: str) -> None:
        """A worker, the first or one more; returns when it is ready."""
        before = self._workers()
        worker = ("-m", "celery", "-A", self._worker_app, "worker", "--loglevel", "WARNING", "-n", f"{name}@%h")
        self._start(name, sys.executable, *worker)
        self._wait_until_ready(lambda: self._workers() > before)

    def pin_worker(self, name: str, core: int) -> None:
        """Its processes run on this core alone, and those that it starts."""
        for process in _family(self._processes[name]):
            for thread in process.threads():
                os.sched_setaffinity(thread.id, {core})

    def processes(self) -> list[psutil.Process]:
        return [one for process in self._processes.values() for one in _family(process)]

    def memory(self) -> dict[str, int]:
        """Bytes of each part's processes together; what they share is counted once (PSS)."""
        return {name: sum(_pss(one) for one in _family(process)) for name, process in self._processes.items()}

    def pause_worker(self) -> None:
        """Its processes stand still, and take no job."""
        for process in _family(self._processes["worker"]):
            process.suspend()

    def resume_worker(self) -> None:
        for process in _family(self._processes["worker"]):
            process.resume()

    def processor_seconds(self, name: str) -> float:
        """Seconds of processor time that the processes of a part have taken so far."""
        return sum(sum(one.cpu_times()[:2]) for one in _family(self._processes[name]))

    def log(self, name: str) -> str:
        return (self._folder / f"{name}.log").read_text()

    def _start(self, name: str, *command: str) -> None:
        with open(self._folder / f"{name}.log", "ab") as log:
            self._processes[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
                preexec_fn=tie_to(os.getpid(), signal.SIGKILL),
            )

    def _workers(self) -> int:
        """How many beat."""
        try:
            return redis.Redis(port=self.redis_port).zcard(WORKERS)
        except redis.exceptions.RedisError:
            return 0

    def _wait_until_ready(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not (self._answers("/health/ready") and condition()):
            ended = [name for name, process in self._processes.items() if process.poll() is not None]
            if ended or time.monotonic() > deadline:
                logs = "\n".join((self._folder / f"{name}.log").read_text()[-2000:] for name in ended)
                raise SystemExit(f"The service did not start: {', '.join(ended) or 'it took too long'}\n{logs}")
            time.sleep(0.2)

    def _answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(self.url + path, timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False


def _family(process: subprocess.Popen) -> list[psutil.Process]:
    parent = psutil.Process(process.pid)
    return [parent, *parent.children(recursive=True)]


def _pss(process: psutil.Process) -> int:
    try:
        return process.memory_full_info().pss
    except psutil.NoSuchProcess:
        return 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

"""The whole service as a user starts it, `python app.py` with its default settings, and its processes by their role."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Self

import psutil
import requests

from config import child_environment
from stress.processes import REPOSITORY, free_port, stop_all, wait_until
from utils.process import tie_to

START_SECONDS = 120
WEB, INSPECTION, WORKER, DOCUMENTS, REDIS = "web process", "inspection", "worker", "document process", "Redis"
#: Open files that the service may have: the limit of many systems, above which no process can raise its own.
OPEN_FILES = 1024


class AttackedService:
    """A context manager. Settings are those of a new installation, except for `settings` (environment variables)."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        own = {"PORT": self.port, "DATA_DIR": folder / "data", "LOG_FORMAT": "json", "LOG_LEVEL": "WARNING", **settings}
        self._environment = {**child_environment(), **{name: str(value) for name, value in own.items()}}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        tie = tie_to(os.getpid(), signal.SIGTERM)
        with open(self.folder / "log", "wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "app.py"],
                cwd=REPOSITORY,
                env=self._environment,
                stdout=log,
                stderr=log,
                preexec_fn=lambda: (tie(), resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))),
            )
        try:
            wait_until(self.is_ready, START_SECONDS, self.log)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            stop_all([self._process])
            self._process = None

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def errors(self) -> list[str]:
        """Lines of the log that report errors of the service itself."""
        return [line for line in self.log().splitlines() if '"level": "error"' in line or '"level": "critical"' in line]

    def is_ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/health/ready", timeout=3).ok
        except requests.RequestException:
            return False

    def processes(self) -> dict[str, list[psutil.Process]]:
        """The running processes of each role."""
        assert self._process
        found: dict[str, list[psutil.Process]] = defaultdict(list)
        for process in psutil.Process(self._process.pid).children(recursive=True):
            if role := _role_of(process):
                found[role].append(process)
        return found


def _role_of(process: psutil.Process) -> str:
    """Empty for the parents of web processes and workers, and for a process that has just ended or been forked."""
    try:
        command, parent = " ".join(process.cmdline()), process.parent()
        of_parent = " ".join(parent.cmdline()) if parent else ""
    except psutil.Error:
        return ""
    roles: dict[str, Callable[[], bool]] = {
        INSPECTION: lambda: "services.inspection.child" in command,
        DOCUMENTS: lambda: "services.document_process.child" in command,
        REDIS: lambda: "redis-server" in command,
        WEB: lambda: "gunicorn" in command and "gunicorn" in of_parent,
        WORKER: lambda: "celery_app" in command and "celery_app" in of_parent,
    }
    return next((role for role, matches in roles.items() if matches()), "")

"""The client side: start a reader, send requests, stop it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from utils.process import tie_to

REPOSITORY = Path(__file__).resolve().parents[2]


class ReaderFailed(Exception):
    """The reader did not start, exited, or could not recognise an image. The message is its own error message."""


@dataclass(frozen=True)
class Answer:
    seconds: float
    text: str


class Reader:
    """A reader process; a context manager. The constructor waits until it is ready, and may raise ReaderFailed."""

    def __init__(
        self,
        name: str,
        settings: Mapping[str, object] | None = None,
        python: str | Path = sys.executable,
        command: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """name: label in tables, and key of ``READERS`` unless ``settings`` contain another key as "reader".

        command: of another program that answers in the same way.
        """
        self.name = name
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the reader
        arguments = dict(settings or {})
        reader = str(arguments.pop("reader", name))
        try:
            self._process = subprocess.Popen(
                command or [str(python), "-m", "bench.readers", reader, json.dumps(arguments)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                cwd=REPOSITORY,
                env=environment,
                text=True,
                encoding="utf-8",
                preexec_fn=tie_to(os.getpid(), signal.SIGTERM),
            )
        except OSError as error:
            raise ReaderFailed(str(error)) from error
        self._receive()

    def read(self, path: str | Path, **options: object) -> Answer:
        """Recognise an image. Raises ReaderFailed."""
        answer = self._request({"path": str(path), **options})
        return Answer(answer["seconds"], answer["text"])

    def memory(self) -> dict[str, int]:
        """Return rss_mb and peak_mb of the reader's processes."""
        return self._request({"memory": True})

    def close(self) -> None:
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._log.close()

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _request(self, request: dict) -> dict:
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except OSError:  # the process has exited; its log contains the reason
            pass
        return self._receive()

    def _receive(self) -> dict:
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            raise ReaderFailed(self._last_log_line())
        answer = json.loads(line)
        if "error" in answer:
            raise ReaderFailed(answer["error"])
        return answer

    def _last_log_line(self) -> str:
        self._log.seek(0)
        lines = [line.strip() for line in self._log.read().decode(errors="replace").splitlines() if line.strip()]
        return lines[-1] if lines else f"exit code {self._process.returncode} without a message"

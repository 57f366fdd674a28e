"""The parent's side: a reader started, asked and ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from utils.process import tie_to

REPOSITORY = Path(__file__).resolve().parents[2]


class ReaderFailed(Exception):
    """The reader did not start, ended, or could not read a picture; the message is its own last word."""


@dataclass(frozen=True)
class Answer:
    seconds: float
    text: str


class Reader:
    """One reading process; a context manager. Constructing it waits until it is ready and raises ReaderFailed."""

    def __init__(self, name: str, settings: dict, python: str | Path = sys.executable) -> None:
        """name: what it is called in tables; a key of ``READERS``, unless ``settings`` hold one under "reader"."""
        self.name = name
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the reader
        settings = dict(settings)
        reader = settings.pop("reader", name)
        command = [str(python), "-m", "bench.readers", reader, json.dumps(settings)]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                cwd=REPOSITORY,
                text=True,
                encoding="utf-8",
                preexec_fn=tie_to(os.getpid(), signal.SIGTERM),
            )
        except OSError as error:
            raise ReaderFailed(str(error)) from error
        self._answer()

    def read(self, path: str | Path, **more: object) -> Answer:
        """Raises ReaderFailed."""
        answer = self._ask({"path": str(path), **more})
        return Answer(answer["seconds"], answer["text"])

    def memory(self) -> dict[str, int]:
        """rss_mb and peak_mb of the reader's processes."""
        return self._ask({"memory": True})

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

    def _ask(self, request: dict) -> dict:
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except OSError:  # it has ended; its log says why
            pass
        return self._answer()

    def _answer(self) -> dict:
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            raise ReaderFailed(self._last_word())
        answer = json.loads(line)
        if "error" in answer:
            raise ReaderFailed(answer["error"])
        return answer

    def _last_word(self) -> str:
        self._log.seek(0)
        lines = [line.strip() for line in self._log.read().decode(errors="replace").splitlines() if line.strip()]
        return lines[-1] if lines else f"it ended with {self._process.returncode} and said nothing"

"""The generator of load: wrk, a small program in C that takes little from the cores it shares."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("request.lua")


class WrkMissing(Exception):
    """There is no wrk on this machine."""

    def __str__(self) -> str:
        return "The load is made by wrk, which is not installed: apt install wrk"


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent over and over, to each of the paths in turn."""

    paths: tuple[str, ...]
    method: str = "GET"
    content_type: str = "-"
    body: bytes = b""
    #: Milliseconds between an answer and the next request of its connection.
    every_ms: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it. `refused`: answers of 400 and more. `broken`: connections."""

    requests: int
    seconds: float
    refused: int
    broken: int
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


def send(url: str, request: Request, clients: int, seconds: int) -> Outcome:
    """Have `clients` connections send it for so long, each again as soon as it is answered. Raises WrkMissing."""
    if not shutil.which("wrk"):
        raise WrkMissing()
    with tempfile.TemporaryDirectory(prefix="bench-load-") as folder:
        paths, body = Path(folder, "paths"), Path(folder, "body")
        paths.write_text("\n".join(request.paths) + "\n")
        body.write_bytes(request.body)
        command = [
            "wrk",
            "--threads",
            "1",
            "--connections",
            str(clients),
            "--duration",
            f"{seconds}s",
            "--timeout",
            "10s",
        ]
        sent = [
            request.method,
            request.content_type,
            str(body) if request.body else "-",
            str(paths),
            str(request.every_ms),
        ]
        done = subprocess.run(
            [*command, "--script", str(SCRIPT), url, "--", *sent], capture_output=True, text=True, check=True
        )
    return Outcome(**json.loads(done.stdout.splitlines()[-1]))

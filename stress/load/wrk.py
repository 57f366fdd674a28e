"""The load generator wrk, a small C program that takes little from the cores it shares."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("request.lua")


class WrkMissing(Exception):
    def __str__(self) -> str:
        return "wrk generates the load and is not installed: apt install wrk"


@dataclass(frozen=True, slots=True)
class Request:
    """A request that is sent to each path in turn. `interval_ms`: pause of a connection after each response."""

    paths: tuple[str, ...]
    method: str = "GET"
    content_type: str = ""
    body: bytes = b""
    interval_ms: int = 0
    api_key: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`failed`: responses with status 400 and above, and broken connections."""

    requests: int
    seconds: float
    failed: int
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


def send(url: str, request: Request, clients: int, seconds: int) -> Outcome:
    """Send it on `clients` connections for this time, each again after its response. Raises WrkMissing."""
    if not shutil.which("wrk"):
        raise WrkMissing()
    with tempfile.TemporaryDirectory(prefix="stress-wrk-") as folder:
        paths, body = Path(folder, "paths"), Path(folder, "body")
        paths.write_text("\n".join(request.paths) + "\n")
        body.write_bytes(request.body)
        options = {"threads": 1, "connections": clients, "duration": f"{seconds}s", "timeout": "10s", "script": SCRIPT}
        arguments = [request.method, request.content_type or "-", str(body if request.body else "-"), str(paths)]
        command = ["wrk", *(str(word) for name, value in options.items() for word in (f"--{name}", value))]
        if request.api_key:
            command += ["--header", f"Authorization: Bearer {request.api_key}"]
        command += [url, "--", *arguments, str(request.interval_ms)]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
    return Outcome(**json.loads(run.stdout.splitlines()[-1]))

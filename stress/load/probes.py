"""How long a probe waits for its answer while clients flood the service."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.machine import describe
from stress.load.service import Service
from stress.load.throughput import prepared, say
from stress.load.wrk import Request, send

#: A probe is sent so often, as an orchestrator's would be if it were very anxious.
EVERY_MS = 20
PROBES = ("/health/alive", "/health/ready")


def main(clients: int, seconds: int) -> None:
    say(f"machine   {describe()}")
    say(f"load      wrk, {clients} connections for {seconds} s each; a probe every {EVERY_MS} ms over another one")
    with (
        tempfile.TemporaryDirectory(prefix="bench-load-") as folder,
        Service(Path(folder), OCR_RUNTIME="null", OCR_WORKERS=1) as service,
    ):
        for name, flood in prepared(service.url):
            for probe in PROBES:
                with ThreadPoolExecutor(1) as pool:
                    flooding = pool.submit(send, service.url, flood, clients, seconds + 2)
                    told = send(service.url, Request((probe,), every_ms=EVERY_MS), 1, seconds)
                    beside = flooding.result()
                say(
                    f"{probe:14} beside {name:26} {beside.per_second:6.0f} a second   p50 {told.p50_ms:6.1f} ms   "
                    f"p99 {told.p99_ms:6.1f} ms   {told.requests} probes, {told.refused + told.broken} not answered"
                )

"""How long a health probe waits for its response while clients flood the service."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from stress.harness import ServiceProcesses
from stress.load.probe_client import INTERVAL_MS, PATHS
from stress.load.throughput import sample_requests
from stress.load.wrk import Request, send
from stress.report import Report


def run(clients: int, seconds: int) -> bool:
    report = Report("probes")
    report.heading(f"wrk, {clients} connections for {seconds} s each; a probe every {INTERVAL_MS} ms on another one")
    with (
        tempfile.TemporaryDirectory(prefix="stress-probes-") as folder,
        ServiceProcesses(Path(folder), OCR_RUNTIME="null") as service,
    ):
        for name, request in sample_requests(service):
            for path in PATHS:
                with ThreadPoolExecutor(1) as pool:
                    flood = pool.submit(send, service.url, request, clients, seconds + 2)
                    probes = send(service.url, Request((path,), interval_ms=INTERVAL_MS), 1, seconds)
                times = f"p50 {probes.p50_ms:.1f}, p99 {probes.p99_ms:.1f} ms"
                failed = f"{probes.failed} of {probes.requests} failed"
                report.figure(f"{path}, {name}", f"{times}; {failed}; {flood.result().per_second:.0f} other requests/s")
    return report.passed

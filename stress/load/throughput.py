"""Requests per second, one kind after the other."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from stress.drawing import picture
from stress.harness import ServiceProcesses
from stress.http_client import FORM, form
from stress.load.wrk import Request, send
from stress.report import Report

ALIVE = Request(("/health/alive",))
#: Jobs whose status and result are requested in turn.
JOBS = 50


def run(clients: int, seconds: int) -> bool:
    report = Report("throughput")
    report.heading(f"wrk, {clients} connections for {seconds} s each; null engine, no rate limit")
    with (
        tempfile.TemporaryDirectory(prefix="stress-throughput-") as folder,
        ServiceProcesses(Path(folder), OCR_RUNTIME="null") as service,
    ):
        send(service.url, ALIVE, clients, 2)  # warm up
        for name, request in (("GET /health/alive", ALIVE), *sample_requests(service)):
            before = service.cpu_seconds("web")
            outcome = send(service.url, request, clients, seconds)
            cpu = 1e6 * (service.cpu_seconds("web") - before) / outcome.requests
            figures = f"{outcome.per_second:6.0f}/s   p50 {outcome.p50_ms:6.1f}   p99 {outcome.p99_ms:6.1f} ms"
            failed = f"; {outcome.failed} failed" if outcome.failed else ""
            report.figure(name, f"{figures}   {cpu:5.0f} µs of CPU time in the web server each{failed}")
    return report.passed


def sample_requests(service: ServiceProcesses) -> Iterator[tuple[str, Request]]:
    """What clients typically request, with a name. The jobs they ask for are completed."""
    files = [picture(f"Number {number}", size=20, width=200) for number in range(JOBS)]
    jobs = [service.post("/ocr/image?wait=20", file).json()["job_id"] for file in files]
    yield "GET /ocr/job/{id}", Request(tuple(f"/ocr/job/{job}" for job in jobs))
    yield "GET /ocr/job/{id}/result", Request(tuple(f"/ocr/job/{job}/result" for job in jobs))
    yield "POST /ocr/image, cached", Request(("/ocr/image?wait=20",), "POST", FORM, form(files[0]))
    announced = {"filename": "scan.png", "file_size": 1000, "content_type": "image/png"}
    yield "POST /ocr/uploads", Request(("/ocr/uploads",), "POST", "application/json", json.dumps(announced).encode())

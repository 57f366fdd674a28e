"""How much the memory of each process grows while a large file is received, inspected and read."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import requests

from stress.drawing import large_pdf
from stress.harness import ServiceProcesses
from stress.memory import MemoryPeaks
from stress.report import Report

SIZE, LIMIT = 50_000_000, 20_000_000
PARTS = ("redis", "web", "worker")


def run() -> bool:
    report = Report("upload")
    with (
        tempfile.TemporaryDirectory(prefix="stress-upload-") as folder,
        ServiceProcesses(Path(folder), OCR_RUNTIME="null") as service,
    ):
        for name, upload in UPLOADS.items():
            upload(service, large_pdf(1 << 20))  # start every process that takes part
            report.heading(f"{SIZE / 1e6:.0f} MB, {name}")
            peaks = MemoryPeaks([process for part in PARTS for process in service.process_tree(part)])
            upload(service, large_pdf(SIZE))
            growth = peaks.growth()
            report.check("processes that did not end", f"{len(growth)} of {peaks.count}", len(growth) == peaks.count)
            worst = max(growth, key=lambda process: growth[process])
            report.check("largest growth", f"{growth[worst] / 1e6:.1f} MB ({worst})", growth[worst] <= LIMIT)
    return report.passed


def _form(service: ServiceProcesses, pdf: bytes) -> None:
    service.result_of(service.post("/ocr/pdf", pdf, "large.pdf"))


def _signed_url(service: ServiceProcesses, pdf: bytes) -> None:
    announced = {"filename": "large.pdf", "file_size": len(pdf), "content_type": "application/pdf"}
    created = requests.post(service.url + "/ocr/uploads", json=announced, timeout=30)
    created.raise_for_status()
    job = created.json()
    requests.put(job["upload_url"], pdf, headers=job["headers"], timeout=60).raise_for_status()
    service.wait_for_result(f"/ocr/job/{job['job_id']}/result")


UPLOADS: dict[str, Callable[[ServiceProcesses, bytes], None]] = {
    "multipart to /ocr/pdf": _form,
    "PUT to a signed address": _signed_url,
}

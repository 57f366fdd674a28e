"""How much the memory of each process grows while a large file is received, inspected and read."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pymupdf
import requests

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
            upload(service, large_pdf(1 << 20, name))  # start every process that takes part
            report.heading(f"{SIZE / 1e6:.0f} MB, {name}")
            peaks = MemoryPeaks([process for part in PARTS for process in service.process_tree(part)])
            upload(service, large_pdf(SIZE, name))
            growth = peaks.growth()
            report.figure("processes", len(growth))
            worst = max(growth, key=lambda process: growth[process])
            report.check("largest growth", f"{growth[worst] / 1e6:.1f} MB ({worst})", growth[worst] <= LIMIT)
    return report.passed


def large_pdf(size: int, salt: str) -> bytes:
    """One small page with an attachment of about this size. `salt` makes the file unique."""
    document = pymupdf.open()
    document.new_page(width=200, height=100).insert_text((20, 50), "A large document")
    document.embfile_add("attachment", salt.encode().ljust(size, b"x"))
    return document.tobytes(deflate=False)


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

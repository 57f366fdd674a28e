"""A scan of many pages, read by one worker and by two. Each worker has one thread on a core of its own."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from stress.drawing import picture_pdf
from stress.harness import ServiceProcesses
from stress.report import Report

PAGES = 100
#: Share of one worker's time that two workers may take.
LIMIT = 0.6
#: Seconds until the result must be there.
TIMEOUT = 600
WORDS = (
    *("harbour", "ship", "cargo", "captain", "barrels", "herring", "market"),
    *("hill", "inn", "bridge", "lighthouse", "keeper", "ferry", "islands"),
)


def run(pages: int = PAGES) -> bool:
    report = Report("spread")
    report.heading(f"a scan of {pages} pages, the real model; OCR_THREADS=1, each worker pinned to a core")
    seconds, cpu = {}, {}
    for workers in (1, 2):
        with tempfile.TemporaryDirectory(prefix="stress-spread-") as folder:
            seconds[workers], cpu[workers] = _measure(Path(folder), pages, workers)
        report.figure(f"{workers} worker(s)", f"{seconds[workers]:.1f} s; CPU time of the busier: {cpu[workers]:.1f} s")
    # This ratio shows how evenly the pages were shared even if other programs use the cores.
    report.figure("CPU time, two to one", f"{cpu[2] / cpu[1]:.2f}")
    ratio = seconds[2] / seconds[1]
    report.check("time, two to one", f"{ratio:.2f}", ratio <= LIMIT)
    return report.passed


def _measure(folder: Path, pages: int, workers: int) -> tuple[float, float]:
    """Seconds until the result, and CPU seconds of the worker that used most."""
    names = ("worker", "second")[:workers]
    with ServiceProcesses(folder, OCR_THREADS=1, MAX_PDF_PAGES=pages) as service:
        if workers == 2:
            service.start_worker(name="second")
            service.wait_until_ready(workers=2)
        for name, core in zip(names, sorted(os.sched_getaffinity(0))[:workers], strict=True):
            service.pin(name, core)
        _read(service, _scan(4 * workers, seed=1000))  # warm up
        before = {name: service.cpu_seconds(name) for name in names}
        scan = _scan(pages)
        started = time.monotonic()
        _read(service, scan)
        seconds = time.monotonic() - started
        return seconds, max(service.cpu_seconds(name) - before[name] for name in names)


def _read(service: ServiceProcesses, pdf: bytes) -> None:
    service.result_of(service.post("/ocr/pdf", pdf, "scan.pdf"), TIMEOUT)


def _scan(pages: int, seed: int = 0) -> bytes:
    """A PDF of A4 pictures at 100 dpi with eight lines of words each."""
    font = ImageFont.load_default(22)
    images = []
    for page in range(pages):
        image = Image.new("L", (827, 1169), "white")
        draw = ImageDraw.Draw(image)
        for line in range(8):
            number = seed + 8 * page + line
            words = " ".join(WORDS[(number * 7 + 3 * word) % len(WORDS)] for word in range(7))
            draw.text((60, 80 + 60 * line), f"{number} {words}", fill="black", font=font)
        images.append(image)
    return picture_pdf(images, dpi=100)

"""A scan of many pages, read by one worker and by two: each has one thread and a core of its own."""

from __future__ import annotations

import io
import os
import tempfile
import time
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from stress.load.report import Report
from stress.load.service import Service
from stress.load.upload import send_form

PAGES = 100
#: The part of one worker's time that two may take.
MOST = 0.6
WORDS = (
    *("harbour", "ship", "cargo", "captain", "barrels", "herring", "market"),
    *("hill", "inn", "bridge", "lighthouse", "keeper", "ferry", "islands"),
)


def main(pages: int = PAGES) -> bool:
    report = Report("spread")
    report.say(f"a scan of {pages} pages, by the real model; OCR_THREADS=1, each worker pinned to a core")
    seconds, busy = {}, {}
    for workers in (1, 2):
        with tempfile.TemporaryDirectory(prefix="bench-spread-") as folder:
            seconds[workers], busy[workers] = _seconds(Path(folder), pages, workers)
        report.tell(
            f"{workers} at work", f"{seconds[workers]:.1f} s; {busy[workers]:.1f} s of processor time of the busier"
        )
    # Where other work has a part of the cores, this is what tells how evenly the pages were shared.
    report.tell("the same of processor time", f"{busy[2] / busy[1]:.2f}")
    part = seconds[2] / seconds[1]
    report.must("two take, of the time of one", f"{part:.2f}", part <= MOST)
    return report.holds


def _seconds(folder: Path, pages: int, workers: int) -> tuple[float, float]:
    """Until the result, and of processor time of the worker that had more to do."""
    file = folder / "scan.pdf"
    _draw(file, pages)
    with Service(folder, OCR_WORKERS=1, OCR_THREADS=1, MAX_PDF_PAGES=pages) as service:
        cores = sorted(os.sched_getaffinity(0))
        service.pin_worker("worker", cores[0])
        if workers == 2:
            service.start_worker("second")
            service.pin_worker("second", cores[1])
        warm = folder / "warm.pdf"
        _draw(warm, 4 * workers, seed=1000)
        send_form(service.url, warm)
        names = ("worker", "second")[:workers]
        before = {name: service.processor_seconds(name) for name in names}
        began = time.monotonic()
        send_form(service.url, file)
        seconds = time.monotonic() - began
        return seconds, max(service.processor_seconds(name) - before[name] for name in names)


def _draw(file: Path, pages: int, seed: int = 0) -> None:
    """A4 pages at 100 dots an inch, eight lines of words on each, as pictures."""
    font = ImageFont.load_default(22)
    images = []
    for page in range(pages):
        image = Image.new("L", (827, 1169), "white")
        draw = ImageDraw.Draw(image)
        for line in range(8):
            at = seed + 8 * page + line
            words = " ".join(WORDS[(at * 7 + 3 * word) % len(WORDS)] for word in range(7))
            draw.text((60, 80 + 60 * line), f"{at} {words}", fill="black", font=font)
        images.append(image)
    out = io.BytesIO()
    images[0].save(out, "PDF", save_all=True, append_images=images[1:], resolution=100)
    file.write_bytes(out.getvalue())

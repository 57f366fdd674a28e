"""The programs that write searchable PDFs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paddleocr_service import OCREngine
from services.exports import outputs
from services.ocr_service.options import DocumentOptions
from services.standalone.conversion import Reading, reading

_TIMEOUT = 600
#: The fastest of so many counts.
_ROUNDS = 3


@dataclass(frozen=True)
class Ours:
    """What our engine read and wrote. seconds: for reading. writing: seconds of CPU time for the PDF."""

    pages: Sequence[dict[str, Any]]
    seconds: float
    writing: float

    @property
    def text(self) -> str:
        return "\f".join(page["text"] for page in self.pages)


def write_ours(engine: OCREngine, source: Path, target: Path) -> Ours:
    """Read a file with an engine that is loaded, and write its PDF."""
    options = DocumentOptions(lang="en", dpi=300, outputs="pdf")
    started = time.perf_counter()
    with reading(source, options, engine) as read:
        seconds = time.perf_counter() - started
        writing = min(_write(read, target) for _ in range(_ROUNDS))
        return Ours(list(read.pages.pages()), seconds, writing)


def _write(read: Reading, target: Path) -> float:
    started = time.process_time()
    with target.open("wb") as out:
        outputs.create("pdf", read.source, read.pages, out)
    return time.process_time() - started


def run_ours(source: Path, target: Path) -> float:
    """Seconds of our command, which loads its models each time."""
    return _run(sys.executable, "-m", "paddleocr_service", str(source), "--format", "pdf", "-o", str(target))


def run_ocrmypdf(python: Path, source: Path, target: Path) -> float:
    """Seconds of OCRmyPDF with Tesseract. It may turn pages, as our engine does."""
    options = ("--skip-text", "--rotate-pages", "--output-type", "pdf", "--image-dpi", "200", "--quiet")
    return _run(str(python), "-m", "ocrmypdf", *options, str(source), str(target))


def _run(*command: str) -> float:
    """Raises CalledProcessError."""
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=_TIMEOUT)
    return time.perf_counter() - started

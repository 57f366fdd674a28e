"""The programs that write searchable PDFs."""

from __future__ import annotations

import os
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

_TIMEOUT = 1800
#: By default, OCRmyPDF leaves out the text of a page on which Tesseract is slow, such as on a busy machine.
_TESSERACT_TIMEOUT = "1800"
#: Waiting threads of Tesseract do not use the processor.
_ENVIRONMENT = {"OMP_WAIT_POLICY": "passive"}
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
    options += ("--tesseract-timeout", _TESSERACT_TIMEOUT)
    return _run(str(python), "-m", "ocrmypdf", *options, str(source), str(target))


def _run(*command: str) -> float:
    """Raises CalledProcessError."""
    started = time.perf_counter()
    environment = {**os.environ, **_ENVIRONMENT}
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=_TIMEOUT, env=environment)
    return time.perf_counter() - started

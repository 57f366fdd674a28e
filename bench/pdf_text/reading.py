"""One reading of a PDF: how long it took, and how far it is from the text layer."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import pymupdf

from bench.metrics import edit_distance, normalise
from services.ocr_service.document import OCRService
from services.ocr_service.options import DocumentOptions


@dataclass
class Reading:
    """One document. Seconds are wall-clock time, of pages by source; cpu is processor time of those from a layer.

    Errors are edits against the layer.
    """

    pages: dict[str, int] = field(default_factory=lambda: {"text_layer": 0, "ocr": 0})
    seconds: dict[str, float] = field(default_factory=lambda: {"text_layer": 0.0, "ocr": 0.0})
    cpu: float = 0.0
    errors: int = 0
    characters: int = 0


def read(service: OCRService, path: Path, options: DocumentOptions) -> Reading:
    """The document read once. Its opening counts as time of its text layers.

    Errors are counted when all pages are read: in between, that would take the processor's caches from the reading.
    """
    reading = Reading()
    texts: dict[int, str] = {}
    layers = _layers(path)
    started, cpu = time.perf_counter(), time.process_time()
    with service.open(path, "pdf", options) as document:
        reading.seconds["text_layer"] += time.perf_counter() - started
        reading.cpu += time.process_time() - cpu
        for number in document.page_numbers:
            started, cpu = time.perf_counter(), time.process_time()
            page = document.recognize(number)
            reading.seconds[page["source"]] += time.perf_counter() - started
            reading.pages[page["source"]] += 1
            if page["source"] == "text_layer":
                reading.cpu += time.process_time() - cpu
                texts[number] = page["text"]
    for number, text in texts.items():
        reading.errors += edit_distance(layers[number - 1], normalise(text))
        reading.characters += len(layers[number - 1])
    return reading


def _layers(path: Path) -> list[str]:
    """The text of each page by PyMuPDF alone."""
    with pymupdf.open(path) as document:
        return [normalise(page.get_text(flags=pymupdf.TEXTFLAGS_TEXT)) for page in document]

"""Read a PDF once and measure time and errors."""

import time
from dataclasses import dataclass, field
from pathlib import Path

import pymupdf

from bench.metrics import edit_distance, normalise
from services.ocr_service.document import OCRService
from services.ocr_service.options import DocumentOptions


@dataclass
class PdfResult:
    """Measurements of a document.

    pages, seconds: number and wall time of the pages by source. cpu_seconds: CPU time of the pages with a text layer.
    errors: edits between their text and the text layer. characters: length of these text layers.
    """

    pages: dict[str, int] = field(default_factory=lambda: {"text_layer": 0, "ocr": 0})
    seconds: dict[str, float] = field(default_factory=lambda: {"text_layer": 0.0, "ocr": 0.0})
    cpu_seconds: float = 0.0
    errors: int = 0
    characters: int = 0


def measure(service: OCRService, path: Path, options: DocumentOptions) -> PdfResult:
    """Read a document once. The time to open it counts as time of its text layers.

    Errors are counted after the last page: in between, this would evict the processor's caches.
    """
    result = PdfResult()
    texts: dict[int, str] = {}
    layers = _text_layers(path)
    started, cpu = time.perf_counter(), time.process_time()
    with service.open(path, "pdf", options) as document:
        result.seconds["text_layer"] += time.perf_counter() - started
        result.cpu_seconds += time.process_time() - cpu
        for number in document.page_numbers:
            started, cpu = time.perf_counter(), time.process_time()
            page = document.recognize(number)
            result.seconds[page["source"]] += time.perf_counter() - started
            result.pages[page["source"]] += 1
            if page["source"] == "text_layer":
                result.cpu_seconds += time.process_time() - cpu
                texts[number] = page["text"]
    for number, text in texts.items():
        result.errors += edit_distance(layers[number - 1], normalise(text))
        result.characters += len(layers[number - 1])
    return result


def _text_layers(path: Path) -> list[str]:
    """Return PyMuPDF's text of each page."""
    with pymupdf.open(path) as document:
        return [normalise(page.get_text(flags=pymupdf.TEXTFLAGS_TEXT)) for page in document]

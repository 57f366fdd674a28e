"""Read a PDF once and measure time and errors."""

import time
from dataclasses import dataclass, field
from pathlib import Path

import pymupdf

from bench.metrics import edit_distance, normalise
from services.ocr_service.document import OCRService
from services.ocr_service.options import DocumentOptions

SOURCES = ("text_layer", "regions", "ocr")


@dataclass
class PdfResult:
    """Measurements of a document.

    pages, seconds, cpu_seconds: number, wall time and CPU time of the pages by source: "text_layer" with all checks,
    "regions" for a text layer with parts of the page that OCR read, "ocr" for whole pages. errors: edits between the
    text of the first two and the text layer. characters: length of these text layers.
    """

    pages: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SOURCES, 0))
    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(SOURCES, 0.0))
    cpu_seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(SOURCES, 0.0))
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
        result.cpu_seconds["text_layer"] += time.process_time() - cpu
        for number in document.page_numbers:
            service.stages.take()
            started, cpu = time.perf_counter(), time.process_time()
            page = document.recognize(number)
            source = _source_of(page["source"], service)
            result.seconds[source] += time.perf_counter() - started
            result.cpu_seconds[source] += time.process_time() - cpu
            result.pages[source] += 1
            if source != "ocr":
                texts[number] = page["text"]
    for number, text in texts.items():
        result.errors += edit_distance(layers[number - 1], normalise(text))
        result.characters += len(layers[number - 1])
    return result


def _source_of(source: str, service: OCRService) -> str:
    """The source of a page, whose stages have not been taken yet."""
    used_ocr = any(stage.name in ("detect", "recognise") for stage in service.stages.take())
    return "regions" if source == "text_layer" and used_ocr else source


def _text_layers(path: Path) -> list[str]:
    """Return PyMuPDF's text of each page."""
    with pymupdf.open(path) as document:
        return [normalise(page.get_text(flags=pymupdf.TEXTFLAGS_TEXT)) for page in document]

"""Pages of PDFs, read as a worker reads them: the service's own document, with OCR forced."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path


def make(threads: int, f32: bool = False) -> Callable[[dict], str]:
    """A request names `path`, `page` and `dpi`. Limits are the service's defaults. f32: as on a processor without
    bfloat16."""
    from config import Settings
    from paddleocr_service import OCREngine, openvino_engine
    from services.jobs.record import DocumentOptions
    from services.ocr_service.document import OCRService

    if f32:
        openvino_engine.computes_in_bfloat16 = lambda core: False
    settings = Settings.from_env()
    engine = OCREngine(threads=threads, max_width=settings.max_image_width, max_height=settings.max_image_height)
    engine.warm_up()
    service = OCRService(engine, settings.max_image_pixels)

    def read(request: dict) -> str:
        options = DocumentOptions("en", request["dpi"], mode="ocr")
        with service.open(Path(request["path"]), "pdf", options) as document:
            return document.recognize(request["page"])["text"]

    return read

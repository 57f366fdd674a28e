"""Pages of PDFs, processed as in a worker: by the service's document class, with OCR forced."""

from collections.abc import Callable
from pathlib import Path


def create(threads: int, f32: bool = False) -> Callable[[dict], str]:
    """Return a function for requests with `path`, `page` and `dpi`. All limits are the service's defaults.

    f32: simulate a processor without bfloat16.
    """
    from config import Settings
    from paddleocr_service import OCREngine, openvino_engine
    from services.jobs.record import DocumentOptions
    from services.ocr_service.document import OCRService

    if f32:
        openvino_engine.supports_bfloat16 = lambda core: False
    settings = Settings.from_env()
    engine = OCREngine(threads=threads, max_width=settings.max_image_width, max_height=settings.max_image_height)
    engine.warm_up()
    service = OCRService(engine, settings.max_image_pixels)

    def read(request: dict) -> str:
        options = DocumentOptions("en", request["dpi"], mode="ocr")
        with service.open(Path(request["path"]), "pdf", options) as document:
            return document.recognize(request["page"])["text"]

    return read

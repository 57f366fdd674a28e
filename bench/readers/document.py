"""Documents, processed as in a worker: by the service's document class."""

from collections.abc import Callable
from pathlib import Path


def create(threads: int, f32: bool = False, mode: str = "ocr") -> Callable[[dict], str]:
    """Return a function for requests with `path` and, if they differ from the defaults, `page`, `dpi` and `lang`.

    The text is that of the page, or of all pages, and then the codes of its warnings. All limits are the service's
    defaults. f32: simulate a processor without bfloat16.
    """
    from config import Settings
    from paddleocr_service import OCREngine, openvino_engine
    from services.ocr_service.document import OCRService
    from services.ocr_service.options import DocumentOptions

    if f32:
        openvino_engine.supports_bfloat16 = lambda core: False
    settings = Settings.from_env()
    engine = OCREngine(threads=threads, max_width=settings.max_image_width, max_height=settings.max_image_height)
    engine.warm_up()
    service = OCRService(engine, settings.max_image_pixels)

    def read(request: dict) -> str:
        options = DocumentOptions(request.get("lang", "en"), request.get("dpi", 300), mode=mode)
        path = Path(request["path"])
        with service.open(path, "pdf" if path.suffix == ".pdf" else "image", options) as document:
            numbers = [request["page"]] if "page" in request else document.page_numbers
            pages = [document.recognize(number) for number in numbers]
        warnings = [f"[warning] {warning['code']}" for page in pages for warning in page["warnings"]]
        return "\n".join([page["text"] for page in pages] + warnings)

    return read

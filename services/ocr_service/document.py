"""One uploaded document as a sequence of pages that are read one at a time.

Only one page is decoded or rendered at any moment, so memory does not grow with the number of pages.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from paddleocr_service import EngineError, EngineInfo, Recognition, RecognizeOptions
from services.errors import CorruptFile, ModelUnavailable, OCRServiceError, ServiceUnavailable, UnknownLanguage
from services.ocr_service.helpers.image_processor import read_frame
from services.ocr_service.helpers.pdf_processor import PdfDocument
from services.ocr_service.helpers.text_extractor import Page, page_of
from services.ocr_service.options import DocumentOptions
from services.ocr_service.page_ranges import parse_pages
from services.ocr_service.pdf_pages import PdfPages
from services.ocr_service.stages import Stages


class Engine(Protocol):
    """What the service needs from an OCR engine. Implemented by `OCREngine` and `NullEngine`."""

    def recognize(self, image: np.ndarray, options: RecognizeOptions | None = None) -> Recognition: ...

    def info(self, lang: str | None = None) -> EngineInfo: ...


class Document(Protocol):
    """An open document; a context manager that closes it."""

    page_numbers: tuple[int, ...]

    def recognize(self, number: int) -> Page:
        """The result of one page, as built by `page_of`. Raises OCRServiceError."""

    def __enter__(self) -> Document: ...

    def __exit__(self, *exc_info: object) -> None: ...


class OCRService:
    """Opens documents and reads their pages with one engine."""

    def __init__(self, engine: Engine, max_pixels: int) -> None:
        self.stages = Stages()
        self._engine = engine
        self._max_pixels = max_pixels
        self._used: dict[str, EngineInfo] = {}

    def open(self, path: Path, kind: str, options: DocumentOptions, frames: int = 1) -> Document:
        """kind: "image" or "pdf". frames: the number of frames of an image. Raises OCRServiceError."""
        if kind == "pdf":
            pdf = PdfDocument(path)
            read = partial(self.read, options=options)
            return PdfPages(pdf, _numbers(options, pdf.page_count), options, read, self._max_pixels, self.stages)
        return _Image(self, path, options, frames)

    def engine_of(self, options: DocumentOptions) -> EngineInfo:
        """The engine that last read a page with these options, or the one that would."""
        return self._used.get(options.lang) or self._engine.info(options.lang)

    def frame(self, path: Path, number: int) -> np.ndarray:
        """Frame `number` (from 1) of an image, as (H, W, 3) uint8 RGB. Raises OCRServiceError."""
        with self.stages.measure("decode"):
            return read_frame(path, number, max_pixels=self._max_pixels).array

    def read(self, array: np.ndarray, options: DocumentOptions) -> Recognition:
        """array: (H, W, 3) uint8 RGB. Raises OCRServiceError."""
        engine_options = RecognizeOptions(options.lang, options.detail == "word", options.orientation)
        try:
            recognition = self._engine.recognize(array, engine_options)
        except EngineError as error:
            raise domain_error(error) from error
        self.stages.add(recognition.seconds)
        self._used[options.lang] = recognition.engine
        return recognition


class _Image:
    """The frames of an image. Each is decoded when it is read."""

    def __init__(self, service: OCRService, path: Path, options: DocumentOptions, frames: int) -> None:
        self._service = service
        self._path = path
        self._options = options
        self.page_numbers = _numbers(options, frames)

    def recognize(self, number: int) -> Page:
        return page_of(self._service.read(self._service.frame(self._path, number), self._options), number)

    def __enter__(self) -> _Image:
        return self

    def __exit__(self, *exc_info: object) -> None:
        pass


def _numbers(options: DocumentOptions, count: int) -> tuple[int, ...]:
    return parse_pages(options.pages, count) if options.pages else tuple(range(1, count + 1))


def failed_page(number: int, error: OCRServiceError) -> Page:
    """The result of a page that failed while the rest of the document goes on."""
    return {
        "page": number,
        "text": "",
        "lines": [],
        "blocks": [],
        "success": False,
        "width": None,
        "height": None,
        "orientation": None,
        "source": "ocr",
        "error": error.as_dict(),
    }


#: Fields that the result of a single image copies from its only page.
_IMAGE_FIELDS = ("text", "lines", "blocks", "width", "height", "orientation")


def summarize(
    pages: list[Page], kind: str, engine: EngineInfo, options: DocumentOptions, seconds: float
) -> dict[str, Any]:
    """The result document of a job, without the fields of the job itself (id, file name, …)."""
    pages = [{"blocks": [], "orientation": 0, **page} for page in pages]  # absent in pages stored by an older version
    common = {
        "success": any(page["success"] for page in pages),
        "processing_time_seconds": round(seconds, 3),
        "engine": {"name": engine.name, "runtime": engine.runtime, "models": list(engine.models)},
        "lang": options.lang,
    }
    if kind == "image" and len(pages) == 1:
        page = pages[0]
        return {**{name: page[name] for name in _IMAGE_FIELDS}, **common}
    texts = [page["text"] for page in pages if page["text"]]
    document = {"pages": pages, "full_text": "\n\n".join(texts), "total_pages": len(pages)}
    if kind == "pdf":
        document["processing_dpi"] = options.dpi
    return {**document, **common}


def domain_error(error: EngineError) -> OCRServiceError:
    """Translate an error of the engine."""
    kinds = {
        "model_not_available": ModelUnavailable,
        "unsupported_language": UnknownLanguage,
        "unreadable_image": CorruptFile,
    }
    # Any other error comes from the installation, not from the file: another attempt or worker may succeed.
    return kinds.get(error.code, ServiceUnavailable)(error.message)

"""One uploaded document as a row of pages that can be recognised one at a time.

Only one page is decoded or rendered at any moment, so memory does not grow with the number of pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np

from paddleocr_service import EngineError, EngineInfo, Recognition, RecognizeOptions
from services.errors import CorruptFile, ModelUnavailable, OCRServiceError, UnknownLanguage
from services.job_record import JobOptions
from services.ocr_service.helpers.image_processor import Frame, iter_frames
from services.ocr_service.helpers.pdf_processor import PdfDocument
from services.ocr_service.helpers.text_extractor import page_of
from services.ocr_service.page_ranges import parse_pages


class Engine(Protocol):
    """What the service wants of an OCR engine; `OCREngine` and `NullEngine` are two."""

    def recognize(self, image: np.ndarray, options: RecognizeOptions | None = None) -> Recognition: ...

    def info(self, lang: str | None = None) -> EngineInfo: ...


class Document(Protocol):
    """Context manager over an open document."""

    page_numbers: tuple[int, ...]

    def recognize(self, number: int) -> dict:
        """The page's result: page, text, lines, success, width, height, source. Raises OCRServiceError."""

    def __enter__(self) -> Document: ...

    def __exit__(self, *exc_info: object) -> None: ...


class OCRService:
    """Opens documents and reads their pages with one engine."""

    def __init__(self, engine: Engine, max_pixels: int) -> None:
        self._engine = engine
        self._max_pixels = max_pixels

    def open(self, path: Path, kind: str, options: JobOptions, frames: int = 1) -> Document:
        """`kind` is "image" or "pdf"; `frames` is how many pages an image has. Raises OCRServiceError."""
        if kind == "pdf":
            return _Pdf(self, PdfDocument(path), options)
        return _Picture(self, path, options, frames)

    def engine_of(self, options: JobOptions) -> EngineInfo:
        return self._engine.info(options.lang)

    def frames(self, path: Path) -> Iterator[Frame]:
        return iter_frames(path, max_pixels=self._max_pixels)

    def render(self, pdf: PdfDocument, number: int, dpi: int) -> np.ndarray:
        return pdf.render(number, dpi, self._max_pixels).array

    def recognize(self, array: np.ndarray, number: int, options: JobOptions) -> dict:
        try:
            recognition = self._engine.recognize(
                array, RecognizeOptions(lang=options.lang, words=options.detail == "word")
            )
        except EngineError as error:
            raise domain_error(error) from error
        return page_of(recognition, number)


class _Pdf:
    def __init__(self, service: OCRService, pdf: PdfDocument, options: JobOptions) -> None:
        self._service = service
        self._pdf = pdf
        self._options = options
        self.page_numbers = parse_pages(options.pages, pdf.page_count) if options.pages else _all(pdf.page_count)

    def recognize(self, number: int) -> dict:
        array = self._service.render(self._pdf, number, self._options.dpi)
        return self._service.recognize(array, number, self._options)

    def __enter__(self) -> _Pdf:
        self._pdf.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._pdf.__exit__(*exc_info)


class _Picture:
    """Frames come in their order; one that was read in an earlier try is passed over."""

    def __init__(self, service: OCRService, path: Path, options: JobOptions, frames: int) -> None:
        self._service = service
        self._options = options
        self._frames = service.frames(path)
        self._position = 0
        self.page_numbers = parse_pages(options.pages, frames) if options.pages else _all(frames)

    def recognize(self, number: int) -> dict:
        return self._service.recognize(self._frame(number), number, self._options)

    def _frame(self, number: int) -> np.ndarray:
        for frame in self._frames:
            self._position += 1
            if self._position == number:
                return frame.array
        raise CorruptFile(f"The picture has no frame {number}.")

    def __enter__(self) -> _Picture:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._frames.close()


def _all(count: int) -> tuple[int, ...]:
    return tuple(range(1, count + 1))


def failed_page(number: int, error: OCRServiceError) -> dict:
    """The result of a page that failed alone."""
    fault = {"code": error.code, "title": error.title, "detail": error.message}
    return {
        "page": number,
        "text": "",
        "lines": [],
        "success": False,
        "width": None,
        "height": None,
        "source": "ocr",
        "error": fault,
    }


def summarize(pages: list[dict], kind: str, engine: EngineInfo, options: JobOptions, seconds: float) -> dict:
    """The result document of a job, without what belongs to the job itself (id, file name, …)."""
    common = {
        "success": any(page["success"] for page in pages),
        "processing_time_seconds": round(seconds, 3),
        "engine": {"name": engine.name, "runtime": engine.runtime, "models": list(engine.models)},
        "lang": options.lang,
    }
    if kind == "image" and len(pages) == 1:
        page = pages[0]
        return {"text": page["text"], "lines": page["lines"], "width": page["width"], "height": page["height"], **common}
    texts = [page["text"] for page in pages if page["text"]]
    document = {"pages": pages, "full_text": "\n\n".join(texts), "total_pages": len(pages)}
    if kind == "pdf":
        document["processing_dpi"] = options.dpi
    return {**document, **common}


def domain_error(error: EngineError) -> OCRServiceError:
    """An engine's fault in the words of the service."""
    kinds = {"model_not_available": ModelUnavailable, "unsupported_language": UnknownLanguage}
    return kinds.get(error.code, CorruptFile)(error.message)

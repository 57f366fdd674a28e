"""One uploaded document as a sequence of pages that are read one at a time.

Only one page is decoded or rendered at any moment, so memory does not grow with the number of pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from paddleocr_service import EngineError, EngineInfo, NullEngine, OCREngine, Recognition, RecognizeOptions
from paddleocr_service.polygons import Polygon
from paddleocr_service.results import OFF
from services.errors import CorruptFile, ModelUnavailable, OCRServiceError, ServiceUnavailable, UnknownLanguage
from services.ocr_service.helpers.image_processor import read_frame
from services.ocr_service.helpers.pdf_processor import PdfDocument
from services.ocr_service.helpers.text_extractor import Page, page_of
from services.ocr_service.ink import missed_text
from services.ocr_service.options import DocumentOptions
from services.ocr_service.page_documents import PageDocuments
from services.ocr_service.page_ranges import parse_pages
from services.ocr_service.pdf_pages import PdfPages
from services.ocr_service.stages import Stages
from utils.sources import Source

#: Errors of the engine that another attempt cannot solve. All others come from the installation, not from the file.
_PERMANENT_ERRORS: dict[str, type[OCRServiceError]] = {
    "model_not_available": ModelUnavailable,
    "unsupported_language": UnknownLanguage,
    "unreadable_image": CorruptFile,
}


@dataclass(frozen=True, slots=True)
class Document:
    """An open document. `recognize` returns the result of the page with this number, or raises OCRServiceError."""

    page_numbers: tuple[int, ...]
    recognize: Callable[[int], Page]


class OCRService:
    """Opens documents and reads their pages with one engine."""

    def __init__(self, engine: OCREngine | NullEngine, max_pixels: int) -> None:
        self.stages = Stages()
        self._engine = engine
        self._max_pixels = max_pixels
        self._used: dict[str, EngineInfo] = {}

    def prepare(self) -> None:
        """Start what is needed to read a document, so that it does not count as time of a page."""

    @contextmanager
    def open(self, path: Source, kind: str, options: DocumentOptions, frames: int = 1) -> Iterator[Document]:
        """Open a document inside the context. kind: "image" or "pdf". frames: the number of frames of an image.

        Raises OCRServiceError.
        """
        read = partial(self.read, options=options)
        if kind == "pdf":
            with PdfDocument(path, options.password) as pdf:
                render = partial(pdf.render, dpi=options.dpi, max_pixels=self._max_pixels)
                search = self._search(options, render)
                page = search.remember_and_read if search else read
                part = partial(self.read, options=replace(options, layout=OFF))
                pages = PdfPages(pdf, options, page, self._max_pixels, self.stages, part)
                recognize = search.add_to(pages.recognize) if search else pages.recognize
                yield Document(page_numbers(options, pdf.page_count), recognize)
        else:
            render = partial(read_frame, path, max_pixels=self._max_pixels)
            search = self._search(options, render)
            frame = partial(self._recognize_frame, path, search.remember_and_read if search else read)
            yield Document(page_numbers(options, frames), search.add_to(frame) if search else frame)

    def engine_of(self, options: DocumentOptions) -> EngineInfo:
        """The engine that last read a page with these options, or the one that would."""
        return self._used.get(options.lang) or self._engine.info(options.lang)

    def read(self, array: np.ndarray, options: DocumentOptions) -> Recognition:
        """array: (H, W, 3) uint8 RGB. Raises OCRServiceError."""
        words, layout = options.words, options.layout
        engine_options = RecognizeOptions(options.lang, words, options.orientation, layout)
        with _as_service_errors():
            recognition = self._engine.recognize(array, engine_options)
        self.stages.add(recognition.seconds)
        self._used[options.lang] = recognition.engine
        return recognition

    def read_codes(
        self, array: np.ndarray, polygons: Sequence[Polygon], alphabet: str, options: DocumentOptions
    ) -> Sequence[str]:
        """Read lines again, with the characters of an alphabet only. See `OCREngine.read_codes`."""
        with _as_service_errors():
            return self._engine.read_codes(array, polygons, alphabet, options.lang)

    def _search(self, options: DocumentOptions, render: Callable[[int], np.ndarray]) -> PageDocuments | None:
        """None if the job neither asks for documents nor hides their numbers."""
        if not options.extract and not options.mask:
            return None
        read_codes = partial(self.read_codes, options=options)
        return PageDocuments(options, partial(self.read, options=options), render, read_codes, self.stages)

    def _recognize_frame(self, path: Source, read: Callable[[np.ndarray], Recognition], number: int) -> Page:
        with self.stages.measure("decode"):
            array = read_frame(path, number, max_pixels=self._max_pixels)
        recognition = read(array)
        return page_of(recognition, number, warnings=missed_text(recognition, array))


@contextmanager
def _as_service_errors() -> Iterator[None]:
    try:
        yield
    except EngineError as error:
        raise _PERMANENT_ERRORS.get(error.code, ServiceUnavailable)(error.message) from error


def page_numbers(options: DocumentOptions, count: int) -> tuple[int, ...]:
    return parse_pages(options.pages, count) if options.pages else tuple(range(1, count + 1))

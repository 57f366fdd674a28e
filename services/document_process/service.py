"""The worker's side: sends documents to the child, and lets the engine read its pictures."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace

from paddleocr_service import NullEngine, OCREngine
from paddleocr_service.results import OFF
from services.confined.process import NO_VARIABLES, ConfinedChild
from services.document_process.process import DocumentProcess, Response, without_error
from services.document_process.results import (
    checked_codes,
    checked_page,
    checked_page_numbers,
    checked_size,
    checked_stages,
)
from services.errors import ServiceUnavailable
from services.ocr_service.document import Document, OCRService
from services.ocr_service.helpers.text_extractor import Page
from services.ocr_service.options import DocumentOptions
from utils.sources import Source, open_source


@dataclass(frozen=True, eq=False, slots=True)
class _OpenFile:
    file: int
    kind: str
    options: DocumentOptions
    frames: int


class ConfinedOCRService(OCRService):
    """An `OCRService` whose documents are parsed in a child process."""

    def __init__(
        self,
        engine: OCREngine | NullEngine,
        max_pixels: int,
        max_file_bytes: int = 50 << 20,
        variables: Mapping[str, str] = NO_VARIABLES,
    ) -> None:
        """variables: environment of the child."""
        super().__init__(engine, max_pixels)
        self.process = DocumentProcess(max_pixels, max_file_bytes, variables)

    def prepare(self) -> None:
        """Wait for the child, which is started again after a page that took too long."""
        with suppress(ServiceUnavailable):  # opening the document reports it
            self.process.ready()

    @contextmanager
    def open(self, path: Source, kind: str, options: DocumentOptions, frames: int = 1) -> Iterator[Document]:
        with open_source(path) as file:
            opened = _OpenFile(file.fileno(), kind, options, frames)
            numbers = self.process.attempt(lambda process: checked_page_numbers(self._open_in(process, opened)))
            yield Document(numbers, lambda number: self._recognize(opened, number))
        self.process.document_done()

    def close(self) -> None:
        """End the child."""
        self.process.close()

    def _recognize(self, opened: _OpenFile, number: int) -> Page:
        def work(process: ConfinedChild) -> Page:
            if self.process.opened is not opened:
                self._open_in(process, opened)
            self.stages.take()
            response = self._read_page(process, number, opened.options)
            page = checked_page(response, number)
            self.stages.take()  # those of the engine, which the child reports, too
            self.stages.extend(checked_stages(response))
            return page

        return self.process.attempt(work)

    def _open_in(self, process: ConfinedChild, opened: _OpenFile) -> Response:
        self.process.opened = None
        request = {"open": opened.kind, "options": asdict(opened.options), "frames": opened.frames}
        process.channel.send(request, files=[opened.file])
        response = without_error(process.channel.receive().data)
        self.process.opened = opened
        return response

    def _read_page(self, process: ConfinedChild, number: int, options: DocumentOptions) -> Response:
        shared = self.process.shared
        process.channel.send({"recognize": number})
        while "read" in (response := process.channel.receive().data):
            size = checked_size(response, shared.size)
            picture = shared.picture(*size)
            codes = checked_codes(response)
            # No structure is searched in a part of a page.
            wanted = replace(options, layout=OFF) if response.get("layout") == OFF else options
            answer = self.read_codes(picture, *codes, options) if codes else self.read(picture, wanted)
            shared.release(*size)
            process.channel.send({}, pickle.dumps(answer))
        return without_error(response)

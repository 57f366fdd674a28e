"""The worker's side: sends documents to the child, lets the engine read its pictures, and replaces it when it dies."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

import structlog

from paddleocr_service import NullEngine, OCREngine
from paddleocr_service.results import OFF
from services.confined.channel import ChannelClosed
from services.confined.child import OUT_OF_MEMORY
from services.confined.errors import error_from
from services.confined.process import ConfinedProcess
from services.document_process.pixels import SharedPixels
from services.document_process.results import (
    InvalidResult,
    checked_codes,
    checked_page,
    checked_page_numbers,
    checked_size,
    checked_stages,
)
from services.errors import OCRServiceError, PageCrashed, PageFailed, ServiceUnavailable
from services.ocr_service.document import Document, OCRService
from services.ocr_service.helpers.text_extractor import Page
from services.ocr_service.options import DocumentOptions
from utils.sources import Source, open_source

log = structlog.get_logger(__name__)

#: A page or a document that ends the child this many times is not tried again.
_ATTEMPTS = 2
#: A child is replaced after this many documents, because parsers leak memory.
_DOCUMENTS_PER_CHILD = 500
#: Address space of a child without picture and file: libraries, MuPDF's cache of 256 MB, and fonts.
_BASE_BYTES = 768 << 20
#: Bytes per pixel of the largest picture: what decoding may take (see `picture_memory`), and the shared pixels.
_BYTES_PER_PIXEL = 8 + 3

_Response = dict[str, Any]
_T = TypeVar("_T")


@dataclass(eq=False)
class _OpenFile:
    """An open document. process: the child that has opened it, if that is still alive."""

    file: int
    kind: str
    options: DocumentOptions
    frames: int
    process: ConfinedProcess | None = None


class ConfinedOCRService(OCRService):
    """An `OCRService` whose documents are parsed in a child process. For a process with one thread that reads.

    The child starts in advance, also after one has died. An exception while a page is read, such as the one of the
    page's time limit, ends the child.
    """

    def __init__(self, engine: OCREngine | NullEngine, max_pixels: int, max_file_bytes: int = 50 << 20) -> None:
        super().__init__(engine, max_pixels)
        self._memory_bytes = _BASE_BYTES + max_pixels * _BYTES_PER_PIXEL + max_file_bytes
        self._shared = SharedPixels(max_pixels * 3)
        self._documents = 0
        self._process: ConfinedProcess | None = None
        self._start()

    @contextmanager
    def open(self, path: Source, kind: str, options: DocumentOptions, frames: int = 1) -> Iterator[Document]:
        with open_source(path) as file:
            opened = _OpenFile(file.fileno(), kind, options, frames)
            numbers = self._attempt(lambda process: checked_page_numbers(self._open_in(process, opened)))
            self._documents += 1
            yield Document(numbers, lambda number: self._recognize(opened, number))
        if self._documents >= _DOCUMENTS_PER_CHILD:
            self._replace()

    def close(self) -> None:
        """End the child."""
        if self._process:
            self._process.kill()
            self._process = None

    def _recognize(self, opened: _OpenFile, number: int) -> Page:
        def work(process: ConfinedProcess) -> Page:
            if opened.process is not process:
                self._open_in(process, opened)
            self.stages.take()
            response = self._read_page(process, number, opened.options)
            page = checked_page(response, number)
            self.stages.take()  # those of the engine, which the child reports, too
            self.stages.extend(checked_stages(response))
            return page

        return self._attempt(work)

    def _open_in(self, process: ConfinedProcess, opened: _OpenFile) -> _Response:
        request = {"open": opened.kind, "options": asdict(opened.options), "frames": opened.frames}
        process.channel.send(request, files=[opened.file])
        response = _without_error(process.channel.receive().data)
        opened.process = process
        return response

    def _read_page(self, process: ConfinedProcess, number: int, options: DocumentOptions) -> _Response:
        process.channel.send({"recognize": number})
        while "read" in (response := process.channel.receive().data):
            size = checked_size(response, self._shared.size)
            picture = self._shared.picture(*size)
            codes = checked_codes(response)
            # No structure is searched in a part of a page.
            wanted = replace(options, layout=OFF) if response.get("layout") == OFF else options
            answer = self.read_codes(picture, *codes, options) if codes else self.read(picture, wanted)
            self._shared.release(*size)
            process.channel.send({}, pickle.dumps(answer))
        return _without_error(response)

    def _attempt(self, work: Callable[[ConfinedProcess], _T]) -> _T:
        """Run `work`, and again if the child dies. Raises OCRServiceError."""
        status = 0
        for _ in range(_ATTEMPTS):
            process = self._ready()
            try:
                return work(process)
            except _ChildError as error:
                raise error.known from error.__cause__
            except (ChannelClosed, InvalidResult) as error:
                status = self._replace()
                log.warning("document process died", status=status, error=repr(error))
            except BaseException:
                self._replace()
                raise
        if status == OUT_OF_MEMORY:
            raise PageCrashed("The page needs too much memory. Send it in a simpler form or at a lower resolution.")
        raise PageCrashed("The page crashed its process twice and was not tried again. Send it in another format.")

    def _start(self) -> None:
        self._documents = 0
        try:
            self._process = ConfinedProcess("services.document_process.child", self._memory_bytes)
            shared = {"size": self._shared.size, "max_pixels": self._max_pixels}
            self._process.channel.send(shared, files=[self._shared.descriptor])
        except (ServiceUnavailable, ChannelClosed):
            log.exception("document process could not be started")
            self.close()

    def _ready(self) -> ConfinedProcess:
        """The child. Raises ServiceUnavailable."""
        if self._process is None:
            self._start()
        if self._process is None:
            raise ServiceUnavailable()
        try:
            return self._process.ready()
        except BaseException:
            self.close()
            raise

    def _replace(self) -> int:
        """End the child and start the next one, without waiting for it. Returns the exit status."""
        status = self._process.kill() if self._process else 0
        self._process = None
        self._start()
        return status


class _ChildError(Exception):
    """The child is well and has reported an error."""

    def __init__(self, known: OCRServiceError) -> None:
        self.known = known


def _without_error(response: _Response) -> _Response:
    if "error" in response:
        raise _ChildError(error_from(response) or PageFailed()) from RuntimeError(str(response.get("cause")))
    return response

"""The child that parses documents, seen from the worker: starts it, and replaces it when it dies."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

import structlog

from services.confined.channel import ChannelClosed
from services.confined.child import OUT_OF_MEMORY
from services.confined.errors import error_from
from services.confined.process import NO_VARIABLES, ConfinedChild
from services.confined.template import ConfinedTemplate
from services.document_process.pixels import SharedPixels
from services.document_process.results import InvalidResult
from services.errors import OCRServiceError, PageCrashed, PageFailed, ServiceUnavailable

log = structlog.get_logger(__name__)

#: A page or a document that ends the child this many times is not tried again.
_ATTEMPTS = 2
#: A child is replaced after this many documents, because parsers leak memory.
_DOCUMENTS_PER_CHILD = 500
#: Address space of a child without picture and file: libraries, MuPDF's cache of 256 MB, and fonts.
_BASE_BYTES = 768 << 20
#: Bytes per pixel of the largest picture: what decoding may take (see `picture_memory`), and the shared pixels.
_BYTES_PER_PIXEL = 8 + 3
#: Largest file that a child may write. Pictures without loss take up to three bytes per pixel, and other files keep
#: their size, except for small files with many pages or frames.
_WRITTEN_PER_PIXEL, _WRITTEN_PER_BYTE = 4, 8

Response = dict[str, Any]
_T = TypeVar("_T")


class DocumentProcess:
    """For a process with one thread that reads.

    The child starts in advance, also after one has died. Any other exception while it works, such as the one of the
    page's time limit, ends it.
    """

    def __init__(self, max_pixels: int, max_file_bytes: int, variables: Mapping[str, str] = NO_VARIABLES) -> None:
        """variables: environment of the child."""
        self._max_pixels, self._max_file_bytes, self._variables = max_pixels, max_file_bytes, variables
        self.shared = SharedPixels(max_pixels * 3)
        #: What the child has open, if anything.
        self.opened: object = None
        self._documents = 0
        self._template: ConfinedTemplate | None = None
        self._process: ConfinedChild | None = None
        self.start()

    def start(self) -> None:
        self._documents, self.opened = 0, None
        memory = _BASE_BYTES + self._max_pixels * _BYTES_PER_PIXEL + self._max_file_bytes
        written = max(self._max_pixels * _WRITTEN_PER_PIXEL, self._max_file_bytes * _WRITTEN_PER_BYTE)
        try:
            if self._template is None:
                self._template = ConfinedTemplate("services.document_process.child", self._variables)
            self._process = self._template.fork(memory, written)
            shared = {"size": self.shared.size, "max_pixels": self._max_pixels}
            self._process.channel.send(shared, files=[self.shared.descriptor])
        except (ServiceUnavailable, ChannelClosed):
            log.exception("document process could not be started")
            self.close()

    def ready(self) -> ConfinedChild:
        """The child. Raises ServiceUnavailable."""
        if self._process is None:
            self.start()
        if self._process is None:
            raise ServiceUnavailable()
        try:
            return self._process.ready()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the child and its template."""
        if self._process:
            with suppress(ServiceUnavailable):
                self._process.kill()
            self._process = None
        if self._template:
            self._template.close()
            self._template = None

    def replace(self) -> int:
        """End the child and start the next one, without waiting for it. Returns the exit status."""
        try:
            status = self._process.kill() if self._process else 0
            self._process = None
        except ServiceUnavailable:
            log.exception("the template of document processes has ended")
            status = -signal.SIGKILL
            self.close()
        except BaseException:  # the time limit of the page
            self.close()
            raise
        self.start()
        return status

    def document_done(self) -> None:
        """Replace a child that has read many documents."""
        self._documents += 1
        if self._documents >= _DOCUMENTS_PER_CHILD:
            self.replace()

    def attempt(self, work: Callable[[ConfinedChild], _T]) -> _T:
        """Run `work`, and again if the child dies. Raises OCRServiceError."""
        status = 0
        for _ in range(_ATTEMPTS):
            process = self.ready()
            try:
                return work(process)
            except ChildError as error:
                raise error.known from error.__cause__
            except (ChannelClosed, InvalidResult) as error:
                status = self.replace()
                log.warning("document process died", status=status, error=repr(error))
            except BaseException:
                self.replace()
                raise
        if status == OUT_OF_MEMORY:
            raise PageCrashed("The page needs too much memory. Send it in a simpler form or at a lower resolution.")
        raise PageCrashed("The page crashed its process twice and was not tried again. Send it in another format.")


class ChildError(Exception):
    """The child is well and has reported an error."""

    def __init__(self, known: OCRServiceError) -> None:
        self.known = known


def without_error(response: Response) -> Response:
    """Raises ChildError."""
    if "error" in response:
        raise ChildError(error_from(response) or PageFailed()) from RuntimeError(str(response.get("cause")))
    return response

"""The worker's side of files that are made from the uploaded file. See the package for the messages."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from services.confined.process import ConfinedChild
from services.document_process.process import DocumentProcess, without_error
from services.document_process.results import InvalidResult
from utils.sources import Source, open_source

#: How often the child may read all pages.
_MAX_PASSES = 4


class JsonPages(Protocol):
    def json_pages(self) -> Iterator[bytes]:
        """The pages of a result in order as JSON, each time from the first."""


class ConfinedOutputs:
    """Creates files in the child of a worker. Their content comes from the child: nothing may parse it outside."""

    def __init__(self, process: DocumentProcess) -> None:
        self._process = process

    def create(
        self, name: str, source: Source, result: JsonPages, out: BinaryIO, masked: bool = False, password: str = ""
    ) -> None:
        """Write an output (see `exports.formats.OUTPUTS`) to `out`, an open file. source: the uploaded file.

        masked: the result hides numbers, so the file has to hide them, too. password: of the uploaded file, if it is an
        encrypted PDF. Raises OCRServiceError, and what `result` raises.
        """

        def work(process: ConfinedChild) -> None:
            out.seek(0)
            out.truncate()
            with open_source(source) as file, tempfile.TemporaryFile() as scratch:
                files = [file.fileno(), out.fileno(), scratch.fileno()]
                process.channel.send({"create": name, "masked": masked, "password": password}, files=files)
                _answer(process, result)

        self._process.opened = None
        self._process.attempt(work)

    def draw(self, annotated: Source, number: int, side: int, password: str = "") -> bytes:
        """A page of a created PDF as PNG. side: pixels on its longer side. Raises OCRServiceError."""

        def work(process: ConfinedChild) -> bytes:
            with open_source(annotated) as file:
                request = {"draw": number, "side": side, "password": password}
                process.channel.send(request, files=[file.fileno()])
                message = process.channel.receive()
            without_error(message.data)
            return message.attachment

        return self._process.attempt(work)


def _answer(process: ConfinedChild, result: JsonPages) -> None:
    """Send pages until the child has written the file. Raises ChildError, InvalidResult."""
    place, passes, pages = 0, 0, iter(())  # type: tuple[int, int, Iterator[bytes]]
    while "page" in (response := process.channel.receive().data):
        if response["page"] == 0:
            place, passes, pages = 0, passes + 1, result.json_pages()
        if response["page"] != place or passes > _MAX_PASSES:
            raise InvalidResult("not the next page")
        process.channel.send({}, next(pages, b""))
        place += 1
    if without_error(response) != {"created": True}:
        raise InvalidResult("not the end of a file")

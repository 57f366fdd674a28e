"""The document a worker has open: it stays open from one unit to the next, as the next is mostly of the same job."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from services.jobs.record import JobRecord

if TYPE_CHECKING:
    from services.ocr_service.document import Document, OCRService
    from services.storage import Storage


class OpenDocument:
    """Holds one document. Opening another, or a fault, closes it."""

    def __init__(self, storage: Storage, ocr: OCRService) -> None:
        self._storage = storage
        self._ocr = ocr
        self._open: tuple[str, Document, ExitStack] | None = None

    def has(self, record: JobRecord) -> bool:
        return self._open is not None and self._open[0] == record.id

    def document(self, record: JobRecord) -> Document:
        """The job's document. Raises OCRServiceError where it cannot be opened."""
        if self._open and self._open[0] == record.id:
            return self._open[1]
        self.clear()
        with ExitStack() as stack:
            path = stack.enter_context(self._storage.local(record.upload))
            document = stack.enter_context(self._ocr.open(path, record.kind, record.options, record.frames))
            self._open = record.id, document, stack.pop_all()
        return document

    def clear(self) -> None:
        if self._open:
            _, _, stack = self._open
            self._open = None
            stack.close()

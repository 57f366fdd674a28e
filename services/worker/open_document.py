"""Keeps a document open between units, because consecutive units mostly belong to the same job."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from services.jobs.record import JobRecord

if TYPE_CHECKING:
    from services.ocr_service.document import Document, OCRService
    from services.storage import Storage


class OpenDocument:
    """Holds at most one document. Opening another one closes it."""

    def __init__(self, storage: Storage, ocr: OCRService) -> None:
        self._storage = storage
        self._ocr = ocr
        self._open: tuple[str, Document, ExitStack] | None = None

    def get(self, record: JobRecord) -> Document | None:
        """The job's document if it is open."""
        return self._open[1] if self._open and self._open[0] == record.id else None

    def open(self, record: JobRecord) -> Document:
        """Open the job's document. Raises OCRServiceError."""
        self.close()
        with ExitStack() as stack:
            path = stack.enter_context(self._storage.local(record.upload))
            document = stack.enter_context(self._ocr.open(path, record.kind, record.options, record.frames))
            self._open = record.id, document, stack.pop_all()
        return document

    def close(self) -> None:
        if self._open:
            _, _, stack = self._open
            self._open = None
            stack.close()

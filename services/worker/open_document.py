"""Keeps a document open between units, because consecutive units mostly belong to the same job."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from services.jobs.record import JobRecord

if TYPE_CHECKING:
    from services.ocr_service.document import Document, OCRService
    from services.storage import Storage


@dataclass(eq=False)
class OpenDocument:
    """Holds at most one document. Opening another one closes it."""

    storage: Storage
    ocr: OCRService
    _open: tuple[str, Document, ExitStack] | None = field(init=False, default=None)

    def get(self, record: JobRecord) -> Document | None:
        """The job's document if it is open."""
        return self._open[1] if self._open and self._open[0] == record.id else None

    def open(self, record: JobRecord) -> Document:
        """Open the job's document. Raises OCRServiceError."""
        self.close()
        with ExitStack() as stack:
            path = stack.enter_context(self.storage.local(record.upload))
            document = stack.enter_context(self.ocr.open(path, record.kind, record.options, record.frames))
            self._open = record.id, document, stack.pop_all()
        return document

    def close(self) -> None:
        if self._open:
            _, _, stack = self._open
            self._open = None
            stack.close()

"""From an inspected file to a job record: kind, pages, units, lane and cache key."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from paddleocr_service import Catalogue
from services.errors import EmptyFile, InvalidOption, UnsupportedType
from services.inspection import FileFacts, Inspector
from services.jobs.record import PROCESSING, QUEUED, JobRecord
from services.jobs.units import lane_for, units_for
from services.ocr_service.options import DocumentOptions
from services.ocr_service.page_ranges import parse_pages

#: Increase it when a result gains or changes a field, so that no cached result without that field is returned.
RESULT_SHAPE = "2"
KINDS = ("image", "pdf")


class JobPlanner:
    """Reads files and models, but not Redis."""

    def __init__(self, inspector: Inspector, catalogue: Catalogue) -> None:
        self._inspector = inspector
        self._catalogue = catalogue

    def inspect(
        self, path: Path, size: int, sha256: str, options: DocumentOptions, kinds: tuple[str, ...] = KINDS
    ) -> FileFacts:
        """Raises EmptyFile, UnsupportedType, InvalidOption, and the errors of `Inspector.inspect`."""
        if size == 0:
            raise EmptyFile()
        facts = self._inspector.inspect(path, sha256)
        if facts.kind not in kinds:
            name, path_for_it = ("a PDF", "/ocr/pdf") if facts.kind == "pdf" else ("an image", "/ocr/image")
            raise UnsupportedType(f"This endpoint does not accept {name}. Send it to {path_for_it}.")
        if facts.kind == "image" and options.mode == "text":
            raise InvalidOption("The option `mode` cannot be `text` for an image: it has no text layer. Leave it out.")
        return facts

    def plan(self, record: JobRecord, facts: FileFacts, sha256: str) -> JobRecord:
        """The record with everything known from its file. Raises PageOutOfRange."""
        pages = len(parse_pages(record.options.pages, facts.pages)) if record.options.pages else facts.pages
        return replace(
            record,
            status=PROCESSING,
            stage=QUEUED,
            kind=facts.kind,
            cache_key=self._cache_key(record.owner, record.options, sha256),
            frames=facts.pages,
            pages_total=pages,
            lane=lane_for(pages),
            units=units_for(pages),
        )

    def _cache_key(self, owner: str, options: DocumentOptions, sha256: str) -> str:
        """Equal for jobs that must have the same result. Results are never shared between owners."""
        parts = [RESULT_SHAPE, owner, sha256, options.dumps(), self._catalogue.identity(options.lang)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

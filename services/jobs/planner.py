"""From a file to a job record: kind, pages, units, lane and cache key."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from paddleocr_service import Catalogue
from services.errors import EmptyFile, InvalidOption, UnsupportedType, UploadMismatch
from services.inspection import Inspector
from services.jobs.record import PROCESSING, QUEUED, JobRecord
from services.jobs.units import lane_for, units_for
from services.ocr_service.page_ranges import parse_pages
from utils.sniffing import ALIASES

#: Increase it when a result gains or changes a field, so that no cached result without that field is returned.
RESULT_SHAPE = "4"
KINDS = ("image", "pdf")


def plan_job(
    record: JobRecord, path: Path, sha256: str, kinds: tuple[str, ...], inspector: Inspector, catalogue: Catalogue
) -> JobRecord:
    """The record with everything known from its file. `kinds`: the accepted kinds of files.

    Raises EmptyFile, UnsupportedType, InvalidOption, UploadMismatch, PageOutOfRange, and the errors of
    `Inspector.inspect`.
    """
    options = record.options
    if record.file_size == 0:
        raise EmptyFile()
    facts = inspector.inspect(path, f"{record.owner} {sha256}", record.owner, options.password)
    if facts.kind not in kinds:
        name, right, accepted = ("a PDF", "PDFs", "images") if facts.kind == "pdf" else ("an image", "images", "PDFs")
        raise UnsupportedType(
            f"The file is {name}, but this endpoint accepts only {accepted}. Send it to the endpoint for {right}."
        )
    if facts.kind == "image" and options.mode == "text":
        raise InvalidOption("The option `mode` cannot be `text` for an image: it has no text layer. Leave it out.")
    if record.content_type and facts.media_type != ALIASES.get(record.content_type, record.content_type):
        raise UploadMismatch(f"{record.content_type} was announced, but {facts.media_type} arrived.")
    pages = len(parse_pages(options.pages, facts.pages)) if options.pages else facts.pages
    # Equal for jobs that must have the same result. Results are never shared between owners.
    content = [RESULT_SHAPE, record.owner, sha256, options.dumps(), catalogue.identity(options.lang)]
    return replace(
        record,
        status=PROCESSING,
        stage=QUEUED,
        kind=facts.kind,
        cache_key=hashlib.sha256("\n".join(content).encode()).hexdigest(),
        frames=facts.pages,
        pages_total=pages,
        lane=lane_for(pages),
        units=units_for(pages),
    )

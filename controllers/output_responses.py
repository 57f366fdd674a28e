"""Files that were generated with a result, as responses. They are read while they are sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from flask import Response, g

from controllers.context import services
from controllers.result_formats import HEADERS, PART_BYTES, Wanted, check_page, disposition, file_name
from services.errors import OutputFailed, OutputNotRequested, UploadMissing
from services.jobs.record import JobRecord

PDF = "application/pdf"


def response(record: JobRecord, want: Wanted) -> Response:
    """200 with a generated file. Raises OutputNotRequested, OutputFailed, PageOutOfRange or StorageUnavailable."""
    name = want.format.name
    if name not in record.options.output_names:
        raise OutputNotRequested(
            f"The job was sent without `outputs={name}`, and its file has been deleted. {OutputNotRequested.remedy}"
        )
    if want.page:
        check_page(record, want.page)
    storage = services().storage
    with ExitStack() as stack:
        try:
            path = stack.enter_context(storage.local(storage.output_key(record.result or record.id, name)))
        except UploadMissing as error:
            raise OutputFailed() from error
        stack.callback(services().jobs.large_reads.begin(g.owner, path.stat().st_size))
        sent = Response(_parts(path), content_type=PDF, headers=HEADERS)
        sent.content_length = path.stat().st_size
        sent.headers["Content-Disposition"] = disposition(PDF, file_name(record.filename, "pdf"))
        sent.call_on_close(stack.pop_all().close)
    return sent


def _parts(path: Path) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while part := file.read(PART_BYTES):
            yield part

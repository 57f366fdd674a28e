"""Files that were generated with a result, as responses. They are read while they are sent."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from flask import Response, g

from controllers.context import services
from controllers.result_formats import HEADERS, PART_BYTES, Wanted, check_page, disposition, file_name
from services.errors import OutputFailed, OutputNotRequested, UploadMissing
from services.jobs.outputs import PICTURES, failure
from services.jobs.record import JobRecord
from services.storage import Storage

PDF, PNG = "application/pdf", "image/png"


def response(record: JobRecord, want: Wanted) -> Response:
    """200 with a generated file. Raises OutputNotRequested, OutputFailed, PageOutOfRange or StorageUnavailable."""
    _check_requested(record, want.format.name)
    if want.page or want.picture:
        return _picture(record, want.page or record.page_numbers[0])
    with ExitStack() as stack:
        try:
            path = stack.enter_context(_stored(services().storage, record, want.format.name))
        except UploadMissing as error:
            raise _failure(services().storage, record, want.format.name) from error
        size = path.stat().st_size
        stack.callback(services().jobs.large_reads.begin(g.owner, size))
        sent = Response(_parts(path), content_type=PDF, headers=HEADERS)
        sent.content_length = size
        sent.headers["Content-Disposition"] = disposition(PDF, file_name(record.filename, "pdf"))
        sent.call_on_close(stack.pop_all().close)
    return sent


def _picture(record: JobRecord, number: int) -> Response:
    """A page as PNG. Raises PageOutOfRange or OutputFailed."""
    sent = Response(picture(record, number), content_type=PNG, headers=HEADERS)
    sent.headers["Content-Disposition"] = disposition(PNG, file_name(record.filename, f"{number}.png"))
    return sent


def picture(record: JobRecord, number: int) -> bytes:
    """An annotated page as PNG. Raises PageOutOfRange or OutputFailed."""
    check_page(record, number)
    try:
        key = services().storage.output_key(record.result or record.id, PICTURES)
        with services().storage.open(key) as file, zipfile.ZipFile(file) as archive:
            return archive.read(f"{number}.png")
    except (UploadMissing, KeyError) as error:
        raise _failure(services().storage, record, "annotated") from error


def parts_of(storage: Storage, record: JobRecord, name: str) -> Iterator[bytes]:
    """A generated file in parts. Works outside of a request. Raises OutputNotRequested or OutputFailed, at once."""
    _check_requested(record, name)
    if storage.size(storage.output_key(record.result or record.id, name)) is None:
        raise _failure(storage, record, name)

    def parts() -> Iterator[bytes]:
        with _stored(storage, record, name) as path:
            yield from _parts(path)

    return parts()


def _check_requested(record: JobRecord, name: str) -> None:
    if name not in record.options.output_names:
        raise OutputNotRequested(
            f"The job was sent without `outputs={name}`, and its file has been deleted. {OutputNotRequested.remedy}"
        )


def _failure(storage: Storage, record: JobRecord, name: str) -> OutputFailed:
    return failure(storage, record.result or record.id, name)


def _stored(storage: Storage, record: JobRecord, name: str) -> AbstractContextManager[Path]:
    return storage.local(storage.output_key(record.result or record.id, name))


def _parts(path: Path) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while part := file.read(PART_BYTES):
            yield part

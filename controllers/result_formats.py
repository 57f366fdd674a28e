"""In which format a client wants a result, and results in that format as responses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any
from urllib.parse import quote

from flask import Response, g, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import dump_options_header

from controllers.context import services
from services.errors import PageOutOfRange
from services.exports.formats import FORMATS, JSON, NAMES, OUTPUTS, Format, render
from services.exports.negotiation import choose
from services.exports.result import Result
from services.jobs.record import JobRecord
from services.jobs.result_body import StoredResult
from services.jobs.service import JobService

__all__ = ["AS_JSON", "FORMATS", "NAMES", "OUTPUTS", "Format", "Wanted", "example", "response", "wanted"]

#: Parts of a response are joined until they have this many bytes. A smaller response is sent with its length.
PART_BYTES = 1 << 18
HEADERS = {
    # A page that is opened in a browser has its own style and nothing else, and cannot act as a page of this service.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
    "Cache-Control": "no-store",
    "Vary": "Accept",
}
#: Browsers display these formats; they store the others.
DISPLAYED = ("text/", "image/", "application/xml", "application/pdf")


@dataclass(frozen=True, slots=True)
class Wanted:
    """page: the only page; 0 for all. furniture: with page headers, footers and numbers.

    picture: `Accept` asks for a picture, so one page is wanted: the first if `page` is 0.
    """

    format: Format
    page: int = 0
    furniture: bool = False
    picture: bool = False


AS_JSON = Wanted(JSON)


def wanted(options: dict[str, Any]) -> Wanted:
    """From the options `format`, `page` and `furniture`, and the header `Accept`.

    Raises NotAcceptable or InvalidOption.
    """
    name, page, furniture = (options[option] for option in ("format", "page", "furniture"))
    # Parameters such as a charset do not matter.
    accepted = MIMEAccept([(value.partition(";")[0].strip(), q) for value, q in request.accept_mimetypes])
    chosen = choose(name, lambda types: _best_match(accepted, types), page, furniture)
    return Wanted(chosen, page, furniture, picture=not name and chosen.media_type == "image/png")


def _best_match(accepted: MIMEAccept, types: list[str]) -> str | None:
    return accepted.best_match(types) if accepted else types[0]


def response(record: JobRecord, stored: StoredResult, want: Wanted) -> Response:
    """200 with a stored result in a format that is made from the result alone. Raises PageOutOfRange."""
    if want.page:
        check_page(record, want.page)
    jobs = services().jobs
    result = result_of(record, jobs, want)
    end = jobs.large_reads.begin(g.owner, stored.size)
    try:
        rendered = render(result, want.format, want.furniture)
        parts, length = _measured(_joined(rendered.parts))
    except BaseException:
        end()
        raise
    sent = Response(parts, content_type=rendered.content_type, headers=HEADERS)
    if length is not None:
        sent.content_length = length
    sent.headers["Content-Disposition"] = disposition(
        rendered.content_type, file_name(record.filename, rendered.extension)
    )
    sent.call_on_close(end)
    return sent


def result_of(record: JobRecord, jobs: JobService, want: Wanted) -> Result:
    """The stored result, read again by each reader. Works outside of a request."""
    return Result(
        read=lambda: jobs.result(record).as_text({"job_id": record.id})[1],
        filename=record.filename,
        lang=record.options.lang,
        number=want.page,
    )


def disposition(content_type: str, name: str) -> str:
    """The header Content-Disposition. A name that is not ASCII is sent as RFC 6266 describes."""
    kind = "inline" if content_type.startswith(DISPLAYED) else "attachment"
    if name.isascii():
        return dump_options_header(kind, {"filename": name})
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    return dump_options_header(kind, {"filename": plain, "filename*": f"UTF-8''{quote(name)}"})


def file_name(uploaded: str, extension: str) -> str:
    """The name of an export: that of the uploaded file with another extension."""
    stem, dot, _ = uploaded.rpartition(".")
    return f"{stem if dot and stem else uploaded}.{extension}"


def example(name: str, document: dict[str, Any]) -> str:
    """A document in a text format, for the description of the API."""
    chosen = next(each for each in FORMATS if each.name == name)
    return b"".join(render(Result.of(document), chosen).parts).decode()


def check_page(record: JobRecord, number: int) -> None:
    """Raises PageOutOfRange."""
    pages = record.page_numbers
    if number not in pages:
        raise PageOutOfRange(f"The result has no page {number}. It has {_described(pages)}.", option="page")


def _described(pages: tuple[int, ...]) -> str:
    return f"the pages {pages[0]} to {pages[-1]}" if len(pages) > 1 else f"only page {pages[0]}"


def _joined(parts: Iterator[bytes]) -> Iterator[bytes]:
    buffer = bytearray()
    for part in parts:
        buffer += part
        if len(buffer) >= PART_BYTES:
            yield bytes(buffer)
            buffer.clear()
    yield bytes(buffer)


def _measured(parts: Iterator[bytes]) -> tuple[Iterator[bytes], int | None]:
    """The parts, and their length if there is only one. An error in the first part is raised now."""
    first = next(parts)
    second = next(parts, None)
    if second is None:
        return iter([first]), len(first)
    return chain([first, second], parts), None

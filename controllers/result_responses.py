"""Results and finished pages as responses. They are sent as they are stored, because they may be large."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, g, request

from controllers import output_responses, responses, result_formats
from controllers.context import services
from controllers.result_formats import AS_JSON, Wanted
from services.errors import OCRServiceError
from services.jobs.record import JobRecord
from services.jobs.result_body import StoredResult
from utils.compact_json import dumps

JSON = "application/json"


def result(record: JobRecord, want: Wanted = AS_JSON) -> Response:
    """The result of an ended job. Raises JobFailed, JobCancelled or ResultExpired, naming the job and its file.

    Raises RateLimited for a client that fetches too many large results at a time.
    """
    jobs = services().jobs
    try:
        stored = jobs.result(record)
    except OCRServiceError as error:
        error.extra.update(job_id=record.id, filename=record.filename)
        raise
    if want.format.needs_source:
        return output_responses.response(record, want)
    return _as_json(record, stored) if want.format.name == "json" else result_formats.response(record, stored, want)


def _as_json(record: JobRecord, stored: StoredResult) -> Response:
    job = job_fields(record)
    gzip = request.accept_encodings["gzip"] > 0
    length, parts = stored.as_gzip(job) if gzip else stored.as_text(job)
    end = services().jobs.large_reads.begin(g.owner, stored.size)
    headers = {"Content-Length": str(length), "Vary": "Accept, Accept-Encoding"}
    response = Response(parts, content_type=JSON, headers=headers)
    response.call_on_close(end)
    if gzip:
        response.headers["Content-Encoding"] = "gzip"
    return response


def job_fields(record: JobRecord) -> dict[str, Any]:
    """What a result in JSON says about its job."""
    return {
        "job_id": record.id,
        "status": record.status,
        "filename": record.filename,
        "file_size": record.file_size,
        "cached": record.cached,
    }


def running(record: JobRecord) -> Response:
    """202: the status of a running job with its finished pages."""
    status = responses.status_body(record, services().jobs.estimate_wait(record))
    pages = services().jobs.finished_pages(record)

    def parts() -> Iterator[bytes]:
        yield dumps(status)[:-1] + b',"pages":['
        for number, page in enumerate(pages):
            yield b"," + page if number else page
        yield b"]}"

    return Response(parts(), 202, responses.RETRY_AFTER, content_type=JSON)

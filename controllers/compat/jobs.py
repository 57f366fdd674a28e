"""What all interfaces of other services do with jobs: submit a file, wait, read the result, build addresses.

Jobs are those of `/ocr`: the same queue, owners, quotas, limits, cache and `Idempotency-Key`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, cast

from flask import Flask, Response, after_this_request, current_app, g

from controllers import submission
from controllers.addresses import external_url
from controllers.compat import ignored
from controllers.context import RequestLimits, services
from controllers.idempotency import Outcome, run_once
from controllers.sources import Source
from controllers.waiting import once_ended
from services import errors
from services.jobs.idempotency import IdMaker
from services.jobs.planner import KINDS
from services.jobs.record import JobRecord
from services.ocr_service.options import DocumentOptions

#: Interfaces find it here, with the rest of what they need.
__all__ = ["external_url"]
_LIMITS = "request_limits"


def remember_limits(app: Flask, limits: RequestLimits) -> None:
    app.extensions[_LIMITS] = limits


def limits() -> RequestLimits:
    """The settings that clients see, such as the usual language."""
    return cast(RequestLimits, current_app.extensions[_LIMITS])


def options(**changes: str | int) -> DocumentOptions:
    """Job options: those of a request to /ocr without options, except for `changes`.

    Raises InvalidOption, UnknownLanguage or ModelUnavailable.
    """
    usual = DocumentOptions(lang=limits().ocr_lang, dpi=limits().default_dpi)
    return submission.document_options({**asdict(usual), "callback_url": "", **changes})


def submit(upload: Source, chosen: DocumentOptions, kinds: tuple[str, ...] = KINDS) -> JobRecord:
    """A job for this file, or that of the first request with the same `Idempotency-Key`.

    Raises the errors of `JobService.submit`.
    """

    def create(job_id: IdMaker) -> list[Outcome]:
        return [submission.submit(upload, chosen, "", job_id(0), kinds)]

    (record,), _ = run_once([upload], asdict(chosen), create)
    if isinstance(record, errors.OCRServiceError):  # a replay whose job has been deleted
        raise record
    return record


def require_reading() -> None:
    """For a POST whose response is the result. Raises Forbidden if the key may not read results."""
    submission.require_reading({"wait": True})


def wait_for(record: JobRecord, seconds: float, respond: Callable[[JobRecord], Response]) -> Response:
    """`respond(record)` when the job has ended or `seconds` are over. Meanwhile the request holds no thread."""
    if record.ended:
        return respond(record)
    job_id, owner, noted = record.id, g.owner, ignored.names()

    def resume() -> Response:
        ignored.restore(noted)
        return respond(services().jobs.get(job_id, owner))

    return once_ended([job_id], min(seconds, limits().request_timeout), resume)


def still_running(record: JobRecord) -> errors.StillRunning:
    """For `respond` of `wait_for`, if the interface has no answer of its own for a job that has not ended."""
    return errors.StillRunning(job_id=record.id, location=external_url("ocr.job_result", job_id=record.id))


def find(job_id: str) -> JobRecord:
    """A job of the current client. Raises JobNotFound."""
    return services().jobs.get(job_id, g.owner)


def document(record: JobRecord) -> dict[str, Any]:
    """The result of an ended job, as `GET /ocr/job/{id}/result` returns it, always with `pages` and `full_text`.

    Raises JobFailed, JobCancelled or ResultExpired, and RateLimited for too many large results at a time.
    """
    stored = services().jobs.result(record)
    end = services().jobs.large_reads.begin(g.owner, stored.size)
    after_this_request(lambda response: _ended_with(response, end))
    fields = {"job_id": record.id, "filename": record.filename, "file_size": record.file_size}
    _, parts = stored.as_text(fields)
    return with_pages(json.loads(b"".join(parts)))


def with_pages(result: dict[str, Any]) -> dict[str, Any]:
    """A result document in the form of one with several pages. A picture is its own only page."""
    if "pages" in result:
        return result
    page = {"page": 1, "success": True, "source": "ocr", "fields": [], **result}
    return {**result, "pages": [page], "full_text": result["text"], "total_pages": 1}


def _ended_with(response: Response, end: Callable[[], None]) -> Response:
    response.call_on_close(end)
    return response

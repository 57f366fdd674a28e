"""Jobs as responses of the API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, make_response, url_for

from services.jobs.record import COMPLETED, FAILED, JobRecord
from services.jobs.unit_queue import WaitEstimate

#: Of responses about a running job, in seconds.
RETRY_AFTER = {"Retry-After": "1"}


def job_fields(record: JobRecord) -> dict[str, Any]:
    """The fields that responses about a new job share."""
    return {
        "job_id": record.id,
        "status": record.shown_status,
        "filename": record.filename,
        "file_size": record.file_size,
        "links": links(record),
    }


def links(record: JobRecord) -> dict[str, str]:
    return {
        "self": url_for("ocr.job_status", job_id=record.id),
        "result": url_for("ocr.job_result", job_id=record.id),
    }


def accepted(record: JobRecord) -> Response:
    """202: the job was accepted."""
    body = job_fields(record)
    if record.status == COMPLETED:
        body["message"] = "The result is already available. Fetch it at links.result."
    else:
        body["message"] = "The file was accepted. Poll links.self for its status, or fetch links.result."
    if record.kind == "pdf":
        body["processing_dpi"] = record.options.dpi
    return make_response(body, 202, {"Location": body["links"]["self"], **RETRY_AFTER})


def status_body(record: JobRecord, estimate: WaitEstimate | None = None) -> dict[str, Any]:
    """Works outside of a request, too: event streams send it."""
    body: dict[str, Any] = {
        "job_id": record.id,
        "status": record.shown_status,
        "stage": record.stage,
        "ready": record.ended,
        "successful": record.status == COMPLETED if record.ended else None,
        "failed": record.status == FAILED if record.ended else None,
        "progress": {"pages_total": record.pages_total, "pages_done": record.pages_done},
        "created_at": iso_time(record.created_at),
        "started_at": iso_time(record.started_at),
        "finished_at": iso_time(record.finished_at),
        "attempts": record.attempts,
        "filename": record.filename,
    }
    if estimate:
        body["queue_position"] = None if estimate.ahead is None else estimate.ahead + 1
        body["eta_seconds"] = round(estimate.seconds, 1)
    if record.error:
        body["error"] = record.error
    return body


def iso_time(seconds: float | None) -> str | None:
    """Unix seconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds is not None else None

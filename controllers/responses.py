"""Jobs as responses of the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from flask import Response, jsonify, url_for

from services.jobs.record import COMPLETED, FAILED, JobRecord
from services.jobs.unit_queue import WaitEstimate
from services.storage import SignedUpload

#: `Retry-After` of responses about a running job, in seconds.
POLL_SECONDS = 1


def links(record: JobRecord) -> dict[str, str]:
    return {
        "self": url_for("ocr.job_status", job_id=record.id),
        "result": url_for("ocr.job_result", job_id=record.id),
    }


def accepted(record: JobRecord) -> Response:
    """202: the job was accepted."""
    job_links = links(record)
    body = {
        "job_id": record.id,
        "status": record.status,
        "filename": record.filename,
        "file_size": record.file_size,
        "message": _message(record),
        "links": job_links,
    }
    if record.kind == "pdf":
        body["processing_dpi"] = record.options.dpi
    return json_response(body, 202, {"Location": job_links["self"], "Retry-After": str(POLL_SECONDS)})


def _message(record: JobRecord) -> str:
    if record.status == COMPLETED:
        return "The result is already available. Fetch it at links.result."
    return "The file was accepted. Poll links.self for its status, or fetch links.result."


def announced(record: JobRecord, upload: SignedUpload, base: str) -> Response:
    """201: the upload was announced. `base` is the address of this service as the client knows it."""
    job_links = links(record)
    body = {
        "job_id": record.id,
        "status": record.status,
        "upload_url": urljoin(base, upload.url),
        "method": upload.method,
        "headers": upload.headers,
        "expires_at": iso_time(upload.expires_at),
        "filename": record.filename,
        "file_size": record.file_size,
        "links": job_links,
    }
    return json_response(body, 201, {"Location": job_links["self"]})


def status(
    record: JobRecord, estimate: WaitEstimate | None = None, pages: list[dict[str, Any]] | None = None
) -> Response:
    """200 if the job has ended, otherwise 202. `pages`: the finished pages, if the client asked for them."""
    body = status_body(record, estimate)
    if pages is not None:
        body["pages"] = pages
    if record.ended:
        return json_response(body, 200)
    return json_response(body, 202, {"Retry-After": str(POLL_SECONDS)})


def status_body(record: JobRecord, estimate: WaitEstimate | None = None) -> dict[str, Any]:
    """Works outside of a request, too: event streams send it."""
    body: dict[str, Any] = {
        "job_id": record.id,
        "status": record.status,
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


def result(record: JobRecord, document: Mapping[str, Any]) -> Response:
    """200 with the result of a completed job."""
    job = {
        "job_id": record.id,
        "status": record.status,
        "success": document["success"],
        "filename": record.filename,
        "file_size": record.file_size,
        "cached": record.cached,
    }
    return json_response({**job, **document}, 200)


def iso_time(seconds: float | None) -> str | None:
    """Unix seconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds is not None else None


def json_response(body: Mapping[str, Any], status_code: int, headers: Mapping[str, str] | None = None) -> Response:
    response = jsonify(body)
    response.status_code = status_code
    response.headers.update(headers or {})
    return response

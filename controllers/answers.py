"""Jobs in the words of the API."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urljoin

from flask import Response, jsonify, url_for

from services.jobs.record import COMPLETED, FAILED, JobRecord
from services.jobs.unit_queue import WaitEstimate
from services.storage import SignedUpload

#: Seconds after which asking again for a job makes sense.
ASK_AGAIN_SECONDS = 1


def links(record: JobRecord) -> dict[str, str]:
    return {
        "self": url_for("ocr.job_status", job_id=record.id),
        "result": url_for("ocr.job_result", job_id=record.id),
    }


def accepted(record: JobRecord) -> Response:
    """202: the job was taken in."""
    body = {
        "job_id": record.id,
        "status": record.status,
        "filename": record.filename,
        "file_size": record.file_size,
        "message": _message(record),
        "links": links(record),
    }
    if record.kind == "pdf":
        body["processing_dpi"] = record.options.dpi
    headers = {"Location": body["links"]["self"], "Retry-After": str(ASK_AGAIN_SECONDS)}
    return _answer(body, 202, headers)


def announced(record: JobRecord, upload: SignedUpload, base: str) -> Response:
    """201: a file was announced; `base` is the address of this service as the client knows it."""
    body = {
        "job_id": record.id,
        "status": record.status,
        "upload_url": urljoin(base, upload.url),
        "method": upload.method,
        "headers": upload.headers,
        "expires_at": moment(upload.expires_at),
        "filename": record.filename,
        "file_size": record.file_size,
        "links": links(record),
    }
    return _answer(body, 201, {"Location": body["links"]["self"]})


def _message(record: JobRecord) -> str:
    if record.status == COMPLETED:
        return "The result is known already. Fetch it at links.result."
    return "The file was accepted and is being processed. Ask for it at links.self, or fetch links.result."


def status(record: JobRecord, outlook: WaitEstimate | None = None, pages: list[dict] | None = None) -> Response:
    """200 when the job has ended, 202 while it runs. `pages`: those that are done, where they were asked for."""
    body, code, headers = status_answer(record, outlook)
    return _answer(body if pages is None else {**body, "pages": pages}, code, headers)


def status_answer(record: JobRecord, outlook: WaitEstimate | None) -> tuple[dict, int, dict[str, str]]:
    """Body, status and headers of the answer that tells how a job stands."""
    body = status_body(record, outlook)
    return (body, 200, {}) if record.ended else (body, 202, {"Retry-After": str(ASK_AGAIN_SECONDS)})


def status_body(record: JobRecord, outlook: WaitEstimate | None = None) -> dict:
    """How a job stands. Needs no request, so that others than views can tell it."""
    body = {
        "job_id": record.id,
        "status": record.status,
        "stage": record.stage,
        "ready": record.ended,
        "successful": record.status == COMPLETED if record.ended else None,
        "failed": record.status == FAILED if record.ended else None,
        "progress": {"pages_total": record.pages_total, "pages_done": record.pages_done},
        "created_at": moment(record.created_at),
        "started_at": moment(record.started_at),
        "finished_at": moment(record.finished_at),
        "attempts": record.attempts,
        "filename": record.filename,
    }
    if outlook:
        body["queue_position"] = None if outlook.ahead is None else outlook.ahead + 1
        body["eta_seconds"] = round(outlook.seconds, 1)
    if record.error:
        body["error"] = record.error
    return body


def result(record: JobRecord, document: dict) -> Response:
    """200 with the result of a completed job."""
    own = {
        "job_id": record.id,
        "status": record.status,
        "success": document["success"],
        "filename": record.filename,
        "file_size": record.file_size,
        "cached": record.cached,
    }
    return _answer({**own, **document}, 200)


def moment(seconds: float | None) -> str | None:
    """Unix seconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds is not None else None


def _answer(body: dict, status_code: int, headers: dict[str, str] | None = None) -> Response:
    response = jsonify(body)
    response.status_code = status_code
    response.headers.update(headers or {})
    return response

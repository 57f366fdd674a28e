"""Jobs in the words of the API."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response, jsonify, url_for

from services.job_record import COMPLETED, FAILED, JobRecord

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


def _message(record: JobRecord) -> str:
    if record.status == COMPLETED:
        return "The result is known already. Fetch it at links.result."
    return "The file was accepted and is being processed. Ask for it at links.self, or fetch links.result."


def status(record: JobRecord) -> Response:
    """200 when the job has ended, 202 while it runs."""
    return _answer(*status_answer(record))


def status_answer(record: JobRecord) -> tuple[dict, int, dict[str, str]]:
    """Body, status and headers of the answer that tells how a job stands."""
    if record.ended:
        return status_body(record), 200, {}
    return status_body(record), 202, {"Retry-After": str(ASK_AGAIN_SECONDS)}


def status_body(record: JobRecord) -> dict:
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

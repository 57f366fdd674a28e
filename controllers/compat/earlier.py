"""Paths of earlier OCR services: the same jobs, with their names for states and fields."""

from __future__ import annotations

import time
from typing import Any

from flask import Response, current_app, jsonify, make_response, request

from controllers import health_controller, responses, sources
from controllers.compat import ignored, jobs
from controllers.compat.earlier_result import prediction, reading
from controllers.context import services
from controllers.health_controller import uptime_seconds
from controllers.responses import iso_time
from controllers.sources import UploadedFile
from services import errors
from services.errors import OCRServiceError
from services.health.service import UNHEALTHY
from services.jobs.record import AWAITING_UPLOAD, COMPLETED, QUEUED, RETRYING, STARTED, JobRecord

#: Seconds for which `/paddleocr/predict` waits, unless REQUEST_TIMEOUT is shorter.
WAIT_SECONDS = 120.0
#: The states of jobs in the words of each interface. A job with another state has failed.
_QUEUE_WORDS = {
    AWAITING_UPLOAD: "queued",
    QUEUED: "queued",
    STARTED: "started",
    RETRYING: "started",
    COMPLETED: "finished",
}
_TASK_WORDS = {
    AWAITING_UPLOAD: "PENDING",
    QUEUED: "PENDING",
    STARTED: "STARTED",
    RETRYING: "STARTED",
    COMPLETED: "SUCCESS",
}
_ACCEPTED = "The file was accepted."


def error_response(error: OCRServiceError, status: int, request_id: str) -> tuple[int, Any, dict[str, str]]:
    """With the names that each of these services had for its message."""
    body = {"error": error.message, "detail": error.message, "code": error.code, "request_id": request_id}
    return status, body, {}


# `/api/v1`


def submit() -> Response:
    record = _submit()
    return jsonify(job_id=record.id, message=_ACCEPTED)


def result(job_id: str) -> Response:
    """200 with the state of the job, and its text when it has ended; 404 with the same fields."""
    try:
        record = jobs.find(job_id)
    except errors.JobNotFound as error:
        return make_response({"status": "failed", "text": None, "error": error.message, "code": error.code}, 404)
    body: dict[str, Any] = {"status": _QUEUE_WORDS.get(record.stage, "failed"), "text": None, "error": None}
    return jsonify(body | _reading(record))


def health() -> Response:
    """200, or 503 if the service is unhealthy."""
    report = services().health.report()
    ok, redis = (state != UNHEALTHY for state in (report["status"], report["checks"]["redis"]["status"]))
    body = {
        "status": "ok" if ok else "error",
        "version": current_app.config["VERSION"],
        "redis": "connected" if redis else "disconnected",
    }
    return make_response(body, 200 if ok else 503)


# `/paddleocr`


def predict() -> Response:
    """200 with the result. Raises StillRunning if it takes too long."""
    jobs.require_reading()
    record = _submit(extract="ids")

    def respond(current: JobRecord) -> Response:
        if not current.ended:
            raise jobs.still_running(current)
        return jsonify(prediction(jobs.document(current), current.cached))

    return jobs.wait_for(record, WAIT_SECONDS, respond)


def predict_later() -> Response:
    record = _submit(extract="ids")
    return jsonify(job_id=record.id, filename=record.filename, status="pending", message=_ACCEPTED)


def task_status(job_id: str) -> Response:
    record = jobs.find(job_id)
    body: dict[str, Any] = {"job_id": record.id, "status": _TASK_WORDS.get(record.stage, "FAILURE"), "result": None}
    if record.ended:
        try:
            body["result"] = prediction(jobs.document(record), record.cached)
        except (errors.JobFailed, errors.JobCancelled, errors.ResultExpired) as error:
            body |= {"status": "FAILURE", "error": error.message, "code": error.code}
    return jsonify(body)


def task_health() -> Response:
    """200, or 503 if the service is unhealthy."""
    status = services().health.report()["status"]
    body = {"status": status, "timestamp": iso_time(time.time()), "uptime_seconds": uptime_seconds()}
    return make_response(body, 503 if status == UNHEALTHY else 200)


def task_metrics() -> Response:
    return jsonify({**health_controller.totals(), "timestamp": iso_time(time.time())})


# `/images`


def create_image() -> Response:
    record = _submit("file", "image")
    fields = responses.job_fields(record)
    return jsonify({"id": record.id, **fields})


def image(job_id: str) -> Response:
    """200 with the text; 202 while the job is running."""
    record = jobs.find(job_id)
    body = {"id": record.id, **responses.job_fields(record), "text": None, "error": None, **_reading(record)}
    return make_response(body, 200 if record.ended else 202)


def _reading(record: JobRecord) -> dict[str, Any]:
    """Text and error of an ended job; for one without a result, also that it has failed."""
    if not record.ended:
        return {}
    try:
        return reading(jobs.document(record))
    except (errors.JobFailed, errors.JobCancelled, errors.ResultExpired) as error:
        return {"status": "failed", "error": error.message, "code": error.code}


def _submit(*names: str, **options: str) -> JobRecord:
    """A job for the file of the form. `names`: of the form's field, `file` by default."""
    given = {**request.args, **request.form}
    given.pop("password", "")
    if lang := given.pop("lang", "") or given.pop("language", ""):
        options["lang"] = lang
    for name in given:
        ignored.ignore(name)
    # A password in the address would be logged.
    chosen = jobs.options(**options, password=request.form.get("password", ""))
    return jobs.submit(_file(names or ("file",)), chosen)


def _file(names: tuple[str, ...]) -> UploadedFile:
    name = next((name for name in names if name in request.files), names[0])
    uploads = sources.form_files(name)
    if len(uploads) != 1:
        raise errors.MissingFile(f"Send one file as multipart/form-data in the field `{names[0]}`.")
    return uploads[0]

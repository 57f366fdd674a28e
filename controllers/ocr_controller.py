"""Files in, jobs out; jobs asked for, results told."""

from __future__ import annotations

import re
from dataclasses import fields

from flask import Response, current_app, g, jsonify, request

from controllers import answers
from controllers.waiting import once_ended
from services.container import Services
from services.errors import InvalidOption, MissingFile, OCRServiceError
from services.job_record import JobOptions, JobRecord
from services.job_service import Submission

#: Without keys every client is the same owner; a job is reached only by who knows its unguessable id.
OWNER = "public"
LONGEST_NAME = 255


def services() -> Services:
    return current_app.extensions["services"]


def ensure_accepting() -> None:
    """Raises RedisUnavailable before a body is read that could not be accepted anyway."""
    services().jobs.ensure_reachable()


def create_job(options: dict, kinds: tuple[str, ...] = ("image", "pdf")) -> Response:
    """One uploaded file becomes a job; the answer waits for its result as long as was asked for."""
    chosen = _chosen(options)
    upload = _single_file()
    try:
        record = _submit(upload, chosen, kinds)
    except OCRServiceError as error:
        error.extra.setdefault("filename", _filename(upload))
        raise
    if not options["wait"]:
        return answers.accepted(record)
    if record.ended:
        return _result(record)
    return once_ended([record.id], options["wait"], lambda: _result_or_accepted(record.id))


def _result_or_accepted(job_id: str) -> Response:
    record = services().jobs.get(job_id, OWNER)
    return _result(record) if record.ended else answers.accepted(record)


def create_batch(options: dict) -> Response:
    """Each file becomes a job or tells why not. When none could, the answer is the first one's error."""
    chosen = _chosen(options)
    uploads = request.files.getlist("files")
    _only_field("files")
    if not uploads:
        raise MissingFile("No file was sent. Send one or more in the multipart field `files`.")
    outcomes = [_try_submit(upload, chosen) for upload in uploads]
    names = [_filename(upload) for upload in uploads]
    running = [outcome.id for outcome in outcomes if isinstance(outcome, JobRecord) and not outcome.ended]
    return once_ended(running, options["wait"], lambda: _batch_answer(names, outcomes, options["wait"] > 0))


def _batch_answer(names: list[str], outcomes: list, waited: bool) -> Response:
    if waited:
        outcomes = [_as_it_stands(outcome) for outcome in outcomes]
    created = sum(isinstance(outcome, JobRecord) for outcome in outcomes)
    body = {
        "jobs": [_batch_item(name, outcome) for name, outcome in zip(names, outcomes, strict=True)],
        "summary": {
            "total_files": len(names),
            "jobs_created": created,
            "failed_files": len(names) - created,
            "success": created == len(names),
        },
        "message": f"{created} of {len(names)} files were accepted.",
    }
    if not created:
        first = next(outcome for outcome in outcomes if isinstance(outcome, OCRServiceError))
        first.extra.update(jobs=body["jobs"], summary=body["summary"])
        raise first
    response = jsonify(body)
    response.status_code = 202
    response.headers["Retry-After"] = str(answers.ASK_AGAIN_SECONDS)
    return response


def job_status(job_id: str) -> Response:
    return answers.status(services().jobs.get(job_id, OWNER))


def plain_record(services: Services, job_id: str) -> JobRecord | None:
    """A job that whoever knows its id may read, without a look at who asks; None where that is to be asked."""
    try:
        return services.jobs.get(job_id, OWNER)
    except OCRServiceError:
        return None


def job_result(job_id: str, wait: float = 0.0) -> Response:
    record = services().jobs.get(job_id, OWNER)
    if record.ended:
        return _result(record)
    if not wait:
        return answers.status(record)
    return once_ended([job_id], wait, lambda: job_result(job_id))


def _result(record: JobRecord) -> Response:
    """The result of an ended job; an error tells which job and file it is about."""
    try:
        return answers.result(record, services().jobs.result(record))
    except OCRServiceError as error:
        error.extra.update(job_id=record.id, filename=record.filename)
        raise


def _single_file():
    _only_field("file")
    uploads = request.files.getlist("file")
    if not uploads:
        raise MissingFile("No file was sent. Send it as multipart/form-data in the field `file`.")
    if len(uploads) > 1:
        raise InvalidOption("More than one file was sent. Send several files to /ocr/batch.")
    return uploads[0]


def _only_field(name: str) -> None:
    for other in request.files:
        if other != name:
            raise InvalidOption(f"The file field `{other[:64]}` is not known. Send files in the field `{name}`.")


def _chosen(options: dict) -> JobOptions:
    """The options that change a result. Raises InvalidOption, or ModelUnavailable for a language without a model."""
    chosen = JobOptions(**{field.name: options[field.name] for field in fields(JobOptions)})
    services().jobs.check_options(chosen)
    return chosen


def _submit(upload, chosen: JobOptions, kinds: tuple[str, ...] = ("image", "pdf")) -> JobRecord:
    return services().jobs.submit(
        Submission(
            file=upload.stream,
            filename=_filename(upload),
            owner=OWNER,
            request_id=g.request_id,
            options=chosen,
            kinds=kinds,
            trace=g.span.traceparent if "span" in g else "",
        )
    )


def _try_submit(upload, chosen: JobOptions) -> JobRecord | OCRServiceError:
    try:
        return _submit(upload, chosen)
    except OCRServiceError as error:
        return error


def _as_it_stands(outcome: JobRecord | OCRServiceError) -> JobRecord | OCRServiceError:
    return services().jobs.get(outcome.id, OWNER) if isinstance(outcome, JobRecord) else outcome


def _batch_item(name: str, outcome: JobRecord | OCRServiceError) -> dict:
    if isinstance(outcome, OCRServiceError):
        fault = {"code": outcome.code, "title": outcome.title, "detail": outcome.message}
        return {"filename": name, "status": "failed", "error": fault}
    return {
        "filename": outcome.filename,
        "job_id": outcome.id,
        "status": outcome.status,
        "type": outcome.kind,
        "file_size": outcome.file_size,
        "links": answers.links(outcome),
    }


def _filename(upload) -> str:
    """The client's name for the file, without folders and control characters. It is only ever told back."""
    name = re.split(r"[/\\]", upload.filename or "")[-1]
    return "".join(char for char in name if char.isprintable())[-LONGEST_NAME:] or "unnamed"

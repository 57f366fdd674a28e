"""Files in, jobs out; jobs asked for, results told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

from flask import Response, current_app, g, jsonify, request

from controllers import answers
from controllers.waiting import once_ended
from services.container import Services
from services.errors import InvalidOption, JobNotFound, MissingFile, OCRServiceError
from services.jobs.admission import UNCHECKED, Slot
from services.jobs.idempotency import IdMaker
from services.jobs.record import JobRecord, new_job_id
from services.jobs.service import Submission
from services.ocr_service.options import DocumentOptions
from utils.file_names import plain_name


def services() -> Services:
    return current_app.extensions["services"]


def ensure_accepting() -> None:
    """Raises before the body of a request is read that could not be accepted anyway: Redis is down, the queue is full."""
    services().jobs.ensure_accepting(_slot())


def _slot() -> Slot:
    """Room in the queue, as the server knew it when the request arrived."""
    return request.environ.get("ocr.slot", UNCHECKED)


def create_job(options: dict, kinds: tuple[str, ...] = ("image", "pdf")) -> Response:
    """One uploaded file becomes a job; the answer waits for its result as long as was asked for."""
    chosen = chosen_options(options)
    upload = _single_file()

    def create(job_id: IdMaker) -> list:
        try:
            return [_submit(upload, chosen, options["callback_url"], job_id(0), kinds).id]
        except OCRServiceError as error:
            error.extra.setdefault("filename", _filename(upload))
            raise

    (job_id,), replayed = once([upload], options, create)
    owner = g.owner
    record = services().jobs.get(job_id, owner)
    if not options["wait"]:
        return marked(answers.accepted(record), replayed)
    if record.ended:
        return marked(_result(record), replayed)
    return once_ended([job_id], options["wait"], lambda: marked(_result_or_accepted(job_id, owner), replayed))


def _result_or_accepted(job_id: str, owner: str) -> Response:
    record = services().jobs.get(job_id, owner)
    return _result(record) if record.ended else answers.accepted(record)


def create_batch(options: dict) -> Response:
    """Each file becomes a job or tells why not. When none could, the answer is the first one's error."""
    chosen = chosen_options(options)
    uploads = request.files.getlist("files")
    _only_field("files")
    if not uploads:
        raise MissingFile("No file was sent. Send one or more in the multipart field `files`.")
    names = [_filename(upload) for upload in uploads]

    def create(job_id: IdMaker) -> list:
        outcomes = [
            _try_submit(upload, chosen, options["callback_url"], job_id(number))
            for number, upload in enumerate(uploads)
        ]
        created = [each.as_dict() if isinstance(each, OCRServiceError) else each.id for each in outcomes]
        if all(isinstance(outcome, OCRServiceError) for outcome in outcomes):
            raise _all_failed(names, outcomes, created)
        return created

    created, replayed = once(uploads, options, create)
    owner = g.owner
    job_ids = [item for item in created if isinstance(item, str)]
    return once_ended(job_ids, options["wait"], lambda: marked(_batch_answer(names, created, owner), replayed))


def _batch_answer(names: list[str], created: list, owner: str) -> Response:
    outcomes = [_outcome(item, owner) if isinstance(item, str) else item for item in created]
    response = jsonify(_batch(names, outcomes))
    response.status_code = 202
    response.headers["Retry-After"] = str(answers.ASK_AGAIN_SECONDS)
    return response


def _outcome(job_id: str, owner: str) -> JobRecord | dict:
    try:
        return services().jobs.get(job_id, owner)
    except JobNotFound as error:  # deleted while the others were waited for
        return error.as_dict()


def once(uploads: list, options: dict, create: Callable[[IdMaker], list]) -> tuple[list, bool]:
    """`create`, or what it created when this request was sent before with the same `Idempotency-Key`."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return create(lambda number: new_job_id()), False
    fingerprint = [request.path, options, *([_filename(upload), upload.stream.sha256()] for upload in uploads)]
    return services().idempotency.once(g.owner, key, fingerprint, create)


def marked(response: Response, replayed: bool) -> Response:
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _batch(names: list[str], outcomes: list) -> dict:
    """`outcomes`: for each file its job, or the fault {code, title, detail} that kept it from becoming one."""
    created = sum(isinstance(outcome, JobRecord) for outcome in outcomes)
    return {
        "jobs": [_batch_item(name, outcome) for name, outcome in zip(names, outcomes, strict=True)],
        "summary": {
            "total_files": len(names),
            "jobs_created": created,
            "failed_files": len(names) - created,
            "success": created == len(names),
        },
        "message": f"{created} of {len(names)} files were accepted.",
    }


def _all_failed(names: list[str], errors: list[OCRServiceError], faults: list[dict]) -> OCRServiceError:
    """The first one's error, with what became of each file."""
    body = _batch(names, faults)
    errors[0].extra.update(jobs=body["jobs"], summary=body["summary"])
    return errors[0]


def job_status(job_id: str) -> Response:
    return _status(services().jobs.get(job_id, g.owner))


def job_result(job_id: str, wait: float = 0.0, partial: bool = False) -> Response:
    record = services().jobs.get(job_id, g.owner)
    if record.ended:
        return _result(record)
    if not wait:
        return _status(record, pages=services().jobs.finished_pages(record)) if partial else _status(record)
    return once_ended([job_id], wait, lambda: job_result(job_id, partial=partial))


def discard_job(job_id: str) -> Response:
    """200 with the status of a job that was cancelled, 204 for one that had ended and is forgotten."""
    jobs = services().jobs
    cancelled = jobs.discard(jobs.get(job_id, g.owner))
    return _status(cancelled) if cancelled else Response(status=204)


def list_jobs(status: str, cursor: str, limit: int) -> Response:
    records, following = services().jobs.list_owned(g.owner, status, cursor, limit)
    return jsonify(jobs=[answers.status_body(record) for record in records], next_cursor=following or None)


def _status(record: JobRecord, pages: list[dict] | None = None) -> Response:
    return answers.status(record, services().jobs.estimate_wait(record), pages)


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


def chosen_options(options: dict) -> DocumentOptions:
    """The options that change a result. Raises InvalidOption for any option, ModelUnavailable for a language."""
    chosen = DocumentOptions(**{field.name: options[field.name] for field in fields(DocumentOptions)})
    services().jobs.check_options(chosen)
    if options["callback_url"]:
        services().webhook_guard.check(options["callback_url"])
    return chosen


def _submit(
    upload, chosen: DocumentOptions, callback_url: str, job_id: str, kinds: tuple[str, ...] = ("image", "pdf")
) -> JobRecord:
    return services().jobs.submit(
        Submission(
            file=upload.stream,
            filename=_filename(upload),
            owner=g.owner,
            request_id=g.request_id,
            options=chosen,
            kinds=kinds,
            trace=g.span.traceparent if "span" in g else "",
            job_id=job_id,
            callback_url=callback_url,
            slot=_slot(),
        )
    )


def _try_submit(upload, chosen: DocumentOptions, callback_url: str, job_id: str) -> JobRecord | OCRServiceError:
    try:
        return _submit(upload, chosen, callback_url, job_id)
    except OCRServiceError as error:
        return error


def _batch_item(name: str, outcome: JobRecord | dict) -> dict:
    if isinstance(outcome, dict):
        return {"filename": name, "status": "failed", "error": outcome}
    return {
        "filename": outcome.filename,
        "job_id": outcome.id,
        "status": outcome.status,
        "type": outcome.kind,
        "file_size": outcome.file_size,
        "links": answers.links(outcome),
    }


def _filename(upload) -> str:
    return plain_name(upload.filename or "")

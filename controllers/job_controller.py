"""One uploaded file becomes one job."""

from __future__ import annotations

from typing import Any

from flask import Response, g

from controllers import responses
from controllers.context import services
from controllers.idempotency import Outcome, mark_replayed, run_once
from controllers.query_controller import result_response
from controllers.submission import UploadedFile, document_options, submit, uploaded_files
from controllers.waiting import once_ended
from services.errors import InvalidOption, MissingFile, OCRServiceError
from services.jobs.idempotency import IdMaker
from services.jobs.service import KINDS


def create_job(options: dict[str, Any], kinds: tuple[str, ...] = KINDS) -> Response:
    """202 with the job; with `wait`, 200 with the result if the job ends in time. `kinds`: accepted kinds of files."""
    chosen = document_options(options)
    upload = _single_file()

    def create(job_id: IdMaker) -> list[Outcome]:
        try:
            return [submit(upload, chosen, options["callback_url"], job_id(0), kinds)]
        except OCRServiceError as error:
            error.extra.setdefault("filename", upload.name)
            raise

    (record,), replayed = run_once([upload], options, create)
    if isinstance(record, OCRServiceError):  # a replay whose job has been deleted
        raise record
    if not options["wait"]:
        return mark_replayed(responses.accepted(record), replayed)
    if record.ended:
        return mark_replayed(result_response(record), replayed)
    job_id, owner = record.id, g.owner
    return once_ended([job_id], options["wait"], lambda: mark_replayed(_result_or_accepted(job_id, owner), replayed))


def _result_or_accepted(job_id: str, owner: str) -> Response:
    record = services().jobs.get(job_id, owner)
    return result_response(record) if record.ended else responses.accepted(record)


def _single_file() -> UploadedFile:
    uploads = uploaded_files("file")
    if not uploads:
        raise MissingFile("No file was sent. Send it as multipart/form-data in the field `file`.")
    if len(uploads) > 1:
        raise InvalidOption("More than one file was sent. Send several files to /ocr/batch.")
    return uploads[0]

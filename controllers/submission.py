"""Shared by the controllers that create jobs: options, uploaded files, submission."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, cast

from flask import g, request

from controllers.context import ErrorClass, ErrorClasses, services, traceparent
from services import errors
from services.jobs.admission import UNCHECKED, Slot
from services.jobs.record import JobRecord
from services.jobs.service import KINDS, Submission
from services.ocr_service.options import DocumentOptions
from services.storage import IncomingFile
from utils.file_names import plain_name


def _with_subclasses(error: ErrorClass) -> ErrorClasses:
    return (error, *error.__subclasses__())


OPTION_ERRORS: ErrorClasses = (
    errors.MalformedRequest,
    *_with_subclasses(errors.InvalidOption),
    errors.ModelUnavailable,
)
FILE_ERRORS = _with_subclasses(errors.UnprocessableFile)
#: Errors that end a job while it is processed.
JOB_ERRORS: ErrorClasses = (*_with_subclasses(errors.PageFailed), errors.RetriesExhausted)
ADMISSION_ERRORS = (
    errors.Unauthorized,
    errors.RateLimited,
    errors.RedisUnavailable,
    errors.QueueFull,
    errors.MemoryShort,
    errors.StorageUnavailable,
)
IDEMPOTENCY_ERRORS = (errors.IdempotencyInFlight, errors.IdempotencyConflict)
#: A submission that waits for the result also reports the errors of the job.
SUBMIT_ERRORS: ErrorClasses = (
    *OPTION_ERRORS,
    *(errors.MissingFile, errors.EmptyFile, errors.PayloadTooLarge),
    *FILE_ERRORS,
    *JOB_ERRORS,
    *ADMISSION_ERRORS,
    *IDEMPOTENCY_ERRORS,
)


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file of a multipart body, with the client's name for it."""

    name: str
    content: IncomingFile


def ensure_accepting() -> None:
    """Reject a request before its body is read if no job could be accepted: Redis is down or the queue is full."""
    services().jobs.ensure_accepting(request_slot())


def request_slot() -> Slot:
    """What the server knew about room in the job queue when the request arrived."""
    return cast(Slot, request.environ.get("ocr.slot", UNCHECKED))


def document_options(options: dict[str, Any]) -> DocumentOptions:
    """The options that change the result. The only check of a request's options beyond their schema.

    Raises InvalidOption, UnknownLanguage or ModelUnavailable.
    """
    chosen = DocumentOptions(**{field.name: options[field.name] for field in fields(DocumentOptions)})
    services().jobs.check_options(chosen)
    if options["callback_url"]:
        services().webhook_guard.check(options["callback_url"])
    return chosen


def uploaded_files(field: str) -> list[UploadedFile]:
    """The files sent in a multipart field. Raises InvalidOption for files in any other field."""
    for other in request.files:
        if other != field:
            raise errors.InvalidOption(f"Unknown file field `{other[:64]}`. Send files in the field `{field}`.")
    # `middleware/uploads.py` receives each file as an IncomingFile.
    return [
        UploadedFile(plain_name(sent.filename or ""), cast(IncomingFile, sent.stream))
        for sent in request.files.getlist(field)
    ]


def submit(
    upload: UploadedFile,
    options: DocumentOptions,
    callback_url: str,
    job_id: str,
    kinds: tuple[str, ...] = KINDS,
) -> JobRecord:
    """Create a job for the current client. Raises the errors of `JobService.submit`."""
    return services().jobs.submit(
        Submission(
            file=upload.content,
            filename=upload.name,
            owner=g.owner,
            request_id=g.request_id,
            options=options,
            kinds=kinds,
            trace=traceparent(),
            job_id=job_id,
            callback_url=callback_url,
            slot=request_slot(),
        )
    )
